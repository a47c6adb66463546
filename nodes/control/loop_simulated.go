package control

import (
	"context"
	"time"
)

// Clock is a clock that may simulate time. The node's is one.
type Clock interface {
	// Simulated says whether it does so now.
	Simulated() bool
	// Await waits until the simulated time is at least until, or less than last, since
	// it was set back, and returns it; the zero time when ctx is done, or when time is
	// not simulated any more.
	Await(ctx context.Context, last, until time.Time) time.Time
}

func (l *Loop) simulated() bool { return l.Clock != nil && l.Clock.Simulated() }

// follow keeps deadlines of the simulated clock until ctx is done or time is the
// machine's again. The first reading is a deadline, and one that comes after the clock
// was set back; between them a period lies, however fast the simulator runs. Where it
// runs in lockstep, with steps that divide the period, none is missed.
func (l *Loop) follow(ctx context.Context) {
	l.mu.Lock()
	l.granted, l.denied = "simulated time", nil
	l.mu.Unlock()
	var last, deadline time.Time
	for {
		now := l.Clock.Await(ctx, last, deadline)
		if now.IsZero() || ctx.Err() != nil {
			return
		}
		began := time.Now()
		if cmd, send := l.Controller.Tick(now); send {
			l.publish(cmd)
		}
		late := l.noteSimulated(last, deadline, now, time.Since(began))
		if last.IsZero() || now.Before(last) {
			deadline = now
		}
		deadline = deadline.Add(late + l.Period)
		last = now
	}
}

// noteSimulated notes a tick at now that was due at deadline, after one at last: periods
// on the simulated clock, execution on the machine's. It returns the periods that passed
// unused.
func (l *Loop) noteSimulated(last, deadline, now time.Time, execution time.Duration) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.timing.execution.add(execution)
	if last.IsZero() || now.Before(last) {
		return 0
	}
	l.timing.periods.add(now.Sub(last))
	jump := now.Sub(deadline)
	missed := jump / l.Period
	if missed > 0 {
		l.timing.missed += int64(missed)
		l.timing.misses.Skipped += int64(missed)
		l.timing.last = miss{skipped: jump}
	}
	return missed * l.Period
}
