package evalcmd

import (
	"fmt"
	"io"

	"hyt/gazebo/embedded"
	"hyt/gazebo/sim"
)

// simulator is the one that a run plays in.
type simulator struct {
	open   func() (sim.Sim, error)
	single bool // one episode at a time
	close  func()
}

// unavailable is why a simulator cannot be had on this machine.
type unavailable struct{ why error }

func (u *unavailable) Error() string { return u.why.Error() }
func (u *unavailable) Unwrap() error { return u.why }

// simulator opens what the scenario names.
func (o options) simulator(io.Writer) (*simulator, error) {
	switch o.Sim {
	case "embedded":
		return &simulator{open: func() (sim.Sim, error) { return embedded.New(o.World) }, close: func() {}}, nil
	}
	return nil, fmt.Errorf("simulator %q is not part of this build: choose embedded", o.Sim)
}
