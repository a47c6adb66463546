package lockstep

import (
	"context"
	"fmt"
	"hash/fnv"
	"io"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"hyt/config"
	"hyt/gazebo/embedded"
	"hyt/gazebo/eval"
	"hyt/gazebo/sim"
	"hyt/gazebo/task"
	"hyt/msgs/bag"
	"hyt/nodes/engines"
	"hyt/nodes/node"
	"hyt/nodes/policynode"
	"hyt/policy"
	"hyt/policy/policytest"
	"hyt/policy/spec"
	"hyt/policy/thought"
)

// watched hashes every state that a simulator goes through, by scene.
type watched struct {
	sim.Sim
	sums *sync.Map
	seed int64
	hash uint64
}

func (w *watched) Reset(ctx context.Context, s sim.Scene) error {
	w.seed, w.hash = s.Seed, 0
	return w.Sim.Reset(ctx, s)
}

func (w *watched) Step(c sim.Command, dt time.Duration) error {
	err := w.Sim.Step(c, dt)
	h := fnv.New64a()
	fmt.Fprintf(h, "%x %v", w.hash, w.State())
	w.hash = h.Sum64()
	w.sums.Store(w.seed, w.hash)
	return err
}

// hashes plays cfg and returns a hash of each scene's states.
func hashes(t *testing.T, cfg eval.Config, pilots eval.PilotFactory) map[int64]uint64 {
	t.Helper()
	var sums sync.Map
	cfg.NewSim = func() (sim.Sim, error) {
		world, err := embedded.New(task.World)
		return &watched{Sim: world, sums: &sums}, err
	}
	r, err := eval.Run(t.Context(), cfg, pilots)
	if err != nil || r.Lost > 0 {
		t.Fatal(err, r.LostWhy())
	}
	out := map[int64]uint64{}
	sums.Range(func(k, v any) bool { out[k.(int64)] = v.(uint64); return true })
	return out
}

// real makes policy nodes with a small model from the disk.
func real(dir string) func() (node.Component, io.Closer, error) {
	return func() (node.Component, io.Closer, error) {
		pool := engines.NewPool()
		engine, err := pool.Keep(dir, policy.Options{Threads: 1})
		c := policynode.New(policynode.FromPool(pool))
		p := c.Config().(*config.Policy)
		p.Model, p.ImageTimeout = dir, 1
		return c, engine, err
	}
}

// tiny is a small model whose camera, proprioception and actions are the tabletop's.
func tiny(t *testing.T) *policytest.Model {
	return policytest.New(t, policytest.Options{})
}

func TestRepeatsBitForBitAlsoWithParallelEpisodes(t *testing.T) {
	m := tiny(t)
	cfg := eval.Config{
		Tasks: []string{"touch"}, Episodes: 4, Seed: task.EvalSeed, Workers: 1,
		Latency: 60 * time.Millisecond, ImageNoise: 4, Dropped: 0.2, Noise: 0.02,
	}
	pilots := Composed(real(m.Dir), InProcess, Config{Cameras: []string{sim.Overhead}}, io.Discard)
	one := hashes(t, cfg, pilots)
	cfg.Workers = 3
	if diff := cmp.Diff(one, hashes(t, cfg, pilots)); diff != "" || len(one) != 4 {
		t.Errorf("%d scenes; with three at a time: %s", len(one), diff)
	}
	cfg.Dropped = 0
	if cmp.Equal(one, hashes(t, cfg, pilots)) {
		t.Error("dropped frames change nothing")
	}
}

