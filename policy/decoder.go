package policy

import (
	"context"
	"fmt"
	"math"
	"time"

	"hyt/policy/onnx"
)

// Decoder continues one frame by text, step by step, and asks for actions. It
// gives way to the policy between steps. One goroutine uses it, and closes it.
type Decoder struct {
	engine *Engine
	stamp  time.Time
	state  *onnx.State
	logits []float32
}

// Decode starts after the frame, which stays the caller's and may be released.
func (e *Engine) Decode(f *Frame) *Decoder {
	return &Decoder{engine: e, stamp: f.Stamp, state: f.state.Clone(), logits: make([]float32, e.tokenizer.Size())}
}

// Read adds tokens, at least one, and returns the logits [vocabulary] of the one
// that comes next. They stay valid until the next Read. After an error the
// decoder is where it was.
func (d *Decoder) Read(ctx context.Context, tokens ...int64) ([]float32, error) {
	e := d.engine
	e.turn.take()
	defer e.turn.give()
	next, err := e.write(ctx, d.state, tokens)
	if err != nil {
		return nil, err
	}
	d.state.Release()
	d.state = next
	copy(d.logits, e.logits.Float32())
	for id, v := range d.logits {
		if f := float64(v); math.IsNaN(f) {
			return nil, fmt.Errorf("%w: the logit of token %q is %v", ErrNonFinite, e.tokenizer.Token(int64(id)), v)
		}
	}
	return d.logits, nil
}

// Room is how many more tokens fit.
func (d *Decoder) Room() int {
	e := d.engine
	e.turn.take()
	defer e.turn.give()
	if e.closed {
		return 0
	}
	return max(0, e.spec.MaxState-e.extend.Positions(d.state))
}

// Chunk asks for the actions after what was read. m is the mode that was read.
// The chunk's latency is that of this step; who read knows the whole.
func (d *Decoder) Chunk(ctx context.Context, m Mode) (Chunk, error) {
	e := d.engine
	start := time.Now()
	e.turn.take()
	defer e.turn.give()
	c, err := e.chunk(ctx, d.state, d.stamp, m)
	c.Latency = time.Since(start)
	return c, err
}

// Close releases what the decoder holds.
func (d *Decoder) Close() { d.state.Release() }
