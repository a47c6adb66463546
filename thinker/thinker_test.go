package thinker_test

import (
	"context"
	"errors"
	"math"
	"strings"
	"sync"
	"testing"
	"time"

	"hyt/policy"
	"hyt/policy/policytest"
	"hyt/policy/prompt"
	"hyt/policy/thought"
	"hyt/thinker"
)

// mind opens a tiny model and a thinker on it.
func mind(t testing.TB, o policytest.Options, to thinker.Options) (*policytest.Model, *policy.Engine, *thinker.Thinker) {
	t.Helper()
	m := policytest.New(t, o)
	e, err := policy.Open(m.Dir, policy.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.Close() })
	th, err := thinker.New(e, to)
	if err != nil {
		t.Fatal(err)
	}
	return m, e, th
}

func scene() policy.Observation {
	img := make([]byte, 64*64*3)
	for i := range img {
		img[i] = byte(i * 31 % 251)
	}
	return policy.Observation{Stamp: time.Unix(100, 0), Images: [][]byte{img}, Proprio: []float32{0.1, -0.2, 0.05, 0.3, 1}}
}

// look reads the scene; the test releases the frame.
func look(t testing.TB, e *policy.Engine) *policy.Frame {
	t.Helper()
	f, err := e.Prefill(context.Background(), scene())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.Release)
	return f
}

func TestThinkWritesTheModelsThoughtAndActsOnIt(t *testing.T) {
	m, e, th := mind(t, policytest.Options{}, thinker.Options{})
	f := look(t, e)
	r, err := th.Think(context.Background(), f, "touch red cube")
	if err != nil {
		t.Fatal(err)
	}
	if r.Text != policytest.DefaultThought || r.Malformed != nil || r.Truncated {
		t.Errorf("text %q, malformed %v, truncated %v", r.Text, r.Malformed, r.Truncated)
	}
	if r.Thought.Target != "red cube" || *r.Thought.TargetAt != (thought.Place{X: 10, Y: 20}) {
		t.Errorf("thought %+v", r.Thought)
	}
	if r.Tokens != 7 { // target red cube <x10> <y20> ; <eot>
		t.Errorf("%d tokens, want 7", r.Tokens)
	}
	read := append(prompt.Think(m.Tokenizer, "touch red cube"), prompt.Thought(m.Tokenizer, r.Text)...)
	obs := scene()
	same(t, r.Chunk, m.Actions(obs.Images[0], obs.Proprio, read))
	same(t, r.Direct, m.Actions(obs.Images[0], obs.Proprio, prompt.Act(m.Tokenizer, "touch red cube")))
	if r.Chunk.Mode != policy.Think || !r.Chunk.Stamp.Equal(obs.Stamp) || r.Latency <= 0 || r.Chunk.Latency != r.Latency {
		t.Errorf("mode %v, stamp %v, latency %v", r.Chunk.Mode, r.Chunk.Stamp, r.Latency)
	}
	if want := thinker.Agreement(r.Chunk, r.Direct); r.Agreement != want {
		t.Errorf("agreement %v, want %v", r.Agreement, want)
	}
}

func same(t *testing.T, c policy.Chunk, want [][]float64) {
	t.Helper()
	for k := range want {
		for d := range want[k] {
			if math.Abs(c.Actions[k][d]-want[k][d]) > 1e-6 {
				t.Fatalf("%s: action %d, dimension %d is %v, want %v", c.Mode, k, d, c.Actions[k][d], want[k][d])
			}
		}
	}
}

func TestThinkingUsesThePolicysFrame(t *testing.T) {
	_, e, th := mind(t, policytest.Options{}, thinker.Options{})
	ctx := context.Background()
	c, err := policy.NewPolicy(e).Act(ctx, scene(), "push")
	if err != nil {
		t.Fatal(err)
	}
	f := e.Latest()
	defer f.Release()
	r, err := th.Think(ctx, f, "push")
	if err != nil {
		t.Fatal(err)
	}
	same(t, r.Direct, c.Actions)
	if s := e.Stats(); s.Prefills != 1 || s.Shared != 1 {
		t.Errorf("%d images read and %d frames shared, want 1 and 1", s.Prefills, s.Shared)
	}
}

func TestEndlessThoughtsAreEnded(t *testing.T) {
	for _, c := range []struct {
		what        string
		max, tokens int
	}{
		{"by the spec", 0, 24},
		{"by the option", 5, 5},
		{"by the room in the state", 1000, policytest.MaxState - 2 - 2}, // image and proprioception; push <think>
	} {
		m, e, th := mind(t, policytest.Options{Endless: true}, thinker.Options{MaxTokens: c.max})
		r, err := th.Think(context.Background(), look(t, e), "push")
		if err != nil {
			t.Fatalf("%s: %v", c.what, err)
		}
		if !r.Truncated || r.Tokens != c.tokens {
			t.Errorf("%s: truncated %v after %d tokens, want %d", c.what, r.Truncated, r.Tokens, c.tokens)
		}
		obs := scene()
		read := append(prompt.Think(m.Tokenizer, "push"), prompt.Thought(m.Tokenizer, r.Text)...)
		same(t, r.Chunk, m.Actions(obs.Images[0], obs.Proprio, read))
	}
}

