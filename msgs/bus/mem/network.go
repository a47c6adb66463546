// Package mem is the bus within one process: nodes that share a Network hear
// each other. It follows the matching and history rules of DDS, so that what
// works here works over a real middleware.
//
// Goroutines: one per reader and one per server; each runs its handler, is woken
// by its queue and ends with the endpoint's Close. Lock order: Network.mu, then
// writer.mu, then queue.mu. Handlers run with no lock held.
//
// Two differences from DDS, on purpose: nothing is lost between a writer and a
// matched reader before the reader's history is full, also with best effort; and
// a keep-all reader's queue grows without limit instead of stopping the writer.
package mem

import (
	"crypto/rand"
	"errors"
	"io"
	"slices"
	"strings"
	"sync"

	"hyt/msgs/bus"
)

// Network is what its drivers share. The zero value is not ready: use NewNetwork.
type Network struct {
	mu      sync.RWMutex
	nodes   map[*node]struct{}
	topics  map[string]*topic
	servers map[string][]*server
	changed chan struct{} // closed, and replaced, whenever a server comes
	flow    *flow         // has a lock of its own, taken last
}

// NewNetwork makes an empty network.
func NewNetwork() *Network {
	return &Network{
		nodes:   map[*node]struct{}{},
		topics:  map[string]*topic{},
		servers: map[string][]*server{},
		changed: make(chan struct{}),
		flow:    newFlow(),
	}
}

// Open connects one more driver (in a real system: one more process).
func (n *Network) Open() bus.Driver { return &driver{net: n, nodes: map[*node]struct{}{}} }

// Open returns a driver on a network of its own.
func Open() bus.Driver { return NewNetwork().Open() }

type driver struct {
	net    *Network
	nodes  map[*node]struct{} // guarded by net.mu, like closed
	closed bool
}

func (d *driver) Name() string { return "mem" }

func (d *driver) OpenNode(name, namespace string) (bus.Node, error) {
	if err := bus.CheckNode(name, namespace); err != nil {
		return nil, err
	}
	d.net.mu.Lock()
	defer d.net.mu.Unlock()
	if d.closed {
		return nil, bus.ErrClosed
	}
	n := &node{name: name, namespace: namespace, driver: d, net: d.net, endpoints: map[io.Closer]struct{}{}}
	d.nodes[n] = struct{}{}
	d.net.nodes[n] = struct{}{}
	return n, nil
}

func (d *driver) Close() error {
	d.net.mu.Lock()
	if d.closed {
		d.net.mu.Unlock()
		return bus.ErrClosed
	}
	d.closed = true
	nodes := keys(d.nodes)
	d.net.mu.Unlock()
	return closeAll(nodes)
}

type node struct {
	name, namespace string
	driver          *driver
	net             *Network
	endpoints       map[io.Closer]struct{} // guarded by net.mu, like closed
	closed          bool
}

func (n *node) Name() string      { return n.name }
func (n *node) Namespace() string { return n.namespace }

func (n *node) Close() error {
	n.net.mu.Lock()
	if n.closed {
		n.net.mu.Unlock()
		return bus.ErrClosed
	}
	n.closed = true
	delete(n.net.nodes, n)
	delete(n.driver.nodes, n)
	endpoints := keys(n.endpoints)
	n.net.mu.Unlock()
	return closeAll(endpoints)
}

// NodeNames implements bus.Graph.
func (n *node) NodeNames() []string {
	n.net.mu.RLock()
	defer n.net.mu.RUnlock()
	if n.driver.closed {
		return nil
	}
	names := make([]string, 0, len(n.net.nodes))
	for other := range n.net.nodes {
		names = append(names, strings.TrimSuffix(other.namespace, "/")+"/"+other.name)
	}
	slices.Sort(names)
	return names
}

// Topics implements bus.Graph.
func (n *node) Topics() map[string][]string {
	n.net.mu.RLock()
	defer n.net.mu.RUnlock()
	if n.driver.closed {
		return nil
	}
	topics := make(map[string][]string, len(n.net.topics))
	for name, t := range n.net.topics {
		topics[name] = t.typeNames()
	}
	return topics
}

// closeAll closes everything, and forgives what was closed in the meantime.
func closeAll[C io.Closer](closers []C) error {
	var errs []error
	for _, c := range closers {
		if err := c.Close(); err != nil && !errors.Is(err, bus.ErrClosed) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

func keys[K comparable](set map[K]struct{}) []K {
	list := make([]K, 0, len(set))
	for k := range set {
		list = append(list, k)
	}
	return list
}

func newID() (id [16]byte) {
	rand.Read(id[:]) // never fails
	return id
}
