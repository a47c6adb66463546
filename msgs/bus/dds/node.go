//go:build cgo && !nodds

package dds

// #include "shim.h"
import "C"

import (
	"encoding/binary"
	"io"
	"time"

	"hyt/msgs/bus"
)

// noMatches is for endpoints whose changes of matches nobody waits for.
const noMatches = -1

type node struct {
	name, namespace string
	driver          *driver
	endpoints       map[io.Closer][]graphEntry // guarded by driver.mu, like closed
	closed          bool
}

func (n *node) Name() string      { return n.name }
func (n *node) Namespace() string { return n.namespace }

// adopt adds an endpoint and tells the graph. It returns false when the node was
// closed in the meantime: the caller closes the endpoint then.
func (n *node) adopt(endpoint io.Closer, entries ...graphEntry) bool {
	d := n.driver
	d.mu.Lock()
	defer d.mu.Unlock()
	if n.closed {
		return false
	}
	n.endpoints[endpoint] = entries
	d.graph.announce(d.nodes)
	return true
}

// release removes an endpoint and tells the graph. It returns false when it was
// removed before.
func (n *node) release(endpoint io.Closer) bool {
	d := n.driver
	d.mu.Lock()
	defer d.mu.Unlock()
	if _, ok := n.endpoints[endpoint]; !ok {
		return false
	}
	delete(n.endpoints, endpoint)
	if !n.closed {
		d.graph.announce(d.nodes)
	}
	return true
}

// isClosed saves making an endpoint that adopt would refuse.
func (n *node) isClosed() bool {
	n.driver.mu.Lock()
	defer n.driver.mu.Unlock()
	return n.closed
}

func (n *node) Close() error {
	d := n.driver
	d.mu.Lock()
	if n.closed {
		d.mu.Unlock()
		return bus.ErrClosed
	}
	n.closed = true
	delete(d.nodes, n)
	d.graph.announce(d.nodes)
	endpoints := make([]io.Closer, 0, len(n.endpoints))
	for e := range n.endpoints {
		endpoints = append(endpoints, e)
	}
	d.mu.Unlock()
	return closeAll(endpoints)
}

type writer struct {
	*outlet
	node *node
}

func (n *node) Advertise(topic, typeName string, qos bus.QoS) (bus.Writer, error) {
	if err := bus.CheckEndpoint(topic, typeName, qos); err != nil {
		return nil, err
	}
	if n.isClosed() {
		return nil, bus.ErrClosed
	}
	out, err := n.driver.newOutlet(ddsTopic(topic), ddsType(typeName, ""), profile{QoS: qos}, noMatches)
	if err != nil {
		return nil, err
	}
	w := &writer{outlet: out, node: n}
	if !n.adopt(w, graphEntry{id: out.id, writes: true}) {
		out.close()
		return nil, bus.ErrClosed
	}
	return w, nil
}

func (w *writer) Write(head, tail []byte) error { return w.write(head, tail) }

// AssertLiveliness implements bus.Asserter.
func (w *writer) AssertLiveliness() error {
	rc := C.dds_assert_liveliness(w.entity)
	if w.closed.Load() {
		return bus.ErrClosed
	}
	return statusError(rc, "assert that the writer of "+w.topic+" is alive")
}

func (w *writer) Matched() int {
	var s C.dds_publication_matched_status_t
	C.dds_get_publication_matched_status(w.entity, &s) // after Close: an error, and 0
	return int(s.current_count)
}

// IncompatibleQoS implements bus.Incompatible.
func (w *writer) IncompatibleQoS() (count int, policy string) {
	var s C.dds_offered_incompatible_qos_status_t
	C.dds_get_offered_incompatible_qos_status(w.entity, &s)
	return int(s.total_count), policyName(s.last_policy_id)
}

func (w *writer) Close() error {
	if !w.node.release(w) {
		return bus.ErrClosed
	}
	w.close()
	return nil
}

type reader struct {
	*inlet
	node    *node
	writers map[C.dds_instance_handle_t]guid // used by the inlet's goroutine only
}

func (n *node) Subscribe(topic, typeName string, qos bus.QoS, handler func(bus.Sample)) (bus.Reader, error) {
	if err := bus.CheckEndpoint(topic, typeName, qos); err != nil {
		return nil, err
	}
	if n.isClosed() {
		return nil, bus.ErrClosed
	}
	in, err := n.driver.newInlet(ddsTopic(topic), ddsType(typeName, ""), profile{QoS: qos}, noMatches)
	if err != nil {
		return nil, err
	}
	r := &reader{inlet: in, node: n, writers: map[C.dds_instance_handle_t]guid{}}
	r.start(func(a *arrival) {
		handler(bus.Sample{Data: a.data, Published: time.Unix(0, a.published), Writer: r.writerID(a.writer)})
	})
	if !n.adopt(r, graphEntry{id: in.id}) {
		in.close()
		return nil, bus.ErrClosed
	}
	return r, nil
}

// writerID is the id of a writer that we are matched with. One that has gone
// before its sample was handled is told apart by its local handle.
func (r *reader) writerID(h C.dds_instance_handle_t) guid {
	if id, ok := r.writers[h]; ok {
		return id
	}
	if len(r.writers) >= 256 { // writers come and go: forget the old ones now and then
		clear(r.writers)
	}
	var id guid
	if p, ok := writerPeer(r.entity, h); ok {
		id = p.id
	} else {
		binary.BigEndian.PutUint64(id[8:], uint64(h))
	}
	r.writers[h] = id
	return id
}

func (r *reader) Matched() int {
	var s C.dds_subscription_matched_status_t
	C.dds_get_subscription_matched_status(r.entity, &s) // after Close: an error, and 0
	return int(s.current_count)
}

// IncompatibleQoS implements bus.Incompatible.
func (r *reader) IncompatibleQoS() (count int, policy string) {
	var s C.dds_requested_incompatible_qos_status_t
	C.dds_get_requested_incompatible_qos_status(r.entity, &s)
	return int(s.total_count), policyName(s.last_policy_id)
}

func (r *reader) Close() error {
	if !r.node.release(r) {
		return bus.ErrClosed
	}
	r.close()
	return nil
}
