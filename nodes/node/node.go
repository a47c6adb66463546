package node

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"hyt/config"
	"hyt/msgs/bus"
	"hyt/msgs/diagnostic_msgs"
	"hyt/nodes/rosargs"
)

// Component is one kind of node, managed: its life goes through the states of a ROS 2
// lifecycle node. Package lifecycle drives it.
type Component interface {
	// Config is the component's own configuration, a pointer. Who changes it while
	// the node lives does so between calls of Configure.
	Config() config.Config
	// Configure gets what the node needs: the model in memory, endpoints in the graph.
	// It takes a copy of the configuration, since parameters may change later. What it
	// made through n is closed at cleanup, also after an error.
	Configure(n *Node) (Instance, error)
}

// Instance is a configured component: inactive while Run does not run.
type Instance interface {
	// Run is the active state: it works until ctx is done. It may run again later. An
	// error is one that the node cannot go on with.
	Run(ctx context.Context) error
	// Close gives back what Configure got, but for the endpoints made through the
	// node: those are closed already.
	Close() error
}

// Activator is an Instance with something to do before it is active: what others may
// ask of an active node works once Activate has returned. After an error the node
// stays inactive; otherwise Run follows.
type Activator interface{ Activate() error }

// Tunable is an Instance that takes new values of its live parameters. c is valid and
// not kept; it has the type of the component's configuration.
type Tunable interface{ Tune(c config.Config) error }

// Options of New.
type Options struct {
	Identity   rosargs.Identity
	Args       rosargs.Args
	Driver     bus.Driver
	Console    io.Writer // where log lines go
	UseSimTime bool
	Rosout     bool // log lines go to /rosout, too
}

// Node is one node in the ROS graph, or a scope of it (see Begin). Its methods may be
// called from any goroutine.
type Node struct {
	*shared
	scope *scope // of what is made through this Node
}

// shared is what all scopes of a node have in common.
type shared struct {
	id    rosargs.Identity
	args  rosargs.Args
	bus   bus.Node
	log   *slog.Logger
	clock clock

	diagnostics *bus.Publisher[*diagnostic_msgs.DiagnosticArray]
	reportEvery atomic.Int64 // ns

	mu     sync.Mutex
	scopes []*scope // in the order of their beginning
	twins  bool     // another node has our name
	set    func(name string, value any) error
}

// New makes the node known to the graph.
func New(o Options) (*Node, error) {
	opened, err := o.Driver.OpenNode(o.Identity.Name, o.Identity.Namespace)
	if err != nil {
		return nil, fmt.Errorf("node %s: %w", o.Identity.FullName(), err)
	}
	n := (&Node{shared: &shared{id: o.Identity, args: o.Args, bus: opened}}).Begin()
	n.SetDiagnosticsRate(1)
	if o.Args.NoStdout {
		o.Console = io.Discard
	}
	console := NewConsole(o.Console, o.Identity.LoggerName(), o.Args.Level(o.Identity))
	n.log = slog.New(console)
	if o.Rosout && !o.Args.NoRosout {
		out, err := n.rosout()
		if err != nil {
			return nil, errors.Join(err, n.Close())
		}
		n.log = slog.New(slog.NewMultiHandler(console, out))
	}
	if n.diagnostics, err = Advertise[*diagnostic_msgs.DiagnosticArray](n, "/diagnostics", bus.Default()); err != nil {
		return nil, errors.Join(err, n.Close())
	}
	if err := n.UseSimTime(o.UseSimTime); err != nil {
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

// SetParameter changes one of the node's parameters, as ros2 param set does.
func (n *Node) SetParameter(name string, value any) error {
	n.mu.Lock()
	set := n.set
	n.mu.Unlock()
	if set == nil {
		return fmt.Errorf("parameter %q cannot change: the node serves no parameters", name)
	}
	return set(name, value)
}

// OnSetParameter says who changes parameters.
func (n *Node) OnSetParameter(set func(name string, value any) error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.set = set
}

// Bus is the node's access to the middleware, for what the typed functions of this
// package do not cover. Its endpoints are closed with the node.
func (n *Node) Bus() bus.Node { return n.bus }

// Close ends all scopes, the newest first, and waits for the handlers of their
// endpoints.
func (n *Node) Close() error {
	n.mu.Lock()
	scopes := slices.Clone(n.scopes)
	n.mu.Unlock()
	var errs []error
	for _, s := range slices.Backward(scopes) {
		errs = append(errs, n.end(s))
	}
	return errors.Join(append(errs, n.clock.close(), n.bus.Close())...)
}
