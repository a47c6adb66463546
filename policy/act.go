package policy

import (
	"context"
	"fmt"
	"time"

	"hyt/policy/prompt"
	"hyt/policy/thought"
)

// Policy turns observations into action chunks at control rate. It may be used by
// several goroutines; one inference runs at a time.
type Policy struct {
	engine *Engine
}

// NewPolicy returns a policy that runs on e, which stays the caller's.
func NewPolicy(e *Engine) *Policy { return &Policy{engine: e} }

// Engine is what the policy runs on.
func (p *Policy) Engine() *Engine { return p.engine }

// Act is direct mode: it reads the observation and the instruction, and returns
// the chunk without writing a thought. The frame stays with the engine for the
// thinker (Engine.Latest). After an error there is no chunk to use.
func (p *Policy) Act(ctx context.Context, obs Observation, instruction string) (Chunk, error) {
	return p.run(ctx, obs, Act, instruction, prompt.Act(p.engine.tokenizer, instruction))
}

// Follow is follow mode: it carries out a given thought, or a part of one such as
// "sub push blue cylinder", without an instruction. Text that is no thought is an
// error that says which word is wrong.
func (p *Policy) Follow(ctx context.Context, obs Observation, text string) (Chunk, error) {
	t, err := thought.Parse(text)
	if err != nil {
		return Chunk{}, err
	}
	if len(t.Fields()) == 0 {
		return Chunk{}, fmt.Errorf("thought: there is nothing to follow; give at least one field, such as \"sub push blue cylinder;\"")
	}
	return p.run(ctx, obs, Follow, "", prompt.Follow(p.engine.tokenizer, t.String()))
}

// run goes from the image to the chunk in one turn.
func (p *Policy) run(ctx context.Context, obs Observation, m Mode, instruction string, tokens []int64) (Chunk, error) {
	e := p.engine
	if err := e.Can(m); err != nil {
		return Chunk{}, err
	}
	start := time.Now()
	e.turn.takeFirst()
	defer e.turn.give()
	prefix, err := e.read(ctx, obs)
	if err != nil {
		return Chunk{}, err
	}
	frame := &Frame{Stamp: obs.Stamp, state: prefix}
	defer e.publish(frame)

	read, err := e.write(ctx, prefix, tokens)
	if err != nil {
		return Chunk{}, err
	}
	defer read.Release()
	chunk, err := e.chunk(ctx, read, obs.Stamp, m)
	if err != nil {
		return Chunk{}, err
	}
	chunk.Latency = time.Since(start)
	if m == Act {
		direct := chunk.Clone()
		frame.direct, frame.instruction = &direct, instruction
	}
	return chunk, nil
}
