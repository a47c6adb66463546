package eval

import (
	"context"
	"fmt"
	"time"

	"hyt/gazebo/sim"
	"hyt/gazebo/task"
	"hyt/policy"
)

// step is the control loop's period: 50 Hz.
const step = 20 * time.Millisecond

// job is one episode to play.
type job struct {
	Episode
	scene task.Episode
}

// play is one episode being played. The simulator waits for the actor.
type play struct {
	cfg   *Config
	job   job
	world sim.Sim
	actor Actor
	film  Recorder // nil: not filmed

	arm    *driver
	judge  task.Judge
	result Result

	waiting bool // chunk waits until due: the injected latency
	chunk   policy.Chunk
	due     time.Duration
}

// run plays to the verdict or the time limit.
func (p *play) run(ctx context.Context) (Result, error) {
	err := p.start()
	for now := time.Duration(0); err == nil; now += step {
		var over bool
		if over, err = p.tick(ctx, now); over {
			return p.result, nil
		}
	}
	return p.result, fmt.Errorf("%s, split %s, seed %d, at %v: %w",
		p.job.Task, p.job.Split, p.job.Seed, p.result.Time, err)
}

func (p *play) start() error {
	p.result.Episode = p.job.Episode
	scene := p.job.scene.Scene
	scene.ActuationNoise = p.cfg.Noise
	if err := p.world.Reset(scene); err != nil {
		return err
	}
	if err := p.actor.Start(p.job.Instruction); err != nil {
		return err
	}
	p.judge = p.job.scene.Task.Judge(p.job.scene.Goal)
	p.arm = newDriver(*p.cfg.Limits, p.cfg.Chunking, scene.Arm)
	return p.arm.start(scene.Arm)
}

// tick judges the present and, unless the episode is over, moves on by one step.
func (p *play) tick(ctx context.Context, now time.Duration) (over bool, err error) {
	state := p.world.State()
	p.result.Time, p.result.Verdict = now, p.judge.See(state)
	over = p.result.Verdict != task.Running || now >= p.job.scene.Task.Limit()
	replan := !over && now%p.interval() == 0
	if replan {
		if err := p.replan(ctx, now, state); err != nil {
			return false, err
		}
	}
	if over || replan {
		if err := p.record(); err != nil {
			return false, err
		}
	}
	if over {
		return true, nil
	}
	if p.waiting && now >= p.due {
		p.waiting = false
		if err := p.arm.offer(p.chunk); err != nil {
			return false, err
		}
	}
	return false, p.world.Step(p.arm.command(now, state.Arm), step)
}

// interval is the time between observations; references decide at their own rate.
func (p *play) interval() time.Duration {
	if p.job.Control.reference() {
		return actionPeriod
	}
	return p.cfg.Replan
}

// replan shows the present to the actor and keeps its chunk until it is due.
func (p *play) replan(ctx context.Context, now time.Duration, state sim.State) error {
	if in, ok := p.actor.(insider); ok {
		in.see(state)
	}
	obs := policy.Observation{Stamp: stamp(now), Proprio: proprio(state.Arm)}
	if !p.job.Control.reference() {
		frame, err := p.world.Render(sim.Overhead)
		if err != nil {
			return err
		}
		if p.job.Control == Blank {
			frame.RGB = grey(len(frame.RGB))
		}
		obs.Images = [][]byte{frame.RGB}
	}
	chunk, err := p.actor.Act(ctx, obs)
	if err != nil {
		return err
	}
	p.result.Latency = append(p.result.Latency, chunk.Latency)
	p.chunk, p.due, p.waiting = chunk, now+p.cfg.Latency, true
	return nil
}

func (p *play) record() error {
	if p.film == nil {
		return nil
	}
	text := ""
	if t, ok := p.actor.(Thinker); ok {
		text = t.Thought()
	}
	return p.film.Record(p.world.State(), text)
}

// proprio is the tabletop's proprioception vector: x y z (m), yaw (rad), gripper.
func proprio(a sim.Arm) []float32 {
	return []float32{float32(a.X), float32(a.Y), float32(a.Z), float32(a.Yaw), float32(a.Gripper)}
}

// grey is a picture of nothing.
func grey(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = 128
	}
	return b
}
