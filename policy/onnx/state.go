package onnx

import (
	"errors"
	"sync/atomic"
)

// ErrReleased says that a state was used after its Release.
var ErrReleased = errors.New("state was released before this use")

// State is what a model remembers of what it has read: the tensors that graphs
// name "state.*", whatever they hold (keys and values, a hidden state).
//
// Key properties:
//
//   - A state is never changed. A graph that reads on makes a new one, so a frame
//     read once may be continued by a policy and by a thinker at the same time.
//   - Each State is one handle and is released once by who holds it. Clone gives
//     another handle on the same memory; the memory is reused when the last
//     handle is released. A second Release of a handle does nothing.
//   - Clone and Release may be called from any goroutine, but the handle that is
//     cloned must not be released meanwhile.
type State struct {
	shared atomic.Pointer[shared]
}

// shared is the memory behind one or more handles.
type shared struct {
	handles atomic.Int64
	tensors []*Tensor // sorted by name
}

func newState(tensors []*Tensor) *State {
	sh := &shared{tensors: tensors}
	sh.handles.Store(1)
	s := new(State)
	s.shared.Store(sh)
	return s
}

// Clone returns another handle on the same state. It costs no copy. The clone of
// a released state is released.
func (s *State) Clone() *State {
	c := new(State)
	if sh := s.shared.Load(); sh != nil {
		sh.handles.Add(1)
		c.shared.Store(sh)
	}
	return c
}

// Release gives the handle up. A nil or released handle is left as it is.
func (s *State) Release() {
	if s == nil {
		return
	}
	sh := s.shared.Swap(nil)
	if sh == nil || sh.handles.Add(-1) > 0 {
		return
	}
	for _, t := range sh.tensors {
		t.Close()
	}
}

// tensors is what the handle stands for.
func (s *State) tensors() ([]*Tensor, error) {
	if s != nil {
		if sh := s.shared.Load(); sh != nil {
			return sh.tensors, nil
		}
	}
	return nil, ErrReleased
}
