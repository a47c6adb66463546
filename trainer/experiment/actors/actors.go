// Package actors has ways to run models that a robot's policy node does not have, since
// they are there only to be compared with: two models in a hierarchy, and a gate that is
// chance.
package actors

import (
	"context"
	"fmt"
	"hash/fnv"
	"io"
	"math/rand/v2"
	"sync/atomic"
	"time"

	"hyt/gazebo/eval"
	"hyt/policy"
	"hyt/thinker"
)

// Modes under which their episodes are reported.
const (
	Hierarchy = "hierarchy"
	Auto      = "auto"
	Coin      = "coin"
)

// Hand makes actors of one kind and counts what they did. Its engines stay the caller's.
type Hand struct {
	Mode    string
	Model   *policy.Engine
	Planner *policy.Engine // for Hierarchy
	// Share of the observations that are thought about, for Coin.
	Share float64
	// Threshold of the model's gate, for Auto.
	Threshold float64

	acts, thoughts atomic.Int64
}

// Thought is the share of the observations that were thought about.
func (h *Hand) Thought() float64 { return float64(h.thoughts.Load()) / float64(max(1, h.acts.Load())) }

// Actor makes one for one worker.
func (h *Hand) Actor(policy.Mode) (eval.Actor, error) {
	var needs []error
	switch h.Mode {
	case Hierarchy:
		needs = []error{h.Planner.Can(policy.Think), h.Model.Can(policy.Follow)}
	case Auto:
		needs = []error{h.Model.Can(policy.Auto)}
	case Coin:
		needs = []error{h.Model.Can(policy.Act), h.Model.Can(policy.Think)}
	default:
		return nil, fmt.Errorf("no mode %q: choose %s, %s or %s", h.Mode, Hierarchy, Auto, Coin)
	}
	for _, err := range needs {
		if err != nil {
			return nil, err
		}
	}
	p := policy.NewPolicy(h.Model)
	switch h.Mode {
	case Hierarchy:
		t, err := thinker.New(h.Planner, thinker.Options{})
		return &pair{hand: h, planner: t, policy: p}, err
	case Auto:
		// The threshold alone decides: the rate is bounded by nothing.
		a, err := thinker.NewAuto(p, thinker.AutoOptions{Threshold: h.Threshold, Rate: 1e6, Burst: 1e6})
		return &gated{hand: h, auto: a}, err
	}
	t, err := thinker.New(h.Model, thinker.Options{})
	return &coin{hand: h, policy: p, thinker: t}, err
}

// pair is two models: one thinks about each frame, the other does what it thought.
type pair struct {
	hand        *Hand
	planner     *thinker.Thinker
	policy      *policy.Policy
	instruction string
	thought     string // the last that was one
}

// nothing is what is followed before there is a thought.
const nothing = "sub done;"

func (p *pair) Start(instruction string) error {
	p.instruction, p.thought = instruction, nothing
	return nil
}

func (p *pair) Thought() string { return p.thought }

// Act returns a chunk whose latency is that of both models.
func (p *pair) Act(ctx context.Context, obs policy.Observation) (policy.Chunk, error) {
	start := time.Now()
	frame, err := p.hand.Planner.Prefill(ctx, obs)
	if err != nil {
		return policy.Chunk{}, err
	}
	defer frame.Release()
	r, err := p.planner.Act(ctx, frame, p.instruction)
	if err != nil {
		return policy.Chunk{}, err
	}
	p.hand.acts.Add(1)
	p.hand.thoughts.Add(1)
	if r.Malformed == nil && !r.Truncated && r.Text != "" {
		p.thought = r.Text
	}
	chunk, err := p.policy.Follow(ctx, obs, p.thought)
	chunk.Latency = time.Since(start)
	return chunk, err
}

// gated thinks where the model's gate says so.
type gated struct {
	hand        *Hand
	auto        *thinker.Auto
	instruction string
}

func (g *gated) Start(instruction string) error {
	g.instruction = instruction
	return nil
}

func (g *gated) Act(ctx context.Context, obs policy.Observation) (policy.Chunk, error) {
	d, err := g.auto.Act(ctx, obs, g.instruction)
	g.hand.acts.Add(1)
	if d.Thought.Tokens > 0 {
		g.hand.thoughts.Add(1)
	}
	return d.Chunk, err
}

// coin thinks by chance, in a way that the episode's instruction repeats.
type coin struct {
	hand        *Hand
	policy      *policy.Policy
	thinker     *thinker.Thinker
	random      *rand.Rand
	instruction string
}

func (c *coin) Start(instruction string) error {
	c.instruction = instruction
	h := fnv.New64a()
	_, err := io.WriteString(h, instruction)
	c.random = rand.New(rand.NewPCG(h.Sum64(), 25))
	return err
}

func (c *coin) Act(ctx context.Context, obs policy.Observation) (policy.Chunk, error) {
	c.hand.acts.Add(1)
	if c.random.Float64() >= c.hand.Share {
		return c.policy.Act(ctx, obs, c.instruction)
	}
	c.hand.thoughts.Add(1)
	frame, err := c.hand.Model.Prefill(ctx, obs)
	if err != nil {
		return policy.Chunk{}, err
	}
	defer frame.Release()
	r, err := c.thinker.Act(ctx, frame, c.instruction)
	return r.Chunk, err
}
