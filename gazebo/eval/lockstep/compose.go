package lockstep

import (
	"context"
	"errors"
	"io"

	"hyt/gazebo/eval"
	"hyt/gazebo/eval/lead"
	"hyt/msgs/bus"
	"hyt/msgs/bus/mem"
	"hyt/nodes/node"
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
	return func(context.Context) (eval.Pilot, error) {
		net, err := open()
		if err != nil {
			return nil, err
		}
		c, rest, err := component()
		if err != nil {
			return nil, errors.Join(err, net.Close())
		}
		c.Config().Base().UseSimTime = true
		p := &composed{net: net, rest: rest}
		if p.policy, err = lead.Run(c, net.Policy, log); err != nil {
			return nil, errors.Join(err, net.Close(), rest.Close())
		}
		own := robot
		own.Driver, own.Settle, own.Policy, own.Alive = net.Robot, net.Settle, p.policy.Name(), p.policy.Alive()
		if p.Robot, err = New(own); err != nil {
			return nil, errors.Join(err, p.end())
		}
		return p, nil
	}
}

// composed is a robot with its policy node.
type composed struct {
	*Robot
	net    Network
	policy *lead.Running
	rest   io.Closer
}

// Close implements eval.Pilot.
func (p *composed) Close() error { return errors.Join(p.Robot.Close(), p.end()) }

func (p *composed) end() error {
	return errors.Join(p.policy.Close(), p.net.Close(), p.rest.Close())
}
