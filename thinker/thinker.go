// Package thinker writes the model's thoughts: it decodes them token by token
// from a frame that the policy has read already, and asks for the actions that
// follow from them. It gives way to the policy between tokens.
package thinker

import (
	"context"
	"errors"
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
	TokenRate   float64 // tokens a second at most, spread evenly; 0 means as they come

	// MaxAge of the frame: when it is older, at any token, the thought is given up
	// (ErrStale). 0 means any age. Now is the clock of the frames' stamps; nil means
	// time.Now.
	MaxAge time.Duration
	Now    func() time.Time

	// MaxDifference is how far the actions after a thought may be from the direct
	// ones, in quantile ranges, before Result.Disagrees says so (see Difference). 0
	// means DefaultMaxDifference.
	MaxDifference float64
}

// ErrStale: the frame became too old while the thought was written.
var ErrStale = errors.New("frame is too old to think about")

// Thinker thinks about one frame at a time. It is for one goroutine.
type Thinker struct {
	engine  *policy.Engine
	decode  func(*policy.Frame) *policy.Decoder
	options Options
	choose  *chooser
	pace    pacer
	eot     int64
}

// New returns a thinker that runs on e, which stays the caller's, and gives way to
// policies there. A model that was not trained to think is an error.
func New(e *policy.Engine, o Options) (*Thinker, error) { return newThinker(e, e.Decode, o) }

// NewFor returns a thinker that has p's right of way: for a robot that waits for the
// thought, as in mode think.
func NewFor(p *policy.Policy, o Options) (*Thinker, error) {
	return newThinker(p.Engine(), p.Decode, o)
}

func newThinker(e *policy.Engine, decode func(*policy.Frame) *policy.Decoder, o Options) (*Thinker, error) {
	if err := e.Can(policy.Think); err != nil {
		return nil, err
	}
	switch {
	case !(o.Temperature >= 0): // also NaN
		return nil, fmt.Errorf("thinker: temperature %v is below 0", o.Temperature)
	case !(o.TokenRate >= 0):
		return nil, fmt.Errorf("thinker: token rate %v is below 0", o.TokenRate)
	case !(o.MaxDifference >= 0):
		return nil, fmt.Errorf("thinker: greatest difference %v is below 0", o.MaxDifference)
	}
	if o.MaxTokens <= 0 {
		o.MaxTokens = e.Spec().Thought.MaxTokens
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.MaxDifference == 0 {
		o.MaxDifference = DefaultMaxDifference
	}
	return &Thinker{
		engine:  e,
		decode:  decode,
		options: o,
		choose:  newChooser(o.Temperature, o.Seed),
		pace:    newPacer(o.TokenRate),
		eot:     e.Tokenizer().ID(tokenizer.EOT),
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
	Different Difference      // of Chunk from Direct
	Disagrees error           // says so, with the numbers, when Different is over the threshold
}

// Think writes a thought about the frame, which stays the caller's, and asks for
// the actions after it. It stops between tokens when ctx ends or the frame is stale.
// An error means that there is no result; a thought that does not parse is no error,
// because the model acts on it all the same. A whole thought is left with the
// engine's Guide for the policy to follow.
func (t *Thinker) Think(ctx context.Context, f *policy.Frame, instruction string) (Result, error) {
	r, err := t.Act(ctx, f, instruction)
	if err != nil {
		return Result{}, err
	}
	if r.Direct, err = t.direct(ctx, f, instruction); err != nil {
		return Result{}, err
	}
	t.compare(&r)
	return r, nil
}

// Act is Think for who waits for the actions: nothing is compared with direct mode, so
// Agreement, Different, Disagrees and Direct stay empty.
func (t *Thinker) Act(ctx context.Context, f *policy.Frame, instruction string) (Result, error) {
	start := time.Now()
	d := t.decode(f)
	defer d.Close()
	r, err := t.finish(ctx, d, f.Stamp, prompt.Think(t.engine.Tokenizer(), instruction))
	if err != nil {
		return Result{}, err
	}
	r.Latency = time.Since(start)
	r.Chunk.Latency, r.Chunk.Thought = r.Latency, r.Text
	if r.Malformed == nil && !r.Truncated {
		t.engine.Guide().Offer(r.Thought, instruction, f.Stamp)
	}
	return r, nil
}

// finish reads the prompt, writes the thought and asks for the actions.
func (t *Thinker) finish(ctx context.Context, d *policy.Decoder, stamp time.Time, prompt []int64) (Result, error) {
	ids, ended, err := t.write(ctx, d, stamp, prompt)
	if err != nil {
		return Result{}, err
	}
	r := Result{
		Text:      t.engine.Tokenizer().Decode(ids),
		Truncated: !ended,
		Tokens:    len(ids) + 1,
	}
	r.Thought, r.Malformed = thought.Parse(r.Text)
	r.Chunk, err = d.Chunk(ctx, policy.Think)
	return r, err
}

// write reads the prompt and writes tokens until the model ends the thought. A
// thought that comes to the limit is ended for it, so that actions may follow. It
// returns the thought's tokens without the end, which the decoder has read.
func (t *Thinker) write(ctx context.Context, d *policy.Decoder, stamp time.Time, prompt []int64) (ids []int64, ended bool, err error) {
	logits, err := t.read(ctx, d, stamp, prompt...)
	if err != nil {
		return nil, false, err
	}
	limit := min(t.options.MaxTokens, d.Room()) - 1 // the end token needs a place
	for len(ids) < limit {
		next := t.choose.next(logits)
		if next == t.eot {
			ended = true
			break
		}
		ids = append(ids, next)
		if logits, err = t.read(ctx, d, stamp, next); err != nil {
			return nil, false, err
		}
	}
	if !ended {
		ended = t.choose.next(logits) == t.eot
	}
	_, err = t.read(ctx, d, stamp, t.eot)
	return ids, ended, err
}

// read is one step, at its time, unless the frame is stale.
func (t *Thinker) read(ctx context.Context, d *policy.Decoder, stamp time.Time, tokens ...int64) ([]float32, error) {
	if err := t.pace.wait(ctx); err != nil {
		return nil, err
	}
	if o := &t.options; o.MaxAge > 0 {
		if age := o.Now().Sub(stamp); age > o.MaxAge {
			return nil, fmt.Errorf("%w: it is %v old, of at most %v", ErrStale, age.Round(time.Millisecond), o.MaxAge)
		}
	}
	return d.Read(ctx, tokens...)
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
	d := t.decode(f)
	defer d.Close()
	if _, err := d.Read(ctx, prompt.Act(t.engine.Tokenizer(), instruction)...); err != nil {
		return policy.Chunk{}, err
	}
	return d.Chunk(ctx, policy.Act)
}

// compare fills in what Chunk and Direct have in common.
func (t *Thinker) compare(r *Result) {
	r.Agreement = Agreement(r.Chunk, r.Direct)
	if len(r.Direct.Actions) == 0 {
		return
	}
	r.Different = Differ(r.Chunk, r.Direct, &t.engine.Spec().Action)
	r.Disagrees = r.Different.over(t.options.MaxDifference)
}
