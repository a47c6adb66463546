// Package eval plays episodes in a simulator in lockstep and says how often a
// policy succeeded, with intervals, controls and films. The simulator waits for
// the policy, so the figures do not depend on how busy the machine is; latency
// is injected where its effect is asked for.
package eval

import (
	"context"

	"hyt/gazebo/sim"
	"hyt/gazebo/task"
	"hyt/policy"
)

// Actor is a policy under test. It plays one episode after another, in one
// goroutine. If it is also an io.Closer it is closed after its last episode.
type Actor interface {
	// Start begins an episode: nothing of an earlier one may be remembered.
	Start(instruction string) error
	// Act returns the chunk for what is seen now. The observation's images are
	// valid during the call only.
	Act(ctx context.Context, obs policy.Observation) (policy.Chunk, error)
}

// ActorFactory makes one actor for one worker. mode says how it is to run.
type ActorFactory func(mode policy.Mode) (Actor, error)

// Thinker is an Actor that tells its latest thought, for captions.
type Thinker interface {
	Thought() string
}

// insider is an actor of this package that decides from the true state.
type insider interface {
	see(sim.State)
}

// oracleActor plays a task's oracle, or a reference policy, as if it were a
// learned one: through chunks and the runner's limits.
type oracleActor struct {
	oracle task.Oracle
	camera task.Camera // may be nil: no thoughts
	state  sim.State
	last   string
}

func (a *oracleActor) Start(string) error  { return nil }
func (a *oracleActor) see(state sim.State) { a.state = state }
func (a *oracleActor) Thought() string     { return a.last }

// Act returns a chunk of one row: an oracle knows only the present.
func (a *oracleActor) Act(_ context.Context, obs policy.Observation) (policy.Chunk, error) {
	d := a.oracle.Decide(a.state)
	if a.camera != nil {
		a.last = d.Thought(a.state, a.camera).String()
	}
	c := d.Command
	row := []float64{
		c.Linear[0] * task.Period, c.Linear[1] * task.Period, c.Linear[2] * task.Period,
		c.YawRate * task.Period, c.Gripper,
	}
	return policy.Chunk{
		Stamp: obs.Stamp, Period: actionPeriod, Names: actionNames(), Actions: [][]float64{row},
	}, nil
}
