//go:build cgo && !nodds

package dds

// #include "shim.h"
import "C"

import (
	"maps"
	"slices"
	"strings"
	"sync"

	"hyt/msgs/bus"
)

// graph tells the ROS graph who we are and learns who else is there. DDS knows
// participants and endpoints; which node they belong to is said by samples on
// ros_discovery_info, one for each participant, latched.
type graph struct {
	driver *driver
	out    *outlet
	in     *inlet

	// Readers of Cyclone's built-in topics: who is there now.
	participants, writers, readers C.dds_entity_t
	lent                           loan

	mu    sync.Mutex
	nodes map[guid][]string // names of the nodes of each other participant
}

// graphEntry is one endpoint of a node.
type graphEntry struct {
	id     guid
	writes bool
}

func newGraph(d *driver) (g *graph, err error) {
	g = &graph{driver: d, nodes: map[guid][]string{}}
	for _, b := range []struct {
		reader *C.dds_entity_t
		topic  C.dds_entity_t
	}{
		{&g.participants, C.DDS_BUILTIN_TOPIC_DCPSPARTICIPANT},
		{&g.writers, C.DDS_BUILTIN_TOPIC_DCPSPUBLICATION},
		{&g.readers, C.DDS_BUILTIN_TOPIC_DCPSSUBSCRIPTION},
	} {
		*b.reader = C.dds_create_reader(d.participant, b.topic, nil, nil)
		if err := statusError(*b.reader, "read the discovery topics"); err != nil {
			return nil, err
		}
	}
	offered := profile{QoS: bus.Latched(1)}
	if g.out, err = d.newOutlet(discoveryTopic, discoveryType, offered, noMatches); err != nil {
		return nil, err
	}
	requested := profile{QoS: bus.QoS{Durability: bus.TransientLocal, History: bus.KeepAll}, ignoreLocal: true}
	if g.in, err = d.newInlet(discoveryTopic, discoveryType, requested, noMatches); err != nil {
		g.out.close()
		return nil, err
	}
	g.in.start(g.learn)
	return g, nil
}

// close ends what is ours; the built-in readers go with the participant.
func (g *graph) close() {
	g.in.close()
	g.out.close()
}

// announce publishes the full list of our nodes. driver.mu is held. A failure
// costs us our place in the graph, but no message: it is not reported.
func (g *graph) announce(nodes map[*node]struct{}) {
	g.bury()
	info := &participantInfo{participant: g.driver.id}
	for n := range nodes {
		entry := nodeInfo{namespace: n.namespace, name: n.name}
		for _, endpoints := range n.endpoints {
			for _, e := range endpoints {
				if e.writes {
					entry.writers = append(entry.writers, e.id)
				} else {
					entry.readers = append(entry.readers, e.id)
				}
			}
		}
		info.nodes = append(info.nodes, entry)
	}
	g.out.write(info.marshal(g.driver.release.gidSize()), nil)
}

// learn takes another participant's list of nodes. What is no such list is passed
// over.
func (g *graph) learn(a *arrival) {
	info, err := readParticipant(a.data, g.driver.release)
	if err != nil {
		return
	}
	names := make([]string, 0, len(info.nodes))
	for _, n := range info.nodes {
		names = append(names, strings.TrimSuffix(n.namespace, "/")+"/"+n.name)
	}
	g.bury()
	g.mu.Lock()
	defer g.mu.Unlock()
	g.nodes[info.participant] = names
	g.prune()
}

// prune forgets the nodes of participants that have gone. mu is held.
func (g *graph) prune() {
	alive := map[guid]bool{}
	eachAlive(&g.lent, g.participants, func(p *C.dds_builtintopic_participant_t) { alive[goGUID(p.key)] = true })
	maps.DeleteFunc(g.nodes, func(id guid, _ []string) bool { return !alive[id] })
}

// bury takes what has gone out of the built-in topics, which would keep it otherwise.
// It is done whenever somebody's list of endpoints changes.
func (g *graph) bury() {
	for _, builtin := range []C.dds_entity_t{g.participants, g.writers, g.readers} {
		g.lent.bury(builtin)
	}
}

// NodeNames implements bus.Graph.
func (n *node) NodeNames() []string {
	d := n.driver
	var names []string
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		return nil
	}
	for own := range d.nodes {
		names = append(names, strings.TrimSuffix(own.namespace, "/")+"/"+own.name)
	}
	g := d.graph
	g.mu.Lock()
	defer g.mu.Unlock()
	g.prune()
	for _, others := range g.nodes {
		names = append(names, others...)
	}
	slices.Sort(names)
	return names
}

// Topics implements bus.Graph.
func (n *node) Topics() map[string][]string {
	d := n.driver
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		return nil
	}
	topics := map[string][]string{}
	add := func(e *C.dds_builtintopic_endpoint_t) {
		name, ok := rosTopic(C.GoString(e.topic_name))
		kind := rosType(C.GoString(e.type_name))
		if ok && !slices.Contains(topics[name], kind) {
			topics[name] = append(topics[name], kind)
		}
	}
	eachAlive(&d.graph.lent, d.graph.writers, add)
	eachAlive(&d.graph.lent, d.graph.readers, add)
	for _, kinds := range topics {
		slices.Sort(kinds)
	}
	return topics
}