func TestThoughtOfJustTheLimitIsWhole(t *testing.T) {
	_, e, th := mind(t, policytest.Options{}, thinker.Options{MaxTokens: 7})
	r, err := th.Think(context.Background(), look(t, e), "push")
	if err != nil || r.Truncated || r.Text != policytest.DefaultThought {
		t.Errorf("text %q, truncated %v, error %v", r.Text, r.Truncated, err)
	}
}

func TestMalformedThoughtIsToldAndActedOn(t *testing.T) {
	_, e, th := mind(t, policytest.Options{Thought: "cube red target"}, thinker.Options{})
	r, err := th.Think(context.Background(), look(t, e), "push")
	if err != nil {
		t.Fatal(err)
	}
	if r.Malformed == nil || !strings.Contains(r.Malformed.Error(), `"cube"`) || r.Text != "cube red target" {
		t.Errorf("text %q, malformed %v", r.Text, r.Malformed)
	}
	if len(r.Thought.Fields()) != 0 || len(r.Chunk.Actions) == 0 {
		t.Errorf("thought %+v, %d actions", r.Thought, len(r.Chunk.Actions))
	}
}

func TestEndedContextStopsBetweenTokens(t *testing.T) {
	_, e, th := mind(t, policytest.Options{Endless: true}, thinker.Options{})
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := th.Think(ctx, look(t, e), "push"); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want context.Canceled", err)
	}
}

func TestNonFiniteActionsGiveNoResult(t *testing.T) {
	_, e, th := mind(t, policytest.Options{NaN: "x"}, thinker.Options{})
	r, err := th.Think(context.Background(), look(t, e), "push")
	if !errors.Is(err, policy.ErrNonFinite) || r.Chunk.Actions != nil {
		t.Errorf("error %v, chunk %v, want ErrNonFinite and none", err, r.Chunk.Actions)
	}
}

func TestInstructionThatLeavesNoRoomIsAnError(t *testing.T) {
	_, e, th := mind(t, policytest.Options{}, thinker.Options{})
	long := strings.Repeat("push ", policytest.MaxState-3) // with <think> the state is full
	if _, err := th.Think(context.Background(), look(t, e), long); !errors.Is(err, policy.ErrTooLong) {
		t.Errorf("error %v, want ErrTooLong", err)
	}
}

func TestNewRefusesWhatCannotThink(t *testing.T) {
	m := policytest.New(t, policytest.Options{})
	m.Spec.Modes = []string{"act"}
	if err := m.Spec.Write(m.Dir); err != nil {
		t.Fatal(err)
	}
	e, err := policy.Open(m.Dir, policy.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	if _, err := thinker.New(e, thinker.Options{}); !errors.Is(err, policy.ErrMode) {
		t.Errorf("error %v, want ErrMode", err)
	}
	_, e2, _ := mind(t, policytest.Options{}, thinker.Options{})
	if _, err := thinker.New(e2, thinker.Options{Temperature: -1}); err == nil {
		t.Error("a temperature below 0 was taken")
	}
}

// The policy and the thinker at work together, as in a composed process: every
// answer must be the one that each gives alone. Run with -race.
func TestPolicyAndThinkerTogetherGiveTheirOwnAnswers(t *testing.T) {
	m, e, th := mind(t, policytest.Options{}, thinker.Options{})
	p := policy.NewPolicy(e)
	ctx := context.Background()
	obs := scene()
	want := m.Actions(obs.Images[0], obs.Proprio, prompt.Act(m.Tokenizer, "push red cube"))
	if _, err := p.Act(ctx, obs, "push red cube"); err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		for range 200 {
			c, err := p.Act(ctx, obs, "push red cube")
			if err != nil {
				t.Error(err)
				return
			}
			for k := range want {
				for d := range want[k] {
					if math.Abs(c.Actions[k][d]-want[k][d]) > 1e-6 {
						t.Errorf("action %d, %d is %v, want %v", k, d, c.Actions[k][d], want[k][d])
						return
					}
				}
			}
		}
	})
	wg.Go(func() {
		for range 50 {
			f := e.Latest()
			r, err := th.Think(ctx, f, "push red cube")
			f.Release()
			if err != nil || r.Text != policytest.DefaultThought {
				t.Errorf("text %q, error %v", r.Text, err)
				return
			}
		}
	})
	wg.Wait()
	if s := e.Stats(); s.Prefills != 201 || s.Shared != 50 {
		t.Errorf("%d images read and %d frames shared, want 201 and 50", s.Prefills, s.Shared)
	}
}
