package evalcmd

import (
	"io"

	"hyt/gazebo/sim"
	"hyt/gazebo/simulators"
)

// simulator is the one that a run plays in.
type simulator struct {
	open   func(cameras []string) (sim.Sim, error)
	single bool // one episode at a time
	close  func()
}

// unavailable is why a simulator cannot be had on this machine.
type unavailable struct{ why error }

func (u *unavailable) Error() string { return u.why.Error() }
func (u *unavailable) Unwrap() error { return u.why }

// simulator finds what the scenario names.
func (o options) simulator(io.Writer) (*simulator, error) {
	if err := simulators.Available(o.Sim); err != nil {
		return nil, &unavailable{err}
	}
	open := func(cameras []string) (sim.Sim, error) { return simulators.Open(o.Sim, o.World, cameras) }
	return &simulator{open: open, close: func() {}}, nil
}
