package eval

import (
	"context"
	"errors"
	"io"
	"time"

	"hyt/gazebo/sim"
	"hyt/policy"
)

// Pilot drives the robot of one worker, in one episode after another. It is used by one
// goroutine. Close is called once, after its last episode.
type Pilot interface {
	// Begin starts an episode: nothing of an earlier one may be remembered.
	Begin(ctx context.Context, e Episode, start Senses) error
	// Command says what the robot is told for the control step that begins now.
	Command(ctx context.Context, now Senses) (sim.Command, error)
	// End hears how the episode ended, unless it was lost, and tells the bag in which its
	// messages are; "" for none.
	End(Result) (bag string, err error)
	// Latency is that of each inference of the episode so far, on the machine's clock.
	Latency() []time.Duration
	Close() error
}

// Bystander is a Pilot whose robot hears the policy without the runner in between: its
// Command is never asked for, and the simulator, which must have a method
// Pass(time.Duration) error for it, goes on by itself.
type Bystander interface {
	Pilot
	Bystand()
}

// PilotFactory makes the pilot of one worker that runs the policy under test.
type PilotFactory func(ctx context.Context) (Pilot, error)

// Senses is what a robot senses at one instant.
type Senses struct {
	Time time.Duration // since the episode's beginning
	Arm  sim.Arm       // as it is now
	View *View         // that arrives now; nil: none does
	// Thinks is the view that the thinker begins to think about now, in mode guided; nil: it
	// does not.
	Thinks *View
	// Thought is the demonstrator's about this view, for mode follow; "" in others.
	Thought string
	truth   sim.State // for the references of this package
}

// View is what the cameras saw. Its pixels are valid until the next one arrives.
type View struct {
	Taken  time.Duration // since the episode's beginning
	Arm    sim.Arm       // as it was then
	Frames []sim.Frame   // by camera, in the order of Config.Cameras
}

// Direct makes pilots that call actors, one for each mode, without any topic between
// them: for references, and to see what the topics change. Limits and chunking are those
// of the policy node's control loop.
func (c Config) Direct(actors ActorFactory) PilotFactory {
	if c.Limits == nil {
		limits := DefaultLimits()
		c.Limits = &limits
	}
	return func(context.Context) (Pilot, error) {
		return &direct{cfg: &c, factory: actors, actors: map[policy.Mode]Actor{}}, nil
	}
}

// direct is an actor with a control loop in simulated time.
type direct struct {
	cfg     *Config
	factory ActorFactory
	actors  map[policy.Mode]Actor

	actor   Actor // of this episode
	always  bool  // it acts at its own rate, whatever the cameras do
	next    time.Duration
	arm     *driver
	latency []time.Duration
}

func (d *direct) Begin(_ context.Context, e Episode, start Senses) error {
	actor, err := d.of(e.Mode)
	if err != nil {
		return err
	}
	return d.begin(actor, e, start)
}

func (d *direct) begin(actor Actor, e Episode, start Senses) error {
	if err := actor.Start(e.Instruction); err != nil {
		return err
	}
	_, reference := actor.(insider)
	d.actor, d.always, d.next, d.latency = actor, reference, 0, nil
	d.arm = newDriver(*d.cfg.Limits, d.cfg.Chunking, start.Arm)
	return d.arm.start(start.Arm)
}

// of returns the actor of a mode, made at its first use.
func (d *direct) of(mode policy.Mode) (Actor, error) {
	if a, ok := d.actors[mode]; ok {
		return a, nil
	}
	a, err := d.factory(mode)
	if err == nil {
		d.actors[mode] = a
	}
	return a, err
}

// Command implements Pilot. References see the truth at their own rate.
func (d *direct) Command(ctx context.Context, now Senses) (sim.Command, error) {
	obs := policy.Observation{Stamp: stamp(now.Time), Proprio: proprio(now.Arm)}
	due := false
	switch {
	case d.always:
		if due = now.Time >= d.next; due {
			d.next = now.Time + actionPeriod
			d.actor.(insider).see(now.truth)
		}
	case now.View != nil:
		due = true
		obs.Stamp, obs.Proprio = stamp(now.View.Taken), proprio(now.View.Arm)
		for _, f := range now.View.Frames {
			obs.Images = append(obs.Images, f.RGB)
		}
	}
	if due {
		chunk, err := d.actor.Act(ctx, obs)
		if err != nil {
			return sim.Command{}, err
		}
		d.latency = append(d.latency, chunk.Latency)
		if err := d.arm.offer(chunk); err != nil {
			return sim.Command{}, err
		}
	}
	return d.arm.command(now.Time, now.Arm), nil
}

func (d *direct) End(Result) (string, error) { return "", nil }
func (d *direct) Latency() []time.Duration   { return d.latency }

// Thought implements Thinker where the actor does.
func (d *direct) Thought() string {
	if t, ok := d.actor.(Thinker); ok {
		return t.Thought()
	}
	return ""
}

func (d *direct) Close() error {
	var errs []error
	for _, a := range d.actors {
		if c, ok := a.(io.Closer); ok {
			errs = append(errs, c.Close())
		}
	}
	return errors.Join(errs...)
}

// reference is a direct pilot of a policy of this package.
type reference struct {
	direct
	choose func() Actor // for the episode that begins
}

func (r *reference) Begin(_ context.Context, e Episode, start Senses) error {
	return r.begin(r.choose(), e, start)
}
