//go:build ros2 && cgo

package rcl

import (
	"errors"
	"io"
	"sync"

	"github.com/tiiuae/rclgo/pkg/rclgo"

	"hyt/msgs/bus"
)

// rclArguments are what rcl is told. Names, remaps and parameters are settled
// before they come to a driver. The log topic belongs to hyt's nodes, and a node
// that shall not write files writes none.
var rclArguments = []string{"--ros-args", "--log-level", "warn", "--disable-rosout-logs", "--disable-external-lib-logs"}

type driver struct {
	context *rclgo.Context
	gone    sync.WaitGroup // nodes that are not closed yet

	mu     sync.Mutex // guards what follows, and each node's endpoints and closed
	nodes  map[*node]struct{}
	closed bool
}

// Open makes an rcl context. Errors say what the user can do.
func Open(o Options) (bus.Driver, error) {
	args, _, err := rclgo.ParseArgs(rclArguments)
	if err != nil {
		return nil, rclError("read arguments", err)
	}
	settings := rclgo.NewDefaultContextOptions()
	if o.Domain != nil {
		settings.DomainID = uint(*o.Domain)
	}
	context, err := rclgo.NewContextWithOpts(args, settings)
	if err != nil {
		return nil, rclError("start ROS 2 (check ROS_DOMAIN_ID, RMW_IMPLEMENTATION and that the ROS 2 of the build is sourced)", err)
	}
	return &driver{context: context, nodes: map[*node]struct{}{}}, nil
}

func (d *driver) Name() string { return "rcl" }

func (d *driver) OpenNode(name, namespace string) (bus.Node, error) {
	if err := bus.CheckNode(name, namespace); err != nil {
		return nil, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		return nil, bus.ErrClosed
	}
	entity, err := d.context.NewNode(name, namespace)
	if err != nil {
		return nil, rclError("make node "+name, err)
	}
	n := &node{driver: d, entity: entity, endpoints: map[io.Closer]struct{}{}}
	d.nodes[n] = struct{}{}
	d.gone.Add(1)
	return n, nil
}

func (d *driver) Close() error {
	d.mu.Lock()
	if d.closed {
		d.mu.Unlock()
		return bus.ErrClosed
	}
	d.closed = true
	nodes := make([]io.Closer, 0, len(d.nodes))
	for n := range d.nodes {
		nodes = append(nodes, n)
	}
	d.mu.Unlock()
	err := closeAll(nodes)
	d.gone.Wait() // also for those that others are closing
	return errors.Join(err, rclError("leave", d.context.Close()))
}

// closeAll closes everything at once, because each may wait for a handler, and
// forgives what was closed in the meantime.
func closeAll(closers []io.Closer) error {
	errs := make([]error, len(closers))
	var all sync.WaitGroup
	for i, c := range closers {
		all.Go(func() {
			if err := c.Close(); !errors.Is(err, bus.ErrClosed) {
				errs[i] = err
			}
		})
	}
	all.Wait()
	return errors.Join(errs...)
}
