package evalcmd

import (
	"context"

	"hyt/config"
	"hyt/gazebo/rossim"
	"hyt/gazebo/sim"
	"hyt/gazebo/simulators"
	"hyt/nodes/node"
)

// simulator is the one that a run plays in.
type simulator struct {
	open  func(ctx context.Context, cameras []string) (sim.Sim, error)
	live  *rossim.Config // nil: it waits for the policy
	close func()
}

// unavailable is why a simulator cannot be had on this machine.
type unavailable struct{ why error }

func (u *unavailable) Error() string { return u.why.Error() }
func (u *unavailable) Unwrap() error { return u.why }

// simulator finds what the scenario names.
func (o options) simulator() (*simulator, error) {
	if o.Sim == "ros" {
		driver, err := node.OpenDriver(config.Common{Bus: "auto"})
		if err != nil {
			return nil, err
		}
		c := rossim.Config{Driver: driver, Simulator: o.simNode}
		open := func(ctx context.Context, _ []string) (sim.Sim, error) { return rossim.Open(ctx, c) }
		return &simulator{open: open, live: &c, close: func() { _ = driver.Close() }}, nil
	}
	if err := simulators.Available(o.Sim); err != nil {
		return nil, &unavailable{err}
	}
	open := func(_ context.Context, cameras []string) (sim.Sim, error) {
		return simulators.Open(o.Sim, o.World, cameras)
	}
	return &simulator{open: open, close: func() {}}, nil
}
