package node

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"time"

	"hyt/config"
	"hyt/msgs/bus"
	"hyt/nodes/rosargs"
)

// Component is one kind of node.
type Component interface {
	// Config is the component's own configuration, a pointer. It is filled and valid
	// when Run is called.
	Config() config.Config
	// Run works until ctx is done. It may not use n after it has returned. An error
	// ends the whole process.
	Run(ctx context.Context, n *Node) error
}

// Options of New.
type Options struct {
	Identity   rosargs.Identity
	Args       rosargs.Args
	Driver     bus.Driver
	Console    io.Writer // where log lines go
	UseSimTime bool
}

// Node is one node in the ROS graph. Its methods may be called from any goroutine.
type Node struct {
	id    rosargs.Identity
	args  rosargs.Args
	bus   bus.Node
	log   *slog.Logger
	clock clock

	mu      sync.Mutex
	closers []io.Closer // endpoints, in the order of their making
	checks  []check     // of diagnostics
}

// New makes the node known to the graph.
func New(o Options) (*Node, error) {
	opened, err := o.Driver.OpenNode(o.Identity.Name, o.Identity.Namespace)
	if err != nil {
		return nil, fmt.Errorf("node %s: %w", o.Identity.FullName(), err)
	}
	n := &Node{
		id: o.Identity, args: o.Args, bus: opened,
		log: slog.New(NewConsole(o.Console, o.Identity.LoggerName(), o.Args.Level(o.Identity))),
	}
	if err := n.startClock(o.UseSimTime); err != nil {
		return nil, errors.Join(err, n.Close())
	}
	return n, nil
}

// FullName is the node's name in the graph: "/robot/policy".
func (n *Node) FullName() string { return n.id.FullName() }

// Name is the node's own name: "policy".
func (n *Node) Name() string { return n.id.Name }

// Log writes console lines.
func (n *Node) Log() *slog.Logger { return n.log }

// Now is the node's clock: the system's, or /clock with use_sim_time. Before the
// first /clock it is the zero time.
func (n *Node) Now() time.Time { return n.clock.now() }

// Topic is where a topic of the node really is, after expansion and remaps.
func (n *Node) Topic(name string) (string, error) {
	return n.args.Resolve(n.id, rosargs.Topic, name)
}

// Service is where a service of the node really is, after expansion and remaps.
func (n *Node) Service(name string) (string, error) {
	return n.args.Resolve(n.id, rosargs.Service, name)
}

// Bus is the node's access to the middleware, for what the typed functions of this
// package do not cover. Its endpoints are closed with the node.
func (n *Node) Bus() bus.Node { return n.bus }

// Close ends all endpoints, the newest first, and waits for their handlers.
func (n *Node) Close() error {
	n.mu.Lock()
	closers := n.closers
	n.closers = nil
	n.mu.Unlock()
	var errs []error
	for i := len(closers) - 1; i >= 0; i-- {
		errs = append(errs, closers[i].Close())
	}
	return errors.Join(append(errs, n.bus.Close())...)
}

func (n *Node) own(c io.Closer) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.closers = append(n.closers, c)
}
