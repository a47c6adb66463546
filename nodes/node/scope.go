package node

import (
	"errors"
	"io"

	"hyt/msgs/bus"
)

// endpoint is what the node has in the graph.
type endpoint struct {
	closer   io.Closer
	topic    string // "" for services
	matching any    // may implement bus.Incompatible
	peers    string // what it is matched with: "publisher" or "subscription"
	refused  int    // peers that had been refused when it was looked at last
}

func (n *Node) own(e endpoint) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.endpoints = append(n.endpoints, e)
}

// Begin opens a scope: end closes what was made through the node, and forgets the
// diagnostics that were added, since Begin. Scopes nest.
func (n *Node) Begin() (end func() error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	endpoints, checks := len(n.endpoints), len(n.checks)
	return func() error { return n.release(endpoints, checks) }
}

// release closes the endpoints from the given one on, the newest first.
func (n *Node) release(endpoints, checks int) error {
	n.mu.Lock()
	doomed := n.endpoints[endpoints:]
	n.endpoints = n.endpoints[:endpoints:endpoints]
	n.checks = n.checks[:checks:checks]
	n.mu.Unlock()
	var errs []error
	for i := len(doomed) - 1; i >= 0; i-- {
		errs = append(errs, doomed[i].closer.Close())
	}
	return errors.Join(errs...)
}

// complainAboutPeers logs who cannot be heard, or cannot hear us, since the qualities
// of service do not match; each refusal once.
func (n *Node) complainAboutPeers() {
	n.mu.Lock()
	defer n.mu.Unlock()
	for i := range n.endpoints {
		e := &n.endpoints[i]
		m, tells := e.matching.(bus.Incompatible)
		if !tells {
			continue
		}
		if count, policy := m.IncompatibleQoS(); count > e.refused {
			e.refused = count
			n.log.Warn("a "+e.peers+" was refused: its QoS does not match ours", "topic", e.topic, "policy", policy, "refused", count)
		}
	}
}

// complainAboutTwins logs that another node has our name; once, until it is gone.
func (n *Node) complainAboutTwins() {
	graph, tells := n.bus.(bus.Graph)
	if !tells {
		return
	}
	count := 0
	for _, name := range graph.NodeNames() {
		if name == n.FullName() {
			count++
		}
	}
	n.mu.Lock()
	before := n.twins
	n.twins = count > 1
	n.mu.Unlock()
	if count > 1 && !before {
		n.log.Error("another node has this name: tools and services will reach either of them; rename one with -r __node:=NAME", "name", n.FullName())
	}
}
