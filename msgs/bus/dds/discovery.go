//go:build cgo && !nodds

package dds

import (
	"fmt"

	"hyt/msgs/cdr"
)

// participantInfo is one sample of ros_discovery_info: a participant's nodes and
// the endpoints of each (rmw_dds_common/msg/ParticipantEntitiesInfo). It is read
// and written by hand because its ids have eight zeros behind them in Humble and
// none in later releases.
type participantInfo struct {
	participant guid
	nodes       []nodeInfo
}

type nodeInfo struct {
	namespace, name  string
	readers, writers []guid
}

// nodeInfoSize is the least size of a nodeInfo in bytes: the lengths of two strings
// and two sequences.
const nodeInfoSize = 4 * 4

// marshal returns CDR with ids of size bytes.
func (i *participantInfo) marshal(size int) []byte {
	w := cdr.NewWriter(nil)
	putID := func(id guid) {
		w.Raw(id[:])
		w.Raw(make([]byte, size-len(id)))
	}
	putIDs := func(ids []guid) {
		w.Len(len(ids))
		for _, id := range ids {
			putID(id)
		}
	}
	putID(i.participant)
	w.Len(len(i.nodes))
	for _, n := range i.nodes {
		w.String(n.namespace)
		w.String(n.name)
		putIDs(n.readers)
		putIDs(n.writers)
	}
	return w.Bytes()
}

// unmarshal reads CDR with ids of size bytes. What is left over is an error: it
// tells one layout from the other.
func (i *participantInfo) unmarshal(data []byte, size int) error {
	r, err := cdr.NewReader(data)
	if err != nil {
		return err
	}
	buf := make([]byte, size)
	id := func() (id guid) {
		r.Uint8Array("gid", buf)
		copy(id[:], buf)
		return id
	}
	ids := func(field string) (list []guid) {
		for range r.Len(field, size) {
			list = append(list, id())
		}
		return list
	}
	i.participant = id()
	for range r.Len("nodes", nodeInfoSize) {
		i.nodes = append(i.nodes, nodeInfo{r.String("namespace"), r.String("name"), ids("readers"), ids("writers")})
		if r.Err() != nil {
			break
		}
	}
	if r.Err() == nil && r.Remaining() > 3 { // DDS rounds up to a multiple of four
		return fmt.Errorf("%d bytes are left over", r.Remaining())
	}
	return r.Err()
}

// readParticipant reads the layout of release r or else the other one, so that
// nodes of both are seen.
func readParticipant(data []byte, r release) (*participantInfo, error) {
	first := new(participantInfo)
	err := first.unmarshal(data, r.gidSize())
	if err == nil {
		return first, nil
	}
	second := new(participantInfo)
	if second.unmarshal(data, humbleGidSize+laterGidSize-r.gidSize()) == nil {
		return second, nil
	}
	return nil, err
}
