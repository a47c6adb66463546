package policy

import (
	"context"
	"time"

	"hyt/policy/onnx"
)

// Frame is an observation as the model remembers it: the image prefix that serves
// every mode and every instruction. Who holds a Frame releases it once.
type Frame struct {
	Stamp time.Time // of the observation

	state       *onnx.State
	direct      *Chunk // what direct mode made of this frame, nil if it was not asked
	instruction string // that led to direct
}

// Clone returns another handle on the same frame, at no cost, to be released too.
func (f *Frame) Clone() *Frame {
	c := *f
	c.state = f.state.Clone()
	return &c
}

// Release gives the frame up. A nil or released frame is left as it is.
func (f *Frame) Release() {
	if f != nil {
		f.state.Release()
	}
}

// Direct is the chunk that direct mode made of this frame for the instruction, if
// it did.
func (f *Frame) Direct(instruction string) (Chunk, bool) {
	if f.direct == nil || f.instruction != instruction {
		return Chunk{}, false
	}
	return *f.direct, true
}

// Prefill reads an observation, for callers that share no frame with a policy:
// it waits until no policy wants to run. The caller releases the frame.
func (e *Engine) Prefill(ctx context.Context, obs Observation) (*Frame, error) {
	e.turn.take()
	defer e.turn.give()
	state, err := e.read(ctx, obs)
	if err != nil {
		return nil, err
	}
	return &Frame{Stamp: obs.Stamp, state: state}, nil
}

// Latest is the frame that the policy acted on last, nil before the first. The
// caller releases it. Thinking about it costs text tokens only.
func (e *Engine) Latest() *Frame {
	e.latest.Lock()
	defer e.latest.Unlock()
	if e.latest.frame == nil {
		return nil
	}
	e.shared.Add(1)
	return e.latest.frame.Clone()
}

// publish makes f, which it takes over, the latest frame.
func (e *Engine) publish(f *Frame) {
	e.latest.Lock()
	defer e.latest.Unlock()
	e.latest.frame.Release()
	e.latest.frame = f
}
