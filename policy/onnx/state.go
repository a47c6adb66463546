package onnx

import (
	"errors"
	"sync/atomic"
)

// ErrReleased says that a state was used after its Release.
var ErrReleased = errors.New("state was released before this use")

// State is what a model remembers of what it has read: the tensors that graphs
// name "state.*", whatever they hold (keys and values, a hidden state). The zero
// value is a released one, for RunInto to fill.
//
// Key properties:
//
//   - A state is never changed. A graph that reads on makes a new one, so a frame
//     read once may be continued by a policy and by a thinker at the same time.
//   - Each State is one handle and is released once by who holds it. Clone gives
//     another handle on the same memory; the memory is reused when the last
//     handle is released. A second Release of a handle does nothing.
//   - Clone and Release may be called from any goroutine and never wait, but the
//     handle that is cloned must not be released meanwhile.
type State struct {
	view atomic.Pointer[view]
}

// Clone returns another handle on the same state. It costs no copy. The clone of
// a released state is released.
func (s *State) Clone() *State {
	c := new(State)
	c.Share(s)
	return c
}

// Share makes s, which is released first, another handle on what from holds.
func (s *State) Share(from *State) {
	v := from.view.Load()
	if v != nil {
		v.block.handles.Add(1)
	}
	s.put(v)
}

// Move makes s, which is released first, the handle that from was.
func (s *State) Move(from *State) { s.put(from.view.Swap(nil)) }

// Release gives the handle up. A nil or released handle is left as it is.
func (s *State) Release() {
	if s != nil {
		s.put(nil)
	}
}

func (s *State) put(v *view) {
	if old := s.view.Swap(v); old != nil {
		old.block.handles.Add(-1)
	}
}

// tensors is what the handle stands for, sorted by name.
func (s *State) tensors() ([]*Tensor, error) {
	if s != nil {
		if v := s.view.Load(); v != nil {
			return v.tensors, nil
		}
	}
	return nil, ErrReleased
}
