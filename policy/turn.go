package policy

import "sync"

// turn lets one inference run at a time, the policy's first.
//
// The policy and the thinker share one set of graphs, and so one copy of the
// weights. They could run at the same time, but on a robot's two cores the second
// one belongs to the control loop and the middleware: two inferences at once
// would cost them deadlines. So a thinker holds the turn for one token (about
// 2 ms), and gets it only when no policy wants it: a policy waits for at most one
// token, a thinker as long as it must.
type turn struct {
	mu     sync.Mutex
	freed  *sync.Cond // the turn was given back, or a policy stopped waiting
	busy   bool
	urgent int // policies that wait
}

func newTurn() *turn {
	t := new(turn)
	t.freed = sync.NewCond(&t.mu)
	return t
}

// takeFirst takes the turn as the policy does: next after who has it now.
func (t *turn) takeFirst() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.urgent++
	for t.busy {
		t.freed.Wait()
	}
	t.urgent--
	t.busy = true
}

// take takes the turn when nobody has it and no policy waits for it.
func (t *turn) take() {
	t.mu.Lock()
	defer t.mu.Unlock()
	for t.busy || t.urgent > 0 {
		t.freed.Wait()
	}
	t.busy = true
}

// give hands the turn back.
func (t *turn) give() {
	t.mu.Lock()
	t.busy = false
	t.mu.Unlock()
	t.freed.Broadcast()
}
