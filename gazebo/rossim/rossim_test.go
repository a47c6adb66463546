package rossim

import (
	"context"
	"errors"
	"io"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"hyt/config"
	"hyt/gazebo/eval"
	"hyt/gazebo/sim"
	"hyt/gazebo/task"
	"hyt/msgs/bus"
	"hyt/msgs/bus/dds"
	"hyt/msgs/bus/mem"
	"hyt/nodes/managed"
	"hyt/nodes/node"
	"hyt/nodes/policynode"
	"hyt/nodes/rosargs"
	"hyt/nodes/simnode"
	"hyt/policy"
	"hyt/policy/spec"
	"hyt/policy/thought"
)

// simulate runs the sim node on driver until stop.
func simulate(t *testing.T, driver bus.Driver) (stop func()) {
	t.Helper()
	n, err := node.New(node.Options{Identity: rosargs.Identity{Name: "sim", Namespace: "/"}, Driver: driver, Console: io.Discard})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	c := simnode.New(simnode.Open)
	c.Config().(*config.Sim).PublishClock = true
	go func() { done <- managed.Run(ctx, n, c) }()
	return sync.OnceFunc(func() {
		cancel()
		if err := errors.Join(<-done, n.Close()); err != nil {
			t.Error(err)
		}
	})
}

// inMemory is a bubble of fake time with a sim node: real time costs none.
func inMemory(t *testing.T, test func(t *testing.T, c Config, stop func())) {
	synctest.Test(t, func(t *testing.T) {
		driver := mem.Open()
		stop := simulate(t, driver)
		test(t, Config{Driver: driver, Simulator: "/sim"}, stop)
		stop()
		if err := driver.Close(); err != nil {
			t.Error(err)
		}
	})
}

// scene plays two scenes of touch.
func scene(c Config) eval.Config {
	return eval.Config{
		Tasks: []string{"touch"}, Episodes: 2, Seed: task.EvalSeed, Controls: []eval.Control{eval.Oracle},
		NewSim: func() (sim.Sim, error) { return Open(context.Background(), c) },
	}
}

func TestTheOracleSucceedsInRealTimeOnTopics(t *testing.T) {
	inMemory(t, func(t *testing.T, c Config, _ func()) {
		began := time.Now()
		r, err := eval.Run(t.Context(), scene(c), nil)
		if err != nil || r.Cells[0].Successes != 2 {
			t.Fatalf("%+v, %v", r.Results, err)
		}
		if took, played := time.Since(began), r.Results[0].Time+r.Results[1].Time; took < played || took > played+5*time.Second {
			t.Errorf("%v of simulated time took %v", played, took)
		}
	})
}

// pressing is a model that goes straight down.
type pressing struct{}

func (pressing) SHA256() string                           { return "abc" }
func (pressing) Can(policy.Mode) error                    { return nil }
func (pressing) Running() time.Duration                   { return 0 }
func (pressing) CheckFiles() error                        { return nil }
func (pressing) Heard(thought.Thought, string, time.Time) {}
func (pressing) Close() error                             { return nil }
func (pressing) Spec() *spec.Spec {
	return &spec.Spec{
		Name: "pressing", Modes: []string{"act"},
		Cameras: []spec.Camera{{Name: "overhead", Width: 2, Height: 2, Crop: [4]float64{0, 0, 1, 1}}},
		Action:  spec.Action{Names: []string{"z"}, Units: []string{"m"}, Kind: "ee_delta", Rate: 10, Chunk: 8},
	}
}

func (pressing) Plan(_ context.Context, mode policy.Mode, obs policy.Observation, _ string) (policy.Chunk, error) {
	c := policy.Chunk{Stamp: obs.Stamp, Period: 100 * time.Millisecond, Names: []string{"z"}, Mode: mode, Latency: 7 * time.Millisecond}
	for range 8 {
		c.Actions = append(c.Actions, []float64{-0.005})
	}
	return c, nil
}

func pressingNode() (node.Component, io.Closer, error) {
	c := policynode.New(func(*config.Policy) (policynode.Model, error) { return pressing{}, nil })
	c.Config().Base().UseSimTime = true // its deadlines are then those of the bubble
	return c, io.NopCloser(nil), nil
}

