//go:build cgo && !nodds

package dds

import (
	"bytes"
	"encoding/binary"
	"reflect"
	"testing"

	"hyt/msgs"
	"hyt/msgs/rmw_dds_common"
)

// example is a participant with two nodes, and the same as the generated type has
// it, which is that of Iron and later.
func example() (*participantInfo, *rmw_dds_common.ParticipantEntitiesInfo) {
	id := func(n byte) (g guid) {
		for i := range g {
			g[i] = n + byte(i)
		}
		return g
	}
	ours := &participantInfo{participant: id(1), nodes: []nodeInfo{
		{"/", "talker", nil, []guid{id(2), id(3)}},
		{"/robot", "eye", []guid{id(4)}, nil},
	}}
	gids := func(ids []guid) (list []rmw_dds_common.Gid) {
		for _, g := range ids {
			list = append(list, rmw_dds_common.Gid{Data: g})
		}
		return list
	}
	theirs := &rmw_dds_common.ParticipantEntitiesInfo{Gid: rmw_dds_common.Gid{Data: id(1)}}
	for _, n := range ours.nodes {
		theirs.NodeEntitiesInfoSeq = append(theirs.NodeEntitiesInfoSeq, rmw_dds_common.NodeEntitiesInfo{
			NodeNamespace: n.namespace, NodeName: n.name, ReaderGidSeq: gids(n.readers), WriterGidSeq: gids(n.writers),
		})
	}
	return ours, theirs
}

func TestParticipantsAreWrittenAsTheReleaseDoes(t *testing.T) {
	ours, theirs := example()
	if got, want := ours.marshal(laterGidSize), msgs.Marshal(theirs); !bytes.Equal(got, want) {
		t.Errorf("since Iron: % x\nwant % x", got, want)
	}
	// Humble, by hand: the ids have eight zeros behind them.
	var want []byte
	zeros := make([]byte, 8)
	number := func(n int) { want = binary.LittleEndian.AppendUint32(want, uint32(n)) }
	text := func(s string) {
		number(len(s) + 1)
		want = append(append(want, s...), 0)
		for len(want)%4 != 0 {
			want = append(want, 0)
		}
	}
	id := func(g guid) { want = append(append(want, g[:]...), zeros...) }
	want = []byte{0, 1, 0, 0}
	id(ours.participant)
	number(2)
	text("/")
	text("talker")
	number(0)
	number(2)
	id(ours.nodes[0].writers[0])
	id(ours.nodes[0].writers[1])
	text("/robot")
	text("eye")
	number(1)
	id(ours.nodes[1].readers[0])
	number(0)
	if got := ours.marshal(humbleGidSize); !bytes.Equal(got, want) {
		t.Errorf("Humble: % x\nwant % x", got, want)
	}
}

func TestEitherLayoutIsRead(t *testing.T) {
	want, _ := example()
	for _, r := range []release{"humble", "jazzy"} {
		for _, size := range []int{humbleGidSize, laterGidSize} {
			got, err := readParticipant(want.marshal(size), r)
			if err != nil || !reflect.DeepEqual(got, want) {
				t.Errorf("%s, ids of %d bytes: %+v, %v", r, size, got, err)
			}
		}
	}
}

// What comes in is anybody's: it is read or refused, and what was read can be
// written again.
func FuzzParticipants(f *testing.F) {
	info, _ := example()
	f.Add(info.marshal(humbleGidSize))
	f.Add(info.marshal(laterGidSize))
	f.Add([]byte{0, 1, 0, 0})
	f.Add(append(make([]byte, 4+24), 0xff, 0xff, 0xff, 0xff))
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, r := range []release{"humble", "jazzy"} {
			got, err := readParticipant(data, r)
			if err != nil {
				continue
			}
			again, err := readParticipant(got.marshal(r.gidSize()), r)
			if err != nil || !reflect.DeepEqual(again, got) {
				t.Errorf("%+v became %+v, %v", got, again, err)
			}
		}
	})
}
