package thinker_test

import (
	"bytes"
	"context"
	"errors"
	"testing"
	"time"

	"hyt/policy"
	"hyt/policy/policytest"
	"hyt/policy/prompt"
	"hyt/thinker"
)

// auto opens a tiny model with a gate, whose p_think is how red the image is.
func auto(t *testing.T, o thinker.AutoOptions) (*policytest.Model, *policy.Engine, *thinker.Auto) {
	t.Helper()
	m, e, _ := mind(t, policytest.Options{Gate: true}, thinker.Options{})
	a, err := thinker.NewAuto(policy.NewPolicy(e), o)
	if err != nil {
		t.Fatal(err)
	}
	return m, e, a
}

// seen is an observation of that red, 0..255, that long after the first.
func seen(red byte, after time.Duration) policy.Observation {
	obs := scene()
	obs.Images[0] = bytes.Repeat([]byte{red, 0, 0}, len(obs.Images[0])/3)
	obs.Stamp = obs.Stamp.Add(after)
	return obs
}

func TestAutoThinksWhereTheGateSaysSoAndTheBudgetReaches(t *testing.T) {
	m, e, a := auto(t, thinker.AutoOptions{Threshold: 0.6, Rate: 2})
	const asked = "touch red cube"
	for i, c := range []struct {
		red   byte
		after time.Duration
		mode  policy.Mode
		saved bool
	}{
		{0, 0, policy.Act, false},
		{255, 0, policy.Think, false},
		{255, 400 * time.Millisecond, policy.Act, true},  // the next thought comes after 0.5 s
		{152, 500 * time.Millisecond, policy.Act, false}, // 0.596 is below the threshold, so nothing is spent
		{153, 500 * time.Millisecond, policy.Think, false},
		{255, 10 * time.Second, policy.Think, false}, // what was not used is not saved up
		{255, 10 * time.Second, policy.Act, true},
		{255, 5 * time.Second, policy.Act, true}, // the clock jumped back
	} {
		obs := seen(c.red, c.after)
		d, err := a.Act(context.Background(), obs, asked)
		if err != nil {
			t.Fatalf("%d: %v", i, err)
		}
		if d.Chunk.Mode != c.mode || d.Saved != c.saved || d.Chunk.Latency <= 0 {
			t.Errorf("%d: p_think %.3f, mode %s, saved %v, latency %v, want %s, %v", i, d.PThink, d.Chunk.Mode, d.Saved, d.Chunk.Latency, c.mode, c.saved)
			continue
		}
		read := prompt.Act(m.Tokenizer, asked)
		if c.mode == policy.Think {
			if d.Thought.Text != policytest.DefaultThought {
				t.Errorf("%d: thought %q", i, d.Thought.Text)
			}
			read = append(prompt.Think(m.Tokenizer, asked), prompt.Thought(m.Tokenizer, d.Thought.Text)...)
		}
		same(t, d.Chunk, m.Actions(obs.Images[0], obs.Proprio, read))
	}
	if s := e.Stats(); s.Policy.Prefills != 8 || s.Thinker.Prefills != 0 || s.Policy.Gates != 8 {
		t.Errorf("%+v, want 8 images read, each once and by the policy, and 8 questions to the gate", s)
	}
}

func TestAutoTakesAnEmptyInstruction(t *testing.T) {
	m, _, a := auto(t, thinker.AutoOptions{})
	obs := seen(0, 0)
	d, err := a.Act(context.Background(), obs, "")
	if err != nil {
		t.Fatal(err)
	}
	same(t, d.Chunk, m.Actions(obs.Images[0], obs.Proprio, prompt.Act(m.Tokenizer, "")))
}

func TestAutoActsWhenAThoughtWouldComeTooLate(t *testing.T) {
	late := scene().Stamp.Add(2 * time.Second)
	m, _, a := auto(t, thinker.AutoOptions{Thoughts: thinker.Options{MaxAge: time.Second, Now: func() time.Time { return late }}})
	obs := seen(255, 0)
	d, err := a.Act(context.Background(), obs, "touch red cube")
	if err != nil || d.Chunk.Mode != policy.Act || d.Thought.Text != "" {
		t.Fatalf("mode %s, thought %q, error %v, want an act", d.Chunk.Mode, d.Thought.Text, err)
	}
	same(t, d.Chunk, m.Actions(obs.Images[0], obs.Proprio, prompt.Act(m.Tokenizer, "touch red cube")))
}

func TestAutoNeedsAGateAndSoundOptions(t *testing.T) {
	_, e, _ := mind(t, policytest.Options{}, thinker.Options{})
	if _, err := thinker.NewAuto(policy.NewPolicy(e), thinker.AutoOptions{}); !errors.Is(err, policy.ErrGate) {
		t.Errorf("error %v, want ErrGate", err)
	}
	_, e, _ = mind(t, policytest.Options{Gate: true}, thinker.Options{})
	for _, o := range []thinker.AutoOptions{{Threshold: 1.5}, {Threshold: -0.1}, {Rate: -1}, {Burst: 0.5}} {
		if _, err := thinker.NewAuto(policy.NewPolicy(e), o); err == nil {
			t.Errorf("%+v was taken", o)
		}
	}
}
