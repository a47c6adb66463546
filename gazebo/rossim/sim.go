// Package rossim evaluates on whatever simulator or robot publishes the topics: in real
// time, over the bus that policy and robot share.
//
// It needs, of the simulator's node (hyt sim has them all):
//
//   - ~/reset (hyt_msgs/srv/Reset) puts the scene of a task, a split and a seed there;
//   - ~/state (hyt_msgs/msg/SceneState) tells the truth, many times a second: it alone
//     judges, so that a policy cannot talk itself into success.
//
// Whoever does not speak for a while is an error that says so, never a failed episode.
package rossim

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"hyt/gazebo/sim"
	"hyt/gazebo/task"
	"hyt/msgs/bus"
	"hyt/msgs/geometry_msgs"
	"hyt/msgs/hyt_msgs"
	"hyt/msgs/std_msgs"
	"hyt/nodes/node"
	"hyt/nodes/robotmsg"
	"hyt/nodes/rosargs"
)

// Config of a Sim.
type Config struct {
	Driver bus.Driver // it stays the caller's
	// Simulator is the full name of the simulator's node: "/sim".
	Simulator string
	// Silence is how long the simulator may say nothing; 0: 3 s.
	Silence time.Duration
	// Patience is how long it may take to come, and to reset a scene; 0: 60 s.
	Patience time.Duration
}

// Sim implements sim.Sim. Time is the simulator's own. Images go to the policy directly:
// Render has none.
type Sim struct {
	config  Config
	node    *node.Node
	reset   bus.Client
	action  *bus.Publisher[*geometry_msgs.TwistStamped]
	gripper *bus.Publisher[*std_msgs.Float64]
	heard   chan struct{} // one token at most: a state came

	until time.Duration // of the scene: to here it has gone on, as the caller counts

	mu    sync.Mutex
	state hyt_msgs.SceneState // the newest
	any   bool
}

var _ sim.Sim = (*Sim)(nil)

// New connects to a simulator, and waits until it speaks.
func New(ctx context.Context, c Config) (*Sim, error) {
	if c.Silence == 0 {
		c.Silence = 3 * time.Second
	}
	if c.Patience == 0 {
		c.Patience = time.Minute
	}
	n, err := node.New(node.Options{
		Identity: rosargs.Identity{Name: "judge", Namespace: "/"}, Driver: c.Driver, Console: discard{},
	})
	if err != nil {
		return nil, err
	}
	s := &Sim{config: c, node: n, heard: make(chan struct{}, 1)}
	if err := s.connect(ctx); err != nil {
		return nil, errors.Join(err, n.Close())
	}
	return s, nil
}

// Open is New as eval.Config wants it.
func Open(ctx context.Context, c Config) (sim.Sim, error) {
	s, err := New(ctx, c)
	if err != nil { // not a nil pointer of some type
		return nil, err
	}
	return s, nil
}

type discard struct{}

func (discard) Write(p []byte) (int, error) { return len(p), nil }

func (s *Sim) connect(ctx context.Context) (err error) {
	if s.action, err = node.Advertise[*geometry_msgs.TwistStamped](s.node, "action", bus.Command()); err != nil {
		return err
	}
	if s.gripper, err = node.Advertise[*std_msgs.Float64](s.node, "gripper", bus.Command()); err != nil {
		return err
	}
	if _, err = node.Subscribe(s.node, s.config.Simulator+"/state", bus.SensorData(), s.hear); err != nil {
		return err
	}
	if s.reset, err = bus.NewClient[*hyt_msgs.ResetRequest](s.node.Bus(), s.config.Simulator+"/reset"); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, s.config.Patience)
	defer cancel()
	if err := s.reset.WaitForService(ctx); errors.Is(err, context.Canceled) {
		return err
	} else if err != nil {
		return fmt.Errorf("no service %s/reset came within %v: start the simulator (hyt sim), or name its node", s.config.Simulator, s.config.Patience)
	}
	return s.wait(ctx, s.config.Patience, func(*hyt_msgs.SceneState) bool { return true })
}