func TestTopicsChangeNothing(t *testing.T) {
	m := tiny(t)
	engine, err := policy.Open(m.Dir, policy.Options{Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer engine.Close()
	chunking, err := eval.DefaultChunking("")
	if err != nil {
		t.Fatal(err)
	}
	cfg := eval.Config{Tasks: []string{"touch"}, Episodes: 2, Seed: 7, Chunking: chunking, Latency: 60 * time.Millisecond}
	direct := hashes(t, cfg, cfg.Direct(func(policy.Mode) (eval.Actor, error) { return &actor{policy: policy.NewPolicy(engine)}, nil }))
	topics := hashes(t, cfg, Composed(real(m.Dir), InProcess, Config{Cameras: []string{sim.Overhead}}, io.Discard))
	if diff := cmp.Diff(direct, topics); diff != "" {
		t.Error(diff)
	}
}

// actor calls a model without a node.
type actor struct {
	policy *policy.Policy
	text   string
}

func (a *actor) Start(text string) error { a.text = text; return nil }
func (a *actor) Act(ctx context.Context, obs policy.Observation) (policy.Chunk, error) {
	return a.policy.Act(ctx, obs, a.text)
}

// fake is a model that plans what it is told to.
type fake struct {
	mu       sync.Mutex
	asked    []string
	velocity float64
	thinks   string // before each chunk
}

func (*fake) SHA256() string                           { return "abc" }
func (*fake) Can(policy.Mode) error                    { return nil }
func (*fake) Running() time.Duration                   { return 0 }
func (*fake) CheckFiles() error                        { return nil }
func (*fake) Heard(thought.Thought, string, time.Time) {}
func (*fake) Close() error                             { return nil }
func (*fake) Spec() *spec.Spec {
	return &spec.Spec{
		Name: "fake", Modes: []string{"act", "follow"},
		Cameras: []spec.Camera{{Name: "overhead", Width: 2, Height: 2, Crop: [4]float64{0, 0, 1, 1}}},
		Proprio: []string{"x", "gripper"},
		Action:  spec.Action{Names: []string{"x", "yaw", "gripper"}, Units: []string{"m", "rad", ""}, Kind: "ee_delta", Rate: 10, Chunk: 8},
	}
}

func (m *fake) Plan(_ context.Context, mode policy.Mode, obs policy.Observation, text string) (policy.Chunk, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.asked = append(m.asked, text)
	c := policy.Chunk{Stamp: obs.Stamp, Period: 100 * time.Millisecond, Names: m.Spec().Action.Names, Mode: mode, Latency: 5 * time.Millisecond, Thought: m.thinks}
	for range 8 {
		c.Actions = append(c.Actions, []float64{m.velocity / 10, 0, 0.5})
	}
	return c, nil
}

// evaluate plays one scene of touch with a fake model in a bubble of fake time, in which
// the machine's clock stands unless something waits for it.
func evaluate(t *testing.T, m policynode.Model, change func(*eval.Config, *Config)) (r eval.Report, took time.Duration) {
	synctest.Test(t, func(t *testing.T) {
		cfg := eval.Config{
			Tasks: []string{"touch"}, Episodes: 1, Seed: task.EvalSeed,
			NewSim: func() (sim.Sim, error) { return embedded.New(task.World) },
		}
		robot := Config{Cameras: []string{sim.Overhead}}
		if change != nil {
			change(&cfg, &robot)
		}
		component := func() (node.Component, io.Closer, error) {
			c := policynode.New(func(*config.Policy) (policynode.Model, error) { return m, nil })
			c.Config().(*config.Policy).ImageTimeout = 1
			return c, io.NopCloser(nil), nil
		}
		began := time.Now()
		var err error
		r, err = eval.Run(t.Context(), cfg, Composed(component, InProcess, robot, io.Discard))
		if err != nil {
			t.Fatal(err)
		}
		took = time.Since(began)
	})
	return r, took
}

func TestNoResultWaitsForTheMachinesClock(t *testing.T) {
	r, took := evaluate(t, &fake{velocity: 0.05}, nil)
	if r.Lost > 0 || r.Results[0].Time < time.Second {
		t.Fatalf("%+v", r.Results)
	}
	if took != 0 {
		t.Errorf("%v passed on the machine's clock", took)
	}
	if got := r.LatencyMS[policy.Act]; got.P50 != 5 {
		t.Errorf("latency %+v, the chunks say 5 ms", got)
	}
}

func TestAPolicyThatDoesNotAnswerIsALostEpisodeWithItsReason(t *testing.T) {
	r, _ := evaluate(t, &fake{velocity: math.NaN()}, nil)
	if r.Lost != 1 {
		t.Fatalf("%+v", r.Results)
	}
	for _, want := range []string{"no chunk came on /policy/chunk", "/policy did not answer within 30s", "not a finite number"} {
		if !strings.Contains(r.Results[0].Lost, want) {
			t.Errorf("%q lacks %q", r.Results[0].Lost, want)
		}
	}
}

func TestInModeFollowEachChunkFollowsTheThoughtOfItsImage(t *testing.T) {
	m := &fake{velocity: 0.02}
	r, _ := evaluate(t, m, func(cfg *eval.Config, _ *Config) { cfg.Modes = []policy.Mode{policy.Follow} })
	if r.Lost > 0 {
		t.Fatalf("%+v", r.Results)
	}
	if len(m.asked) < 5 || slices.ContainsFunc(m.asked, func(text string) bool {
		th, err := thought.Parse(text)
		return err != nil || th.Sub == ""
	}) {
		t.Errorf("asked for %q", m.asked)
	}
	if len(slices.Compact(slices.Clone(m.asked))) < 2 {
		t.Error("the thought never changed")
	}
}

func TestInModeThinkTheNodesThoughtsCount(t *testing.T) {
	m := &fake{velocity: 0.02, thinks: "sub touch nothing;"}
	r, _ := evaluate(t, m, func(cfg *eval.Config, _ *Config) { cfg.Modes = []policy.Mode{policy.Think} })
	if got := r.Results[0].Thoughts; r.Lost > 0 || got.Told != len(r.Results[0].Latency) || got.Right != 0 {
		t.Errorf("%+v", r.Results)
	}
}

func TestTheBagOfAFailureHoldsItsTopics(t *testing.T) {
	dir := t.TempDir()
	bags := func(_ *eval.Config, c *Config) {
		c.Bags = func(e eval.Episode) string { return filepath.Join(dir, e.Name()) }
	}
	for range 2 { // the second replaces the first
		r, _ := evaluate(t, &fake{velocity: 0.01}, bags)
		if want := filepath.Join(dir, "touch_id_act_1000000"); r.Results[0].Bag != want {
			t.Fatalf("%+v", r.Results[0])
		}
	}
	b, err := bag.Open(filepath.Join(dir, "touch_id_act_1000000"))
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	counts := map[string]uint64{}
	for _, topic := range b.Info().Topics {
		counts[topic.Name] = topic.Count
	}
	for _, name := range []string{"/image", "/ee_pose", "/joint_states", "/instruction", "/action", "/gripper", "/policy/chunk", "/clock"} {
		if counts[name] == 0 {
			t.Errorf("nothing of %s: %v", name, counts)
		}
	}
	if counts["/episode"] != 2 || counts["/image"] != counts["/policy/chunk"] {
		t.Errorf("%v", counts)
	}
}
