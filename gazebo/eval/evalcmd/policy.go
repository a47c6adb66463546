package evalcmd

import (
	"fmt"
	"io"
	"time"

	"hyt/config"
	"hyt/gazebo/eval"
	"hyt/gazebo/eval/lockstep"
	"hyt/gazebo/rossim"
	"hyt/msgs/bus"
	"hyt/nodes/control"
	"hyt/nodes/engines"
	"hyt/nodes/node"
	"hyt/nodes/observe"
	"hyt/nodes/policynode"
	"hyt/policy"
	"hyt/policy/spec"
)

// pilots runs the model in policy nodes, or without where the bus is "direct". engine
// serves the latter, and thinkers.
func (o options) pilots(cfg eval.Config, s *simulator, engine *policy.Engine, model string, bags func(eval.Episode) string) (eval.PilotFactory, error) {
	for _, mode := range cfg.Modes {
		if err := engine.Can(mode); err != nil {
			return nil, err
		}
		if mode == policy.Guided && s.live == nil {
			if err := engine.Can(policy.Think); err != nil {
				return nil, fmt.Errorf("mode guided: %w", err)
			}
		}
	}
	component := func() (node.Component, io.Closer, error) { return o.node(model, cfg.Modes[0], s.live == nil) }
	if s.live != nil {
		return rossim.Policy(component, *s.live, io.Discard), nil
	}
	open := lockstep.InProcess
	switch o.Bus {
	case "mem":
	case "dds":
		open = overDDS
	case "direct":
		return cfg.Direct(func(m policy.Mode) (eval.Actor, error) { return newActor(engine, m) }), nil
	default:
		return nil, fmt.Errorf("no bus %q: choose mem, dds or direct", o.Bus)
	}
	robot := lockstep.Config{
		Cameras: cfg.Cameras, Bags: bags, ThinkerLatency: cfg.Thinker.Latency,
		Mind: func() (*lockstep.Mind, error) { return lockstep.NewMind(engine) },
	}
	return lockstep.Composed(component, open, robot, io.Discard), nil
}

// node is a policy node with an engine of its own. It is configured in a mode of those that
// are asked for, since a model need not have the default one. In lockstep it is set as it
// would be on a robot whose camera sends as often as the policy plans. The engine stays
// loaded until the closer is closed, however often the node is configured.
func (o options) node(model string, mode policy.Mode, lockstep bool) (node.Component, io.Closer, error) {
	pool := engines.NewPool()
	engine, err := pool.Keep(model, policy.Options{Threads: int(config.DefaultPolicy().Threads)})
	if err != nil {
		return nil, nil, err
	}
	c := policynode.New(policynode.FromPool(pool))
	p := c.Config().(*config.Policy)
	p.Model, p.Mode = model, string(mode)
	p.ReplanRate = 1 / o.Replan.Seconds()
	if p.UseSimTime = lockstep || o.simTime; lockstep {
		p.ImageTimeout += (o.Replan + o.Inject.Latency).Seconds()
	}
	if o.Blending != "" {
		p.Blending = o.Blending
	}
	if o.Blending == control.BlendSwitch.String() { // plainly, as all of it stood before there was another way
		p.Resampling, p.CatchUp = control.Chunking{}.Resampling.String(), 0
	}
	return c, engine, nil
}

// overDDS is a network on this machine's loopback.
func overDDS() (lockstep.Network, error) {
	if err := node.Isolate(); err != nil {
		return lockstep.Network{}, err
	}
	driver, err := node.OpenDriver(config.Common{Bus: "dds"})
	return lockstep.Network{Robot: driver, Policy: driver, Close: func() error { return closeDriver(driver) }}, err
}

// closeDriver lets the last messages out first.
func closeDriver(d bus.Driver) error {
	time.Sleep(50 * time.Millisecond)
	return d.Close()
}

// cameras are the topics of the model's cameras; simulators call theirs the same.
func cameras(s *spec.Spec) []string {
	var names []string
	for i, c := range s.Cameras {
		names = append(names, observe.Topic(i, c.Name))
	}
	return names
}
