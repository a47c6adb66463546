package demos

import (
	"errors"
	"fmt"
	"time"

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
	camera task.Camera
	stage  *stage
	noise  float64       // sim.Scene.ActuationNoise, m/s
	pace   time.Duration // least wall time of one step; 0: as fast as it goes
	now    time.Time     // simulated
}

// play demonstrates one episode and says whether it succeeded. The episode's
// simulated time ends where the next one's begins, with a pause.
func (p *performer) play(e task.Episode) (bool, error) {
	e.Scene = task.Stray(e)
	e.Scene.ActuationNoise = p.noise
	if err := p.sim.Reset(e.Scene); err != nil {
		return false, fmt.Errorf("%s seed %d: %w", e.Task.Name(), e.Seed, err)
	}
	marker := &hyt_msgs.Episode{
		Header: robotmsg.Header(p.now, ""), Id: fmt.Sprintf("%s-%s-%d", e.Task.Name(), e.Split, e.Seed),
		Task: e.Task.Name(), Split: string(e.Split), Seed: e.Seed, Phase: hyt_msgs.Episode_START,
	}
	if err := errors.Join(p.stage.tell(p.now), p.stage.mark(marker, e.Instruction)); err != nil {
		return false, err
	}
	success, err := p.act(e)
	if err != nil {
		return false, fmt.Errorf("%s seed %d: %w", e.Task.Name(), e.Seed, err)
	}
	marker.Header = robotmsg.Header(p.now, "")
	marker.Phase, marker.Success = hyt_msgs.Episode_END, success
	if err := errors.Join(p.stage.tell(p.now), p.stage.mark(marker, "")); err != nil {
		return false, err
	}
	p.now = p.now.Add(between)
	return success, nil
}

// act runs the oracle to the verdict or the end of the task's time. There is no rest
// after success: to a policy without memory it would look like work still to do,
// and teach it to stop there. Where demonstrations are to be noisy, the robot fumbles
// now and then; what is recorded is what the oracle wanted.
func (p *performer) act(e task.Episode) (bool, error) {
	oracle, judge := e.Task.Oracle(e.Goal), e.Task.Judge(e.Goal)
	verdict := judge.See(p.sim.State())
	fumbles := task.NewFumbles(e.Seed)
	for t := time.Duration(0); t < e.Task.Limit() && verdict == task.Running; t += period {
		begun := time.Now()
		state := p.sim.State()
		decision := oracle.Decide(state)
		frame, err := p.sim.Render(sim.Overhead)
		err = errors.Join(err,
			p.stage.tell(p.now),
			p.stage.observe(p.now, frame, state.Arm),
			p.stage.act(p.now, decision.Command, decision.Thought(state, p.camera)),
		)
		for k := range period / step {
			command := decision.Command
			if p.noise > 0 {
				command = fumbles.Spoil(t+k*step, command)
			}
			err = errors.Join(err, p.sim.Step(command, step))
			verdict = judge.See(p.sim.State())
		}
		if err != nil {
			return false, err
		}
		p.now = p.now.Add(period)
		time.Sleep(p.pace - time.Since(begun))
	}
	return verdict == task.Success, nil
}
