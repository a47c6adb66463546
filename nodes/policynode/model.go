package policynode

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"hyt/config"
	"hyt/nodes/engines"
	"hyt/policy"
	"hyt/policy/thought"
	"hyt/thinker"
)

// FromPool makes New's argument: models are shared with the other nodes of the
// process through the pool.
func FromPool(p *engines.Pool) func(*config.Policy) (Model, error) {
	return func(c *config.Policy) (Model, error) {
		h, err := p.Open(c.Model, policy.Options{Threads: int(c.Threads), Provider: c.Provider})
		if err != nil {
			return nil, err
		}
		return &engineModel{
			Handle: h, policy: policy.NewPolicy(h.Engine), guideMaxAge: config.Seconds(c.GuideMaxAge),
			auto: thinker.AutoOptions{Threshold: c.AutoThreshold, Rate: c.AutoRate},
		}, nil
	}
}

// engineModel is a Model that runs on an engine.
type engineModel struct {
	*engines.Handle
	policy      *policy.Policy
	guideMaxAge time.Duration
	auto        thinker.AutoOptions
	chunk       policy.Chunk // of the last plan, in memory that the next one uses again

	// Made when they are needed first.
	thinking *thinker.Thinker
	deciding *thinker.Auto

	asked, had atomic.Int64 // frames that the gate found worth a thought, and that got one
}

// Plan implements Model.
func (m *engineModel) Plan(ctx context.Context, mode policy.Mode, obs policy.Observation, text string) (policy.Chunk, error) {
	var err error
	switch mode {
	case policy.Act:
		err = m.policy.ActInto(ctx, obs, text, &m.chunk)
	case policy.Follow:
		err = m.policy.FollowInto(ctx, obs, text, &m.chunk)
	case policy.Guided:
		err = m.policy.GuidedInto(ctx, obs, text, m.Guide(), m.guideMaxAge, &m.chunk)
	case policy.Think:
		return m.think(ctx, obs, text)
	case policy.Auto:
		return m.decide(ctx, obs, text)
	default:
		err = errors.New("no mode " + string(mode))
	}
	if err != nil {
		return policy.Chunk{}, err
	}
	return m.chunk, nil
}

// Heard implements Model: a thought that came from another process, for mode guided.
// Thinkers on the same engine leave theirs themselves.
func (m *engineModel) Heard(t thought.Thought, instruction string, stamp time.Time) {
	if m.Shared() {
		return
	}
	m.Guide().Offer(t, instruction, stamp)
}

func (m *engineModel) think(ctx context.Context, obs policy.Observation, instruction string) (policy.Chunk, error) {
	if m.thinking == nil {
		t, err := thinker.NewFor(m.policy, thinker.Options{})
		if err != nil {
			return policy.Chunk{}, err
		}
		m.thinking = t
	}
	frame, err := m.policy.Look(ctx, obs)
	if err != nil {
		return policy.Chunk{}, err
	}
	defer frame.Release()
	r, err := m.thinking.Act(ctx, frame, instruction)
	return r.Chunk, err
}

func (m *engineModel) decide(ctx context.Context, obs policy.Observation, instruction string) (policy.Chunk, error) {
	if m.deciding == nil {
		a, err := thinker.NewAuto(m.policy, m.auto)
		if err != nil {
			return policy.Chunk{}, err
		}
		m.deciding = a
	}
	d, err := m.deciding.Act(ctx, obs, instruction)
	thought := d.Chunk.Mode == policy.Think
	if thought {
		m.had.Add(1)
	}
	if thought || d.Saved {
		m.asked.Add(1)
	}
	return d.Chunk, err
}

// Thoughts implements chooser.
func (m *engineModel) Thoughts() (asked, had int64) { return m.asked.Load(), m.had.Load() }
