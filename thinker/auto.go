package thinker

import (
	"context"
	"errors"
	"fmt"
	"time"

	"hyt/policy"
	"hyt/policy/prompt"
	"hyt/policy/tokenizer"
)

// AutoOptions says when mode auto thinks. The zero value is good.
type AutoOptions struct {
	Threshold float64 // p_think from which thinking pays, 0..1; 0 means 0.5
	Rate      float64 // thoughts a second at most, by the observations' stamps; 0 means 1
	Burst     float64 // thoughts that may follow each other at once; 0 means 1
	Thoughts  Options // how they are decoded
}

// Auto is mode auto: the model's gate decides for each observation whether a thought
// pays, as far as the budget reaches. It is for one goroutine.
type Auto struct {
	policy    *policy.Policy
	thinker   *Thinker
	threshold float64
	budget    budget
	act       int64 // token
	think     int64 // token
}

// NewAuto returns mode auto on p, which stays the caller's. A model without a gate is
// policy.ErrGate.
func NewAuto(p *policy.Policy, o AutoOptions) (*Auto, error) {
	if err := p.Engine().Can(policy.Auto); err != nil {
		return nil, err
	}
	if !(o.Threshold >= 0 && o.Threshold <= 1) || !(o.Rate >= 0) || !(o.Burst == 0 || o.Burst >= 1) {
		return nil, fmt.Errorf("auto: threshold %v must be 0..1, rate %v at least 0, and burst %v at least 1", o.Threshold, o.Rate, o.Burst)
	}
	if o.Threshold == 0 {
		o.Threshold = 0.5
	}
	t, err := NewFor(p, o.Thoughts)
	if err != nil {
		return nil, err
	}
	words := p.Engine().Tokenizer()
	return &Auto{
		policy: p, thinker: t, threshold: o.Threshold, budget: newBudget(o.Rate, o.Burst),
		act: words.ID(tokenizer.Act), think: words.ID(tokenizer.Think),
	}, nil
}

// Decision is what mode auto did with one observation.
type Decision struct {
	Chunk   policy.Chunk // of mode act or think
	PThink  float64      // what the gate said
	Thought Result       // the thought, its Text empty when there was none
	Saved   bool         // the gate asked for a thought, and the budget was used up
}

// Act reads the observation and the instruction, asks the gate, and then acts or
// thinks.
func (a *Auto) Act(ctx context.Context, obs policy.Observation, instruction string) (Decision, error) {
	start := time.Now()
	f, err := a.policy.Look(ctx, obs)
	if err != nil {
		return Decision{}, err
	}
	defer f.Release()
	d := a.policy.Decode(f)
	defer d.Close()
	words := a.policy.Engine().Tokenizer()
	if asked := prompt.Instruction(words, instruction); len(asked) > 0 {
		if _, err := d.Read(ctx, asked...); err != nil {
			return Decision{}, err
		}
	}
	now := Decision{}
	if now.PThink, err = d.Gate(ctx); err != nil {
		return Decision{}, err
	}
	rest := []int64{a.act} // to be read before the actions
	if now.PThink >= a.threshold {
		if a.budget.take(obs.Stamp) {
			now.Thought, err = a.thinker.finish(ctx, d, f.Stamp, []int64{a.think})
			if !errors.Is(err, ErrStale) {
				now.Chunk = now.Thought.Chunk
				now.Chunk.Latency, now.Chunk.Thought = time.Since(start), now.Thought.Text
				now.Thought.Latency = now.Chunk.Latency
				return now, err
			}
			d.Restart(f) // too late for a thought: act
			rest = prompt.Act(words, instruction)
		} else {
			now.Saved = true
		}
	}
	if _, err := d.Read(ctx, rest...); err != nil {
		return Decision{}, err
	}
	now.Chunk, err = d.Chunk(ctx, policy.Act)
	now.Chunk.Latency = time.Since(start)
	return now, err
}
