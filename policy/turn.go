package policy

import (
	"context"
	"sync/atomic"
)

// turn gives the policy the right of way. A policy never waits for a thinker: each
// has a lane of its own, and they share no lock. A thinker starts a token only while
// no policy runs or waits. Where a policy comes while a token is on its way, both
// run for the rest of that token.
//
// They could run side by side all the time, but on a robot's two cores the second
// one belongs to the control loop and the middleware.
type turn struct {
	policies atomic.Int64  // that run or wait for their lane
	idle     chan struct{} // there may be none now; one token at most
}

func newTurn() *turn { return &turn{idle: make(chan struct{}, 1)} }

// enter and leave stand round a policy's inference.
func (t *turn) enter() { t.policies.Add(1) }

func (t *turn) leave() {
	if t.policies.Add(-1) > 0 {
		return
	}
	select {
	case t.idle <- struct{}{}:
	default: // who waits looks again in any case
	}
}

// await returns when no policy runs. One goroutine may wait at a time.
func (t *turn) await(ctx context.Context) error {
	for t.policies.Load() > 0 {
		select {
		case <-t.idle:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}
