// Package thinker writes the model's thoughts: it decodes them token by token
// from a frame that the policy has read already, and asks for the actions that
// follow from them. It gives way to the policy between tokens.
package thinker

import (
	"context"
	"fmt"
	"time"

	"hyt/policy"
	"hyt/policy/prompt"
	"hyt/policy/thought"
	"hyt/policy/tokenizer"
)

// Options says how thoughts are decoded. The zero value is good.
type Options struct {
	MaxTokens   int     // most tokens of a thought; 0 means the spec's thought.max_tokens
	Temperature float64 // 0 takes the likeliest token each time; 1 draws as the model believes
	Seed        uint64  // of the draws: the same seed, frames and instructions give the same thoughts
}

// Thinker thinks about one frame at a time. It is for one goroutine.
type Thinker struct {
	engine *policy.Engine
	max    int
	choose *chooser
	eot    int64
}

// New returns a thinker that runs on e, which stays the caller's. A model that
// was not trained to think is an error.
func New(e *policy.Engine, o Options) (*Thinker, error) {
	if err := e.Can(policy.Think); err != nil {
		return nil, err
	}
	if o.Temperature < 0 {
		return nil, fmt.Errorf("thinker: temperature %v is below 0", o.Temperature)
	}
	limit := e.Spec().Thought.MaxTokens
	if o.MaxTokens > 0 {
		limit = o.MaxTokens
	}
	return &Thinker{
		engine: e,
		max:    limit,
		choose: newChooser(o.Temperature, o.Seed),
		eot:    e.Tokenizer().ID(tokenizer.EOT),
	}, nil
}

// Result is one thought and what follows from it.
type Result struct {
	Thought   thought.Thought // what Text says; without fields when Malformed is set
	Text      string          // as written, without the end token
	Malformed error           // why Text is no thought, nil when it is one
	Truncated bool            // the thought was ended for it, at the most tokens
	Tokens    int             // tokens written, the end token included
	Latency   time.Duration   // from the frame to the chunk
	Chunk     policy.Chunk    // the actions after the thought, of mode Think
	Direct    policy.Chunk    // the actions of direct mode for the same frame
	Agreement float64         // of Chunk with Direct: see Agreement
}

// Think writes a thought about the frame, which stays the caller's, and asks for
// the actions after it. It stops between tokens when ctx ends. An error means
// that there is no result; a thought that does not parse is no error, because the
// model acts on it all the same.
func (t *Thinker) Think(ctx context.Context, f *policy.Frame, instruction string) (Result, error) {
	start := time.Now()
	d := t.engine.Decode(f)
	defer d.Close()
	ids, ended, err := t.write(ctx, d, prompt.Think(t.engine.Tokenizer(), instruction))
	if err != nil {
		return Result{}, err
	}
	r := Result{
		Text:      t.engine.Tokenizer().Decode(ids),
		Truncated: !ended,
		Tokens:    len(ids) + 1,
	}
	r.Thought, r.Malformed = thought.Parse(r.Text)
	if r.Chunk, err = d.Chunk(ctx, policy.Think); err != nil {
		return Result{}, err
	}
	r.Latency = time.Since(start)
	r.Chunk.Latency = r.Latency
	if r.Direct, err = t.direct(ctx, f, instruction); err != nil {
		return Result{}, err
	}
	r.Agreement = Agreement(r.Chunk, r.Direct)
	return r, nil
}

// write reads the prompt and writes tokens until the model ends the thought. A
// thought that comes to the limit is ended for it, so that actions may follow. It
// returns the thought's tokens without the end, which the decoder has read.
func (t *Thinker) write(ctx context.Context, d *policy.Decoder, prompt []int64) (ids []int64, ended bool, err error) {
	logits, err := d.Read(ctx, prompt...)
	if err != nil {
		return nil, false, err
	}
	limit := min(t.max, d.Room()) - 1 // the end token needs a place
	for len(ids) < limit {
		next := t.choose.next(logits)
		if next == t.eot {
			ended = true
			break
		}
		ids = append(ids, next)
		if logits, err = d.Read(ctx, next); err != nil {
			return nil, false, err
		}
	}
	if !ended {
		ended = t.choose.next(logits) == t.eot
	}
	_, err = d.Read(ctx, t.eot)
	return ids, ended, err
}

// direct is direct mode's chunk for the frame: the policy's own when it acted on
// this frame and instruction, or else worked out here.
func (t *Thinker) direct(ctx context.Context, f *policy.Frame, instruction string) (policy.Chunk, error) {
	if c, ok := f.Direct(instruction); ok {
		return c, nil
	}
	if t.engine.Can(policy.Act) != nil {
		return policy.Chunk{}, nil // trained without direct mode: nothing to agree with
	}
	d := t.engine.Decode(f)
	defer d.Close()
	if _, err := d.Read(ctx, prompt.Act(t.engine.Tokenizer(), instruction)...); err != nil {
		return policy.Chunk{}, err
	}
	return d.Chunk(ctx, policy.Act)
}
