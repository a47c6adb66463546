//go:build ros2 && cgo

package rcl

import (
	"io"
	"slices"
	"strings"
	"sync"

	"github.com/tiiuae/rclgo/pkg/rclgo"

	"hyt/msgs/bus"
)

type node struct {
	driver    *driver
	entity    *rclgo.Node
	use       gate                   // held by what uses entity
	endpoints map[io.Closer]struct{} // guarded by driver.mu
	gone      sync.WaitGroup         // endpoints that are not closed yet
}

func (n *node) Name() string      { return n.entity.Name() }
func (n *node) Namespace() string { return n.entity.Namespace() }

// adopt adds an endpoint. The caller holds n.use, so that n is open.
func (n *node) adopt(endpoint io.Closer) {
	n.driver.mu.Lock()
	defer n.driver.mu.Unlock()
	n.endpoints[endpoint] = struct{}{}
	n.gone.Add(1)
}

// release removes an endpoint. It returns false when it was removed before. After
// true, the caller calls n.gone.Done when the endpoint is closed.
func (n *node) release(endpoint io.Closer) bool {
	n.driver.mu.Lock()
	defer n.driver.mu.Unlock()
	_, ok := n.endpoints[endpoint]
	delete(n.endpoints, endpoint)
	return ok
}

func (n *node) Close() error {
	if !n.use.shut() {
		return bus.ErrClosed
	}
	d := n.driver
	d.mu.Lock()
	endpoints := make([]io.Closer, 0, len(n.endpoints))
	for e := range n.endpoints {
		endpoints = append(endpoints, e)
	}
	d.mu.Unlock()
	err := closeAll(endpoints)
	n.gone.Wait() // also for those that others are closing
	if err == nil {
		err = rclError("close node "+n.Name(), n.entity.Close())
	}
	d.mu.Lock()
	delete(d.nodes, n)
	d.mu.Unlock()
	d.gone.Done()
	return err
}

// NodeNames implements bus.Graph.
func (n *node) NodeNames() []string {
	if !n.use.enter() {
		return nil
	}
	defer n.use.leave()
	names, namespaces, err := n.entity.GetNodeNames()
	if err != nil {
		return nil
	}
	for i, namespace := range namespaces {
		names[i] = strings.TrimSuffix(namespace, "/") + "/" + names[i]
	}
	slices.Sort(names)
	return names
}

// Topics implements bus.Graph.
func (n *node) Topics() map[string][]string {
	if !n.use.enter() {
		return nil
	}
	defer n.use.leave()
	topics, err := n.entity.GetTopicNamesAndTypes(true)
	if err != nil {
		return nil
	}
	for _, kinds := range topics {
		slices.Sort(kinds)
	}
	return topics
}
