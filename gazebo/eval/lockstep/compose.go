package lockstep

import (
	"context"
	"errors"
	"io"

	"hyt/config"
	"hyt/gazebo/eval"
	"hyt/msgs/bus"
	"hyt/msgs/bus/mem"
	"hyt/nodes/managed"
	"hyt/nodes/node"
	"hyt/nodes/rosargs"
)

// Network is where robot and policy node meet.
type Network struct {
	Robot, Policy bus.Driver // may be the same
	Settle        func()     // see Config
	Close         func() error
}

// InProcess is a network of its own, in memory.
func InProcess() (Network, error) {
	net := mem.NewNetwork()
	robot, policy := net.Open(), net.Open()
	return Network{robot, policy, net.Settle, func() error { return errors.Join(robot.Close(), policy.Close()) }}, nil
}

// Composed makes pilots that each run a policy node of their own in this process: the
// node that component makes, on a network that open makes. Its configuration is made to
// fit: simulated time, and managed by the robot. What component returns with it is closed
// after it. log gets the node's console lines.
func Composed(component func() (node.Component, io.Closer, error), open func() (Network, error), robot Config, log io.Writer) eval.PilotFactory {
	return func(ctx context.Context) (eval.Pilot, error) {
		net, err := open()
		if err != nil {
			return nil, err
		}
		c, rest, err := component()
		if err != nil {
			return nil, errors.Join(err, net.Close())
		}
		base := c.Config().Base()
		base.UseSimTime, base.Autostart = true, false
		p := &composed{net: net, rest: rest}
		if p.node, err = openNode(c.Config(), net.Policy, log); err != nil {
			return nil, errors.Join(err, net.Close(), rest.Close())
		}
		// It outlives the call, and ends in Close.
		running, stop := context.WithCancel(context.WithoutCancel(ctx))
		alive, ended := context.WithCancelCause(context.Background())
		p.stop, p.alive = stop, alive
		go func() { ended(managed.Run(running, p.node, c)) }()
		own := robot
		own.Driver, own.Settle, own.Policy, own.Alive = net.Robot, net.Settle, p.node.FullName(), alive
		if p.Robot, err = New(own); err != nil {
			return nil, errors.Join(err, p.end())
		}
		return p, nil
	}
}

func openNode(c config.Config, driver bus.Driver, log io.Writer) (*node.Node, error) {
	return node.New(node.Options{
		Identity: rosargs.Identity{Name: c.Kind(), Namespace: "/"}, Driver: driver, Console: log, UseSimTime: true,
		Args: rosargs.Args{},
	})
}

// composed is a robot with its policy node.
type composed struct {
	*Robot
	net   Network
	rest  io.Closer
	node  *node.Node
	stop  context.CancelFunc
	alive context.Context // done when the node has ended; its cause says why
}

// Close implements eval.Pilot.
func (p *composed) Close() error { return errors.Join(p.Robot.Close(), p.end()) }

func (p *composed) end() error {
	p.stop()
	<-p.alive.Done()
	err := context.Cause(p.alive)
	if errors.Is(err, context.Canceled) { // it ended since it was told to
		err = nil
	}
	return errors.Join(err, p.node.Close(), p.net.Close(), p.rest.Close())
}
