package eval

import (
	"context"
	"time"

	"hyt/gazebo/render"
	"hyt/gazebo/sdf/stage"
	"hyt/gazebo/sim"
	"hyt/gazebo/task"
	"hyt/policy"
)

// Step is the control loop's period, 50 Hz, and that of a simulator between two commands.
const Step = 20 * time.Millisecond

const step = Step

// job is one episode to play.
type job struct {
	Episode
	task  task.Task
	scene task.Episode // drawn by draw
}

// play is one episode being played. The simulator waits for the pilot.
type play struct {
	cfg     *Config
	job     job
	world   sim.Sim
	pilot   Pilot
	film    Recorder // nil: not filmed
	cameras *cameras // nil: the pilot needs none
	ponders *cameras // of the thinker; nil: there is none
	thinks  func(sim.State) string

	judge  task.Judge
	oracle task.Oracle // of the scene's goal, whatever the pilot is told
	result Result
}

// run plays to the verdict or the time limit.
func (p *play) run(ctx context.Context) (Result, error) {
	p.result.Episode = p.job.Episode
	err := p.start(ctx)
	if err == nil {
		err = p.steps(ctx)
		p.result.Latency = p.pilot.Latency()
	}
	if err != nil {
		return p.result, err
	}
	p.result.Bag, err = p.pilot.End(p.result)
	return p.result, err
}

func (p *play) start(ctx context.Context) error {
	scene := p.job.scene.Scene
	scene.ActuationNoise = p.cfg.Noise
	if err := reset(ctx, p.world, p.job.scene, scene); err != nil {
		return err
	}
	p.judge = p.job.scene.Task.Judge(p.job.scene.Goal)
	p.oracle = p.job.scene.Task.Oracle(p.job.scene.Goal)
	if p.job.Mode == policy.Follow {
		camera, err := cameraOf(scene)
		if err != nil {
			return err
		}
		p.thinks = func(s sim.State) string { return p.oracle.Decide(s).Thought(s, camera).String() }
	}
	state := p.world.State()
	return p.pilot.Begin(ctx, p.job.Episode, Senses{Arm: state.Arm, truth: state})
}

// cameraOf is the overhead camera of a scene, the same in all simulators.
func cameraOf(scene sim.Scene) (task.Camera, error) {
	s, err := stage.Load(scene.World)
	if err != nil {
		return nil, err
	}
	c := render.NewCamera(s, scene.Light)
	return &c, nil
}

// reset puts the scene on the table. Who draws scenes himself, by their names, is asked
// by their names.
func reset(ctx context.Context, world sim.Sim, e task.Episode, scene sim.Scene) error {
	if r, ok := world.(interface {
		ResetEpisode(context.Context, task.Episode) error
	}); ok {
		e.Scene = scene
		return r.ResetEpisode(ctx, e)
	}
	return world.Reset(ctx, scene)
}

// steps plays step by step.
func (p *play) steps(ctx context.Context) error {
	for now := time.Duration(0); ; now += step {
		if err := ctx.Err(); err != nil {
			return err
		}
		if over, err := p.tick(ctx, now); over || err != nil {
			return err
		}
	}
}

// tick judges the present and, unless the episode is over, moves on by one step.
func (p *play) tick(ctx context.Context, now time.Duration) (over bool, err error) {
	state := p.world.State()
	p.result.Time, p.result.Verdict = now, p.judge.See(state)
	over = p.result.Verdict != task.Running || now >= p.job.scene.Task.Limit()
	senses := Senses{Time: now, Arm: state.Arm, truth: state}
	if !over && p.cameras != nil {
		if senses.View, err = p.cameras.look(p.world, now, state.Arm); err != nil {
			return false, err
		}
		if senses.View != nil && p.thinks != nil {
			senses.Thought = p.thinks(state)
		}
		if p.ponders != nil {
			if senses.Thinks, err = p.ponders.look(p.world, now, state.Arm); err != nil {
				return false, err
			}
		}
	}
	if over || now%p.pictures() == 0 {
		if err := p.record(); err != nil {
			return false, err
		}
	}
	if over {
		return true, nil
	}
	if _, alone := p.pilot.(Bystander); alone {
		return false, p.world.(passer).Pass(step)
	}
	cmd, err := p.pilot.Command(ctx, senses)
	if err != nil {
		return false, err
	}
	if t, ok := p.pilot.(Thinker); ok && senses.View != nil && p.job.Control == Plain {
		p.result.Thoughts.count(t.Thought(), p.oracle, state)
	}
	return false, p.world.Step(cmd, step)
}

// passer is a simulator that goes on by itself.
type passer interface {
	// Pass waits until it has gone on by dt.
	Pass(dt time.Duration) error
}

// pictures is the time between pictures of a film.
func (p *play) pictures() time.Duration {
	if p.job.Control.reference() {
		return actionPeriod
	}
	return p.cfg.Replan
}

func (p *play) record() error {
	if p.film == nil {
		return nil
	}
	text := ""
	if t, ok := p.pilot.(Thinker); ok {
		text = t.Thought()
	}
	return p.film.Record(p.world.State(), text)
}

// proprio is the tabletop's proprioception vector: x y z (m), yaw (rad), gripper.
func proprio(a sim.Arm) []float32 {
	return []float32{float32(a.X), float32(a.Y), float32(a.Z), float32(a.Yaw), float32(a.Gripper)}
}
