package policy

import (
	"context"
	"fmt"
	"math"
	"time"

	"hyt/policy/onnx"
)

// Decoder continues one frame by text, step by step, and asks for actions. Unless
// it is the policy's own (Policy.Decode) it waits, before each step, until no policy
// runs. One goroutine uses it, and closes it.
type Decoder struct {
	lane      *lane
	stamp     time.Time
	state     onnx.State // what was read
	spare     onnx.State // scratch
	positions int        // that were read
	logits    []float32
}

// Decode starts after the frame, which stays the caller's and may be released.
func (e *Engine) Decode(f *Frame) *Decoder { return e.decode(f, e.thinker) }

func (e *Engine) decode(f *Frame, l *lane) *Decoder {
	d := &Decoder{lane: l, stamp: f.Stamp, logits: make([]float32, e.tokenizer.Size())}
	if p := f.prefix.Load(); p != nil {
		d.state.Share(&p.state)
		d.positions = p.positions
	}
	return d
}

// Restart begins again after the frame, which is the same as with a new decoder but
// allocates nothing.
func (d *Decoder) Restart(f *Frame) {
	d.state.Release()
	d.stamp, d.positions = f.Stamp, 0
	if p := f.prefix.Load(); p != nil {
		d.state.Share(&p.state)
		d.positions = p.positions
	}
}

// Read adds tokens, at least one, and returns the logits [vocabulary] of the one
// that comes next. They stay valid until the next Read. After an error the
// decoder is where it was.
func (d *Decoder) Read(ctx context.Context, tokens ...int64) ([]float32, error) {
	l := d.lane
	if err := l.enter(ctx); err != nil {
		return nil, err
	}
	defer l.leave()
	if err := l.write(ctx, &d.state, d.positions, tokens, &d.spare); err != nil {
		return nil, err
	}
	for id, v := range l.logits.Float32() {
		if f := float64(v); math.IsNaN(f) || math.IsInf(f, 1) { // -Inf rules a token out
			d.spare.Release()
			return nil, fmt.Errorf("%w: the logit of token %q is %v", ErrNonFinite, l.engine.tokenizer.Token(int64(id)), v)
		}
	}
	copy(d.logits, l.logits.Float32())
	d.state.Move(&d.spare)
	d.positions += len(tokens)
	return d.logits, nil
}

// Room is how many more tokens fit.
func (d *Decoder) Room() int {
	e := d.lane.engine
	if e.closed.Load() {
		return 0
	}
	return max(0, e.spec.MaxState-d.positions)
}

// Chunk asks for the actions after what was read. m is the mode that was read.
// The chunk's latency is that of this step; who read knows the whole.
func (d *Decoder) Chunk(ctx context.Context, m Mode) (Chunk, error) {
	start := time.Now()
	if err := d.lane.enter(ctx); err != nil {
		return Chunk{}, err
	}
	defer d.lane.leave()
	var c Chunk
	err := d.lane.chunk(ctx, &d.state, d.stamp, m, &c)
	c.Latency = time.Since(start)
	return made(&c, err)
}

// Gate is the model's probability, 0..1, that thinking pays, asked after the
// instruction and before a mode token. A model without a gate is ErrGate.
func (d *Decoder) Gate(ctx context.Context) (float64, error) {
	if err := d.lane.engine.CanGate(); err != nil {
		return 0, err
	}
	if err := d.lane.enter(ctx); err != nil {
		return 0, err
	}
	defer d.lane.leave()
	return d.lane.choose(ctx, &d.state)
}

// Close releases what the decoder holds.
func (d *Decoder) Close() {
	d.state.Release()
	d.spare.Release()
}
