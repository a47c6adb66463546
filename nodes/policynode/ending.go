package policynode

import (
	"sync"
	"time"
)

// ending listens for the model's word that the task is done: thoughts ("sub done;") and,
// where the action has such a dimension, the action itself. One is not enough, since a
// model errs now and then. It tells each instruction's end once, on task_done.
type ending struct {
	tell func()
	need int // in a row; 0: the model's word does not count

	mu    sync.Mutex
	since time.Time // that the instruction holds which row is about
	row   int
	told  bool
}

// saw takes the model's word about the instruction that holds since then.
func (e *ending) saw(done bool, since time.Time) {
	if e.count(done, since) {
		e.tell()
	}
}

// count says whether the task is done now, and was not before.
func (e *ending) count(done bool, since time.Time) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	if !since.Equal(e.since) {
		e.since, e.row, e.told = since, 0, false
	}
	if e.row++; !done {
		e.row = 0
	}
	if e.told || e.need == 0 || e.row < e.need {
		return false
	}
	e.told = true
	return true
}
