package policy_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"hyt/policy"
	"hyt/policy/policytest"
	"hyt/policy/prompt"
	"hyt/policy/thought"
)

func parse(t *testing.T, text string) thought.Thought {
	t.Helper()
	th, err := thought.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return th
}

func TestGuidedFollowsTheLatestThoughtOrActs(t *testing.T) {
	m := policytest.New(t, policytest.Options{})
	p := policy.NewPolicy(open(t, m))
	obs := scene(m)
	const (
		asked  = "push the red cube"
		maxAge = time.Second
	)
	act := prompt.Act(m.Tokenizer, asked)
	follow := func(text string) []int64 { return prompt.Follow(m.Tokenizer, text) }
	at := func(age time.Duration) time.Time { return obs.Stamp.Add(-age) }
	for _, c := range []struct {
		what   string
		offer  func(g *policy.Guide)
		read   []int64
		follow string
	}{
		{"no thought yet", func(*policy.Guide) {}, act, ""},
		{"a thought", func(g *policy.Guide) { g.Offer(parse(t, "sub push red cube; grip close;"), asked, at(maxAge)) },
			follow("sub push red cube; grip close;"), "sub push red cube; grip close;"},
		{"the latest of two", func(g *policy.Guide) {
			g.Offer(parse(t, "grip open;"), asked, at(0))
			g.Offer(parse(t, "grip hold;"), asked, at(0))
		}, follow("grip hold;"), "grip hold;"},
		{"a thought about a newer frame", func(g *policy.Guide) { g.Offer(parse(t, "grip open;"), asked, at(-maxAge)) },
			follow("grip open;"), "grip open;"},
		{"too old", func(g *policy.Guide) { g.Offer(parse(t, "grip open;"), asked, at(maxAge+1)) }, act, ""},
		{"the clock jumped back", func(g *policy.Guide) { g.Offer(parse(t, "grip open;"), asked, at(-time.Hour)) }, act, ""},
		{"for another instruction", func(g *policy.Guide) { g.Offer(parse(t, "grip open;"), "touch it", at(0)) }, act, ""},
		{"without fields", func(g *policy.Guide) { g.Offer(thought.Thought{}, asked, at(0)) }, act, ""},
		{"forgotten", func(g *policy.Guide) { g.Offer(parse(t, "grip open;"), asked, at(0)); g.Clear() }, act, ""},
	} {
		g := policy.NewGuide(m.Tokenizer)
		c.offer(g)
		chunk, err := p.Guided(context.Background(), obs, asked, g, maxAge)
		if err != nil {
			t.Fatalf("%s: %v", c.what, err)
		}
		mode := policy.Act
		if c.follow != "" {
			mode = policy.Follow
		}
		if chunk.Mode != mode || chunk.Thought != c.follow {
			t.Errorf("%s: mode %s, followed %q, want %s, %q", c.what, chunk.Mode, chunk.Thought, mode, c.follow)
		}
		sameActions(t, chunk.Actions, m.Actions(obs.Images[0], obs.Proprio, c.read))
	}
}

func TestAGuideKeepsTheFieldsThatItIsToldTo(t *testing.T) {
	m := policytest.New(t, policytest.Options{})
	p := policy.NewPolicy(open(t, m))
	g := policy.NewGuide(m.Tokenizer, thought.Sub, thought.Target)
	g.Offer(parse(t, "sub push red cube; ee <x01> <y02>; grip close;"), "push", time.Unix(100, 0))
	g.Offer(parse(t, "ee <x01> <y02>; grip close;"), "push", time.Unix(100, 0)) // nothing to keep: changes nothing
	c, err := p.Guided(context.Background(), scene(m), "push", g, time.Second)
	if err != nil || c.Thought != "sub push red cube;" || c.ThoughtAge != 0 {
		t.Errorf("followed %q of age %v, error %v", c.Thought, c.ThoughtAge, err)
	}
}

func TestGuidedNeedsAModelThatFollows(t *testing.T) {
	m := policytest.New(t, policytest.Options{})
	m.Spec.Modes = []string{"act", "think"}
	rewrite(t, m)
	e := open(t, m)
	if _, err := policy.NewPolicy(e).Guided(context.Background(), scene(m), "push", e.Guide(), time.Second); !errors.Is(err, policy.ErrMode) {
		t.Errorf("error %v, want ErrMode", err)
	}
}
