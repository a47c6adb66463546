package lockstep

import (
	"context"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hyt/gazebo/eval"
	"hyt/gazebo/sim"
	"hyt/gazebo/task"
	"hyt/policy"
	"hyt/policy/policytest"
	"hyt/policy/thought"
)

// listener is a fake model that notes how old the newest thought is at each plan.
type listener struct {
	fake
	heard time.Time // stamp of the newest
	ages  []time.Duration
	texts []string
}

const never = time.Duration(-1)

func (l *listener) Heard(t thought.Thought, instruction string, stamp time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.heard, l.texts = stamp, append(l.texts, instruction+": "+t.String())
}

func (l *listener) Plan(ctx context.Context, mode policy.Mode, obs policy.Observation, text string) (policy.Chunk, error) {
	l.mu.Lock()
	age := never
	if !l.heard.IsZero() {
		age = obs.Stamp.Sub(l.heard)
	}
	l.ages = append(l.ages, age)
	l.mu.Unlock()
	return l.fake.Plan(ctx, mode, obs, text)
}

// minds makes minds that think with a model.
func minds(t *testing.T, m *policytest.Model) func() (*Mind, error) {
	t.Helper()
	engine, err := policy.Open(m.Dir, policy.Options{Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := engine.Close(); err != nil {
			t.Error(err)
		}
	})
	return func() (*Mind, error) { return NewMind(engine) }
}

func TestThoughtsComeAtTheThinkersPaceAndAsLateAsItTakes(t *testing.T) {
	ms := time.Millisecond
	for _, c := range []struct {
		name  string
		pace  eval.ThinkerPace
		image time.Duration // latency
		want  []time.Duration
	}{
		{"no faster than asked", eval.ThinkerPace{Rate: 4, Latency: 200 * ms}, 0, []time.Duration{never, 400 * ms, 300 * ms, 200 * ms, 340 * ms}},
		{"at once", eval.ThinkerPace{Rate: 2.5}, 0, []time.Duration{0, 0, 0, 0, 0}},
		{"one thought at a time", eval.ThinkerPace{Rate: 50, Latency: 600 * ms}, 0, []time.Duration{never, never, 800 * ms, 600 * ms, 1000 * ms}},
		{"pictures are late, too", eval.ThinkerPace{Rate: 2.5, Latency: 100 * ms}, 60 * ms, []time.Duration{never, 400 * ms, 400 * ms, 400 * ms, 400 * ms}},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := &listener{fake: fake{velocity: 0.02}}
			model := minds(t, tiny(t))
			r, _ := evaluate(t, m, func(cfg *eval.Config, robot *Config) {
				cfg.Modes, cfg.Thinker, cfg.Latency = []policy.Mode{policy.Guided}, c.pace, c.image
				robot.Mind, robot.ThinkerLatency = model, c.pace.Latency
			})
			if r.Lost > 0 {
				t.Fatalf("%+v", r.Results)
			}
			if diff := cmp.Diff(c.want, m.ages[:len(c.want)]); diff != "" {
				t.Error(diff)
			}
			said := r.Results[0].Instruction + ": " + policytest.DefaultThought
			if slices.ContainsFunc(m.texts, func(text string) bool { return text != said }) {
				t.Errorf("heard %q, want %q", m.texts, said)
			}
		})
	}
}

func TestGuidedRepeatsBitForBitAndFollowsItsThoughts(t *testing.T) {
	m := tiny(t)
	play := func(mode policy.Mode, workers int, latency time.Duration) map[int64]uint64 {
		cfg := eval.Config{
			Tasks: []string{"touch"}, Episodes: 3, Seed: task.EvalSeed, Workers: workers, Modes: []policy.Mode{mode},
			Latency: 40 * time.Millisecond, ImageNoise: 4, Dropped: 0.2, Thinker: eval.ThinkerPace{Rate: 3, Latency: latency},
		}
		robot := Config{Cameras: []string{sim.Overhead}, Mind: minds(t, m), ThinkerLatency: latency}
		return hashes(t, cfg, Composed(real(m.Dir), InProcess, robot, io.Discard))
	}
	one := play(policy.Guided, 1, 100*time.Millisecond)
	if diff := cmp.Diff(one, play(policy.Guided, 3, 100*time.Millisecond)); diff != "" || len(one) != 3 {
		t.Errorf("%d scenes; with three at a time: %s", len(one), diff)
	}
	if cmp.Equal(one, play(policy.Act, 1, 100*time.Millisecond)) {
		t.Error("thoughts change nothing")
	}
	if cmp.Equal(one, play(policy.Guided, 1, 900*time.Millisecond)) {
		t.Error("it is all one when they come")
	}
}

func TestGuidedWithoutAThinkerIsRefused(t *testing.T) {
	r, _ := evaluate(t, &fake{}, func(cfg *eval.Config, _ *Config) { cfg.Modes = []policy.Mode{policy.Guided} })
	if r.Lost != 1 || !strings.Contains(r.Results[0].Lost, "mode guided needs somebody who thinks") {
		t.Errorf("%+v", r.Results)
	}
}

func TestAModelWithAGatePlaysModeAuto(t *testing.T) {
	m := policytest.New(t, policytest.Options{Gate: true})
	cfg := eval.Config{Tasks: []string{"touch"}, Episodes: 2, Seed: task.EvalSeed, Modes: []policy.Mode{policy.Auto}}
	robot := Config{Cameras: []string{sim.Overhead}}
	one := hashes(t, cfg, Composed(real(m.Dir), InProcess, robot, io.Discard))
	cfg.Workers = 2
	if diff := cmp.Diff(one, hashes(t, cfg, Composed(real(m.Dir), InProcess, robot, io.Discard))); diff != "" {
		t.Error(diff)
	}
}