func TestThePolicyMovesTheRobotAndTheTruthJudges(t *testing.T) {
	inMemory(t, func(t *testing.T, c Config, _ func()) {
		watch, err := New(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		defer watch.Close()
		cfg := scene(c)
		cfg.Controls, cfg.Episodes = nil, 1
		var lowest float64 = 1
		cfg.OnResult = func(eval.Result) { lowest = watch.State().Arm.Z }
		r, err := eval.Run(t.Context(), cfg, Policy(pressingNode, c, io.Discard))
		if err != nil || r.Lost > 0 {
			t.Fatalf("%+v, %v", r.Results, err)
		}
		if lowest > 0.06 {
			t.Errorf("the hand is %.3f m above the table after going down all the time", lowest)
		}
		if r.LatencyMS[policy.Act].P50 != 7 || r.Results[0].Success() {
			t.Errorf("%+v", r)
		}
	})
}

func TestASilentSimulatorIsNamedAndLosesItsEpisode(t *testing.T) {
	inMemory(t, func(t *testing.T, c Config, stop func()) {
		c.Patience = 5 * time.Second
		cfg := scene(c)
		cfg.OnResult = func(eval.Result) { stop() } // dies after the first
		cfg.Episodes = 3
		r, err := eval.Run(t.Context(), cfg, nil)
		if err != nil {
			t.Fatal(err)
		}
		if r.Lost != 2 || r.Cells[0].Episodes != 1 {
			t.Fatalf("%+v", r.Results)
		}
		if why := r.Results[1].Lost; !strings.Contains(why, "/sim/reset") {
			t.Errorf("%q", why)
		}
		if why := r.Results[2].Lost; !strings.Contains(why, "no service /sim/reset came within 5s: start the simulator") {
			t.Errorf("%q", why)
		}
	})
}

func TestASimulatorThatFallsSilentMidEpisodeIsAnError(t *testing.T) {
	inMemory(t, func(t *testing.T, c Config, stop func()) {
		s, e := connect(t, c)
		defer s.Close()
		if err := s.ResetEpisode(t.Context(), e); err != nil {
			t.Fatal(err)
		}
		if err := s.Pass(100 * time.Millisecond); err != nil {
			t.Fatal(err)
		}
		stop()
		if err := s.Pass(time.Second); err == nil || err.Error() != "the simulator said nothing on /sim/state for 3s: is it running and active?" {
			t.Errorf("%v", err)
		}
	})
}

func TestWhoWaitsForASimulatorCanBeInterrupted(t *testing.T) {
	inMemory(t, func(t *testing.T, c Config, stop func()) {
		s, e := connect(t, c)
		defer s.Close()
		stop()
		began := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := s.ResetEpisode(ctx, e); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("a scene: %v", err)
		}
		ended, end := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, end)
		if _, err := New(ended, c); !errors.Is(err, context.Canceled) {
			t.Errorf("a simulator: %v", err)
		}
		if waited := time.Since(began); waited != 2*time.Second {
			t.Errorf("it waited for %v", waited)
		}
	})
}

func TestASceneThatIsNotTheOneAskedForIsRefused(t *testing.T) {
	inMemory(t, func(t *testing.T, c Config, _ func()) {
		s, e := connect(t, c)
		defer s.Close()
		e.Instruction = "dance"
		if err := s.ResetEpisode(t.Context(), e); err == nil || !strings.Contains(err.Error(), "different versions") {
			t.Errorf("%v", err)
		}
		e.Split = "odd"
		if err := s.ResetEpisode(t.Context(), e); err == nil || !strings.Contains(err.Error(), `refused touch, split odd, seed 3: no split "odd"`) {
			t.Errorf("%v", err)
		}
	})
}

// connect is a connection that the caller closes, and an episode to ask it for.
func connect(t *testing.T, c Config) (*Sim, task.Episode) {
	t.Helper()
	s, err := New(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	e, err := task.Touch{}.Episode(task.ID, 3)
	if err != nil {
		t.Fatal(err)
	}
	return s, e
}

// Over a real network, in real time.
func TestTheOracleSucceedsOverDDS(t *testing.T) {
	if err := node.Isolate(); err != nil {
		t.Fatal(err)
	}
	robot, err := dds.Open(dds.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer robot.Close()
	stop := simulate(t, robot)
	defer stop()
	judge, err := dds.Open(dds.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer judge.Close()
	cfg := scene(Config{Driver: judge, Simulator: "/sim", Silence: 20 * time.Second})
	cfg.Episodes = 1
	r, err := eval.Run(t.Context(), cfg, nil)
	if err != nil || r.Lost > 0 {
		t.Fatalf("%+v, %v", r.Results, err)
	}
	// A machine that is too busy to command in time loses no episode, but may fail it.
	if e := r.Results[0]; e.Time == 0 {
		t.Errorf("%+v", e)
	}
}
