package policy

import (
	"context"
	"sync/atomic"
	"time"

	"hyt/policy/onnx"
)

// Frame is an observation as the model remembers it: the image prefix that serves
// every mode and every instruction. Who holds a Frame releases it once.
type Frame struct {
	Stamp time.Time // of the observation

	prefix atomic.Pointer[prefix]
}

// prefix is what handles on one frame share.
//
// The policy publishes each of its frames, and takes prefixes that nobody holds any
// more for the next ones: no garbage, and no lock. A prefix goes round: free (the
// policy fills it), held (handles > 0), and free again when who gave up the last
// handle says so. hold, which comes from elsewhere, takes held ones only.
type prefix struct {
	handles atomic.Int64
	free    atomic.Bool

	stamp       time.Time
	state       onnx.State
	positions   int    // that state takes up; 0 for a state of fixed size
	direct      Chunk  // what direct mode made of this frame
	acted       bool   // it did
	instruction string // that led to direct
}

// hold adds a handle, if there is one.
func (p *prefix) hold() bool {
	for {
		n := p.handles.Load()
		if n == 0 {
			return false
		}
		if p.handles.CompareAndSwap(n, n+1) {
			return true
		}
	}
}

func (p *prefix) release() {
	if p == nil || p.handles.Add(-1) > 0 {
		return
	}
	p.state.Release()
	p.free.Store(true)
}

// frame makes a handle of one that was added to p.
func (p *prefix) frame() *Frame {
	f := &Frame{Stamp: p.stamp}
	f.prefix.Store(p)
	return f
}

// Clone returns another handle on the same frame, at no cost, to be released too.
// The clone of a released frame is released.
func (f *Frame) Clone() *Frame {
	c := &Frame{Stamp: f.Stamp}
	if p := f.prefix.Load(); p != nil {
		p.handles.Add(1)
		c.prefix.Store(p)
	}
	return c
}

// Release gives the frame up. A nil or released frame is left as it is.
func (f *Frame) Release() {
	if f != nil {
		f.prefix.Swap(nil).release()
	}
}

// Direct is the chunk that direct mode made of this frame for the instruction, if
// it did. The chunk is the caller's.
func (f *Frame) Direct(instruction string) (Chunk, bool) {
	p := f.prefix.Load()
	if p == nil || !p.acted || p.instruction != instruction {
		return Chunk{}, false
	}
	return p.direct.Clone(), true
}

// Prefill reads an observation, for callers that share no frame with a policy:
// it waits until no policy wants to run. The caller releases the frame.
func (e *Engine) Prefill(ctx context.Context, obs Observation) (*Frame, error) {
	if err := e.thinker.enter(ctx); err != nil {
		return nil, err
	}
	defer e.thinker.leave()
	p := new(prefix)
	if err := e.thinker.fill(ctx, obs, p); err != nil {
		return nil, err
	}
	p.handles.Store(1)
	return p.frame(), nil
}

// fill reads an observation into a vacant prefix. It has no handles yet: until it is
// published nobody else looks into it.
func (l *lane) fill(ctx context.Context, obs Observation, p *prefix) error {
	if err := l.look(ctx, obs, &p.state); err != nil {
		return err
	}
	p.free.Store(false)
	p.stamp, p.acted = obs.Stamp, false
	p.positions = l.extend.Positions(&p.state)
	return nil
}

// Latest is the frame that the policy acted on last, nil before the first. The
// caller releases it. Thinking about it costs text tokens only. It never waits.
func (e *Engine) Latest() *Frame {
	for {
		p := e.latest.Load()
		if p == nil {
			return nil
		}
		if p.hold() {
			e.shared.Add(1)
			return p.frame()
		}
	}
}

// vacant is a prefix that nobody holds. The caller has the policy's turn.
func (e *Engine) vacant() *prefix {
	for _, p := range e.prefixes {
		if p.free.Load() {
			return p
		}
	}
	p := new(prefix)
	p.free.Store(true)
	e.prefixes = append(e.prefixes, p)
	return p
}

// publish makes p the latest frame. It holds a handle on it until the next, besides
// the caller's, of whom there are so many.
func (e *Engine) publish(p *prefix, callers int64) {
	p.handles.Store(1 + callers)
	e.latest.Swap(p).release()
}
