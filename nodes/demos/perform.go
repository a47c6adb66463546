package demos

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	sdfstage "hyt/gazebo/sdf/stage"
	"hyt/gazebo/sim"
	"hyt/gazebo/task"
	"hyt/msgs/hyt_msgs"
	"hyt/nodes/robotmsg"
)

// period is how long an oracle's command holds.
const period = time.Duration(task.Period * float64(time.Second))

// step is how often the judge looks: the control period of a policy.
const step = 20 * time.Millisecond

// between two episodes, on the simulated clock.
const between = 2 * time.Second

// performer plays oracle episodes on a stage.
type performer struct {
	sim    sim.Sim
	look   *sdfstage.Stage // where the cameras are
	camera task.Camera     // of this scene
	stage  *stage
	noise  float64       // sim.Scene.ActuationNoise, m/s
	see    bool          // thoughts begin with what matters in the image
	pace   time.Duration // least wall time of one step; 0: as fast as it goes
	now    time.Time     // simulated
}

// play demonstrates one episode and says whether it succeeded. The episode's
// simulated time ends where the next one's begins, with a pause.
func (p *performer) play(ctx context.Context, e task.Episode) (bool, error) {
	e.Scene = task.Stray(e)
	e.Scene.ActuationNoise = p.noise
	if err := p.sim.Reset(ctx, e.Scene); err != nil {
		return false, &simFault{e, err}
	}
	marker := &hyt_msgs.Episode{
		Header: robotmsg.Header(p.now, ""), Id: fmt.Sprintf("%s-%s-%d", e.Task.Name(), e.Split, e.Seed),
		Task: e.Task.Name(), Split: string(e.Split), Seed: e.Seed, Phase: hyt_msgs.Episode_START,
	}
	if err := errors.Join(p.stage.tell(p.now), p.stage.mark(marker, e.Instruction)); err != nil {
		return false, err
	}
	success, fault := p.act(e)
	marker.Header = robotmsg.Header(p.now, "")
	marker.Phase, marker.Success = hyt_msgs.Episode_END, success
	if err := errors.Join(p.stage.tell(p.now), p.stage.mark(marker, "")); err != nil {
		return false, err
	}
	p.now = p.now.Add(between)
	return success, fault
}

// leave closes the simulator, if there is one; another may be opened.
func (p *performer) leave() error {
	if p.sim == nil {
		return nil
	}
	err := p.sim.Close()
	p.sim = nil
	return err
}

// simFault is a simulator that failed in a demonstration, which ends there, as one that
// did not succeed.
type simFault struct {
	episode task.Episode
	err     error
}

func (f *simFault) Error() string {
	return fmt.Sprintf("%s seed %d: %v", f.episode.Task.Name(), f.episode.Seed, f.err)
}
func (f *simFault) Unwrap() error { return f.err }

// act runs the oracle to the verdict or the end of the task's time. There is no rest
// after success: to a policy without memory it would look like work still to do,
// and teach it to stop there. Where demonstrations are to be noisy, the robot fumbles
// now and then; what is recorded is what the oracle wanted.
func (p *performer) act(e task.Episode) (bool, error) {
	oracle, judge := e.Task.Oracle(e.Goal), e.Task.Judge(e.Goal)
	var looked []task.Thing
	if p.see {
		var err error
		if looked, err = e.Considered(); err != nil {
			return false, err
		}
	}
	verdict := judge.See(p.sim.State())
	fumbles := task.NewFumbles(e.Seed)
	for t := time.Duration(0); t < e.Task.Limit() && verdict == task.Running; t += period {
		begun := time.Now()
		state := p.sim.State()
		decision := oracle.Decide(state)
		decision.Looked = looked
		views, err := p.views()
		if err != nil {
			return false, &simFault{e, err}
		}
		err = errors.Join(
			p.stage.tell(p.now),
			p.stage.observe(p.now, views, state.Arm),
			p.stage.act(p.now, decision.Command, decision.Thought(state, p.camera)),
		)
		if err != nil {
			return false, err
		}
		for k := range period / step {
			command := decision.Command
			if p.noise > 0 {
				command = fumbles.Spoil(t+k*step, command)
			}
			if err := p.sim.Step(command, step); err != nil {
				return false, &simFault{e, err}
			}
			verdict = judge.See(p.sim.State())
		}
		p.now = p.now.Add(period)
		time.Sleep(p.pace - time.Since(begun))
	}
	return verdict == task.Success, nil
}

// views are what the stage's cameras see now.
func (p *performer) views() ([]sim.Frame, error) {
	views := make([]sim.Frame, len(p.stage.cameras))
	for i, name := range p.stage.cameras {
		f, err := p.sim.Render(name)
		if err != nil {
			return nil, err
		}
		if len(views) > 1 {
			f.RGB = bytes.Clone(f.RGB) // the next camera's may take its place
		}
		views[i] = f
	}
	return views, nil
}
