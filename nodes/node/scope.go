package node

import (
	"errors"
	"io"
	"slices"

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

// scope is what was made through one Node and ends with it.
type scope struct {
	endpoints []endpoint // in the order of their making
	checks    []check    // of diagnostics
}

// Own has what a program made through Bus closed with the node or its scope.
func (n *Node) Own(c io.Closer) { n.own(endpoint{closer: c}) }

func (n *Node) own(e endpoint) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.scope.endpoints = append(n.scope.endpoints, e)
}

// Begin returns the same node in a scope of its own: End closes what was made through
// it, and through nothing else.
func (n *Node) Begin() *Node {
	n.mu.Lock()
	defer n.mu.Unlock()
	s := &scope{}
	n.scopes = append(n.scopes, s)
	return &Node{shared: n.shared, scope: s}
}

// End closes the endpoints that were made through this Node, the newest first, waits
// for their handlers, and forgets its diagnostics.
func (n *Node) End() error { return n.end(n.scope) }

func (n *shared) end(s *scope) error {
	n.mu.Lock()
	n.scopes = slices.DeleteFunc(n.scopes, func(other *scope) bool { return other == s })
	doomed := s.endpoints
	s.endpoints, s.checks = nil, nil
	n.mu.Unlock()
	var errs []error
	for _, e := range slices.Backward(doomed) {
		errs = append(errs, e.closer.Close())
	}
	return errors.Join(errs...)
}

// complainAboutPeers logs who cannot be heard, or cannot hear us, since the qualities
// of service do not match; each refusal once.
func (n *Node) complainAboutPeers() {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, s := range n.scopes {
		for i := range s.endpoints {
			n.complainAboutPeersOf(&s.endpoints[i])
		}
	}
}

func (n *Node) complainAboutPeersOf(e *endpoint) {
	m, tells := e.matching.(bus.Incompatible)
	if !tells {
		return
	}
	if count, policy := m.IncompatibleQoS(); count > e.refused {
		e.refused = count
		n.log.Warn("a "+e.peers+" was refused: its QoS does not match ours", "topic", e.topic, "policy", policy, "refused", count)
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
