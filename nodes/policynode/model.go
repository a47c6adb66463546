package policynode

import (
	"context"
	"errors"

	"hyt/config"
	"hyt/nodes/engines"
	"hyt/policy"
	"hyt/thinker"
)

// FromPool makes New's argument: models are shared with the other nodes of the
// process through the pool.
func FromPool(p *engines.Pool) func(*config.Policy) (Model, error) {
	return func(c *config.Policy) (Model, error) {
		h, err := p.Open(c.Model, policy.Options{Threads: int(c.Threads)})
		if err != nil {
			return nil, err
		}
		return &engineModel{Handle: h, policy: policy.NewPolicy(h.Engine)}, nil
	}
}

// engineModel is a Model that runs on an engine.
type engineModel struct {
	*engines.Handle
	policy  *policy.Policy
	thinker *thinker.Thinker // nil until it is needed
}

func (m *engineModel) Plan(ctx context.Context, mode policy.Mode, obs policy.Observation, text string) (policy.Chunk, error) {
	switch mode {
	case policy.Act:
		return m.policy.Act(ctx, obs, text)
	case policy.Follow:
		return m.policy.Follow(ctx, obs, text)
	case policy.Think:
		return m.think(ctx, obs, text)
	}
	return policy.Chunk{}, errors.New("no mode " + string(mode))
}

func (m *engineModel) think(ctx context.Context, obs policy.Observation, instruction string) (policy.Chunk, error) {
	if m.thinker == nil {
		t, err := thinker.New(m.Engine, thinker.Options{})
		if err != nil {
			return policy.Chunk{}, err
		}
		m.thinker = t
	}
	frame, err := m.Prefill(ctx, obs)
	if err != nil {
		return policy.Chunk{}, err
	}
	defer frame.Release()
	r, err := m.thinker.Think(ctx, frame, instruction)
	return r.Chunk, err
}