func (s *Sim) hear(m *hyt_msgs.SceneState) {
	s.mu.Lock()
	s.state, s.any = *m, true
	s.mu.Unlock()
	select {
	case s.heard <- struct{}{}:
	default:
	}
}

// wait waits for a state like that. Silence ends it.
func (s *Sim) wait(ctx context.Context, silence time.Duration, there func(*hyt_msgs.SceneState) bool) error {
	ok := func() bool { s.mu.Lock(); defer s.mu.Unlock(); return s.any && there(&s.state) }
	for !ok() {
		timer := time.NewTimer(silence)
		select {
		case <-s.heard:
			timer.Stop()
		case <-ctx.Done():
			timer.Stop()
			return context.Cause(ctx)
		case <-timer.C:
			return fmt.Errorf("the simulator said nothing on %s/state for %v: is it running and active?", s.config.Simulator, silence)
		}
	}
	return nil
}

// Reset implements sim.Sim, but a scene alone cannot be asked for.
func (s *Sim) Reset(context.Context, sim.Scene) error {
	return errors.New("a simulator on the other side of topics draws its scenes itself: ask by task, split and seed")
}

// ResetEpisode asks the simulator for the scene, and waits until it shows it.
func (s *Sim) ResetEpisode(ctx context.Context, e task.Episode) error {
	ctx, cancel := context.WithTimeout(ctx, s.config.Patience)
	defer cancel()
	name := fmt.Sprintf("%s, split %s, seed %d", e.Task.Name(), e.Split, e.Seed)
	var answer hyt_msgs.ResetResponse
	request := &hyt_msgs.ResetRequest{Task: e.Task.Name(), Split: string(e.Split), Seed: e.Seed}
	if err := bus.Call(ctx, s.reset, request, &answer); err != nil {
		return fmt.Errorf("%s/reset did not answer for %s: %w", s.config.Simulator, name, err)
	}
	if !answer.Success {
		return fmt.Errorf("%s/reset refused %s: %s", s.config.Simulator, name, answer.Message)
	}
	if answer.Instruction != e.Instruction {
		return fmt.Errorf("%s/reset put another scene there for %s, which asks to %q, not to %q: simulator and evaluation are of different versions",
			s.config.Simulator, name, answer.Instruction, e.Instruction)
	}
	s.until = 0
	return s.wait(ctx, s.config.Silence, func(m *hyt_msgs.SceneState) bool {
		return m.Task == e.Task.Name() && m.Split == string(e.Split) && m.Seed == e.Seed && m.Time < 1
	})
}

// Step implements sim.Sim: it sends the command and waits until the simulator has gone
// on by dt.
func (s *Sim) Step(cmd sim.Command, dt time.Duration) error {
	err := errors.Join(
		s.gripper.Publish(&std_msgs.Float64{Data: cmd.Gripper}),
		s.action.Publish(robotmsg.Twist(cmd, s.node.Now(), "base_link")),
	)
	if err != nil {
		return err
	}
	return s.Pass(dt)
}

// Pass waits until the simulator has gone on by dt, commanded by others.
func (s *Sim) Pass(dt time.Duration) error {
	s.until += dt
	return s.wait(context.Background(), s.config.Silence, func(m *hyt_msgs.SceneState) bool { return m.Time >= s.until.Seconds() })
}

// State implements sim.Sim: the newest that was told.
func (s *Sim) State() sim.State {
	s.mu.Lock()
	defer s.mu.Unlock()
	return robotmsg.ParseState(&s.state)
}

// Render implements sim.Sim: it has no pictures.
func (s *Sim) Render(camera string) (sim.Frame, error) {
	return sim.Frame{}, fmt.Errorf("pictures of camera %s go to the policy directly", camera)
}

// Close implements sim.Sim. The simulator stays.
func (s *Sim) Close() error { return s.node.Close() }
