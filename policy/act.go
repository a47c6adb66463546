package policy

import (
	"context"
	"fmt"
	"time"

	"hyt/policy/prompt"
	"hyt/policy/thought"
)

// Policy turns observations into action chunks at control rate, with the right of
// way before thinkers on the same engine. It may be used by several goroutines; one
// inference runs at a time.
//
// Each mode comes twice: Act returns a fresh chunk, ActInto writes into one that the
// caller keeps, and then allocates nothing once it has seen the instruction.
type Policy struct {
	engine *Engine
	act    prepared // guarded by the lane, as is follow
	follow prepared
}

// prepared is the tokens of the text that was read last.
type prepared struct {
	text   string
	tokens []int64
}

// NewPolicy returns a policy that runs on e, which stays the caller's.
func NewPolicy(e *Engine) *Policy { return &Policy{engine: e} }

// Engine is what the policy runs on.
func (p *Policy) Engine() *Engine { return p.engine }

// Act is direct mode: it reads the observation and the instruction, and returns
// the chunk without writing a thought. The frame stays with the engine for the
// thinker (Engine.Latest). After an error there is no chunk to use.
func (p *Policy) Act(ctx context.Context, obs Observation, instruction string) (c Chunk, err error) {
	return made(&c, p.ActInto(ctx, obs, instruction, &c))
}

// ActInto is Act that writes the chunk, its actions included, into c.
func (p *Policy) ActInto(ctx context.Context, obs Observation, instruction string, c *Chunk) error {
	return p.run(ctx, obs, request{mode: Act, text: instruction}, c)
}

// Follow is follow mode: it carries out a given thought, or a part of one such as
// "sub push blue cylinder", without an instruction. Text that is no thought is an
// error that says which word is wrong.
func (p *Policy) Follow(ctx context.Context, obs Observation, text string) (c Chunk, err error) {
	return made(&c, p.FollowInto(ctx, obs, text, &c))
}

// FollowInto is Follow that writes the chunk, its actions included, into c.
func (p *Policy) FollowInto(ctx context.Context, obs Observation, text string, c *Chunk) error {
	return p.run(ctx, obs, request{mode: Follow, text: text}, c)
}

// made is c, or no chunk after an error.
func made(c *Chunk, err error) (Chunk, error) {
	if err != nil {
		return Chunk{}, err
	}
	return *c, nil
}

// request is what a chunk is asked for.
type request struct {
	mode   Mode
	text   string  // the instruction, or the thought to follow
	tokens []int64 // of a thought that is prepared already; nil: text is read
}

// run goes from the image to the chunk in one turn.
func (p *Policy) run(ctx context.Context, obs Observation, r request, c *Chunk) error {
	e := p.engine
	if err := e.Can(r.mode); err != nil {
		return err
	}
	start := time.Now()
	l := e.policy
	if err := l.enter(ctx); err != nil {
		return err
	}
	defer l.leave()
	if r.tokens == nil {
		var err error
		if r.tokens, err = p.prepare(r); err != nil {
			return err
		}
	}
	f := e.vacant()
	if err := l.fill(ctx, obs, f); err != nil {
		return err
	}
	defer e.publish(f, 0)
	if err := l.write(ctx, &f.state, f.positions, r.tokens, &l.state); err != nil {
		return err
	}
	defer l.state.Release()
	if err := l.chunk(ctx, &l.state, obs.Stamp, r.mode, c); err != nil {
		return err
	}
	c.Latency = time.Since(start)
	if r.mode == Act {
		f.direct.copyFrom(c)
		f.acted, f.instruction = true, r.text
	}
	return nil
}

// prepare turns the text into tokens, once.
func (p *Policy) prepare(r request) ([]int64, error) {
	have := &p.act
	if r.mode == Follow {
		have = &p.follow
	}
	if have.tokens != nil && have.text == r.text {
		return have.tokens, nil
	}
	t := p.engine.tokenizer
	if r.mode == Act {
		*have = prepared{r.text, prompt.Act(t, r.text)}
		return have.tokens, nil
	}
	given, err := thought.Parse(r.text)
	if err != nil {
		return nil, err
	}
	if len(given.Fields()) == 0 {
		return nil, fmt.Errorf("thought: there is nothing to follow; give at least one field, such as \"sub push blue cylinder;\"")
	}
	*have = prepared{r.text, prompt.Follow(t, given.String())}
	return have.tokens, nil
}

// Look reads the observation with the policy's right of way, for who goes on with
// Decode, and leaves the frame with the engine as Act does. The caller releases it.
func (p *Policy) Look(ctx context.Context, obs Observation) (*Frame, error) {
	e := p.engine
	if err := e.policy.enter(ctx); err != nil {
		return nil, err
	}
	defer e.policy.leave()
	f := e.vacant()
	if err := e.policy.fill(ctx, obs, f); err != nil {
		return nil, err
	}
	e.publish(f, 1)
	return f.frame(), nil
}

// Decode is Engine.Decode with the policy's right of way: for thoughts that the
// robot waits for.
func (p *Policy) Decode(f *Frame) *Decoder { return p.engine.decode(f, p.engine.policy) }
