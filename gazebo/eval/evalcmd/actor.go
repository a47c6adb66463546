package evalcmd

import (
	"context"
	"fmt"

	"hyt/gazebo/eval"
	"hyt/policy"
	"hyt/thinker"
)

// newActor runs a model in one mode. The engine stays the caller's; it may serve
// several actors.
func newActor(e *policy.Engine, mode policy.Mode) (eval.Actor, error) {
	if err := e.Can(mode); err != nil {
		return nil, err
	}
	switch mode {
	case policy.Act:
		return &direct{policy: policy.NewPolicy(e)}, nil
	case policy.Think:
		t, err := thinker.New(e, thinker.Options{})
		return &reasoner{engine: e, thinker: t}, err
	}
	return nil, fmt.Errorf("mode %q needs the policy node: choose act or think, or another bus than direct", mode)
}

// direct acts without a thought.
type direct struct {
	policy      *policy.Policy
	instruction string
}

func (d *direct) Start(instruction string) error {
	d.instruction = instruction
	return nil
}

func (d *direct) Act(ctx context.Context, obs policy.Observation) (policy.Chunk, error) {
	return d.policy.Act(ctx, obs, d.instruction)
}

// reasoner thinks before each chunk, as ECoT does.
type reasoner struct {
	engine      *policy.Engine
	thinker     *thinker.Thinker
	instruction string
	last        string
}

func (r *reasoner) Start(instruction string) error {
	r.instruction, r.last = instruction, ""
	return nil
}

// Thought implements eval.Thinker.
func (r *reasoner) Thought() string { return r.last }

func (r *reasoner) Act(ctx context.Context, obs policy.Observation) (policy.Chunk, error) {
	frame, err := r.engine.Prefill(ctx, obs)
	if err != nil {
		return policy.Chunk{}, err
	}
	defer frame.Release()
	result, err := r.thinker.Think(ctx, frame, r.instruction)
	r.last = result.Text
	return result.Chunk, err
}
