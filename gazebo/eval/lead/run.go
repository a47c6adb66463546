package lead

import (
	"context"
	"errors"
	"io"

	"hyt/msgs/bus"
	"hyt/nodes/managed"
	"hyt/nodes/node"
	"hyt/nodes/rosargs"
)

// Running is a policy node in this process.
type Running struct {
	node  *node.Node
	stop  context.CancelFunc
	alive context.Context
}

// Run starts a node of the component's kind on driver, which stays the caller's. Its
// configuration is made to fit a leader: it does nothing by itself. log gets its console
// lines.
func Run(component node.Component, driver bus.Driver, log io.Writer) (*Running, error) {
	base := component.Config().Base()
	base.Autostart = false
	n, err := node.New(node.Options{
		Identity: rosargs.Identity{Name: component.Config().Kind(), Namespace: "/"}, Driver: driver, Console: log,
		UseSimTime: base.UseSimTime,
	})
	if err != nil {
		return nil, err
	}
	running, stop := context.WithCancel(context.Background())
	alive, ended := context.WithCancelCause(context.Background())
	go func() { ended(managed.Run(running, n, component)) }()
	return &Running{n, stop, alive}, nil
}

// Name is the node's full name.
func (r *Running) Name() string { return r.node.FullName() }

// Alive is done when the node has ended; its cause says why.
func (r *Running) Alive() context.Context { return r.alive }

// Close ends the node and waits for it.
func (r *Running) Close() error {
	r.stop()
	<-r.alive.Done()
	err := context.Cause(r.alive)
	if errors.Is(err, context.Canceled) { // it ended since it was told to
		err = nil
	}
	return errors.Join(err, r.node.Close())
}
