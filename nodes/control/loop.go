package control

import (
	"context"
	"fmt"
	"runtime"
	"sync"
	"time"
)

// Loop runs a Controller at absolute deadlines.
type Loop struct {
	Controller *Controller
	Period     time.Duration
	// Now is the node's clock, for what the controller compares with stamps. The
	// deadlines themselves are of the machine's steady clock.
	Now func() time.Time
	// Publish sends a command. It runs on the loop's goroutine, so it must not block.
	Publish func(Command) error
	// Sleep waits until a time of the steady clock. Nil: PreciseSleep.
	Sleep func(until time.Time)

	mu     sync.Mutex
	timing timing
	failed error // of the last Publish
}

// Run ticks until ctx is done; it may run again later. It holds its thread, so that the kernel's wake-up
// goes straight to it, and leaves the robot with a zero command.
func (l *Loop) Run(ctx context.Context) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	sleep := l.Sleep
	if sleep == nil {
		raisePriority()
		sleep = PreciseSleep
	}
	l.mu.Lock()
	l.timing.last = time.Time{} // the time between two runs is no period
	l.mu.Unlock()
	next := time.Now().Add(l.Period)
	done := time.Time{} // when the tick before was finished
	for ctx.Err() == nil {
		sleep(next)
		woke := time.Now()
		if ctx.Err() != nil {
			break
		}
		next = next.Add(l.note(next, woke, done))
		if cmd, send := l.Controller.Tick(l.Now()); send {
			l.publish(cmd)
		}
		done = time.Now()
		next = next.Add(l.Period)
	}
	if cmd, send := l.Controller.Farewell(); send {
		l.publish(cmd)
	}
}

func (l *Loop) publish(cmd Command) {
	err := l.Publish(cmd)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.failed = err
}

// note records one wake-up and returns how far the schedule must move: whole
// periods, where deadlines passed unused.
func (l *Loop) note(deadline, woke, done time.Time) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.timing.woke(woke)
	missed := woke.Sub(deadline) / l.Period
	if missed <= 0 {
		return 0
	}
	l.timing.missed += int64(missed)
	l.timing.cause = fmt.Sprintf("woke %v late: the processor was busy elsewhere", woke.Sub(deadline).Round(time.Millisecond))
	if done.After(deadline) {
		l.timing.cause = fmt.Sprintf("publishing ended %v after the next deadline", done.Sub(deadline).Round(time.Millisecond))
	}
	return missed * l.Period
}

// Timing says how well the deadlines were kept.
type Timing struct {
	Rate     float64       // Hz, over the last periods
	P50, P99 time.Duration // of the period between wake-ups, over the last periods
	Max      time.Duration // longest period so far
	Missed   int64         // deadlines that passed unused, since the start
	Cause    string        // of the last miss; "" without one
	Failed   error         // of the last Publish; nil when it went well
}

// Timing is a copy of the present figures.
func (l *Loop) Timing() Timing {
	l.mu.Lock()
	recent := l.timing.recent()
	t := Timing{Max: l.timing.max, Missed: l.timing.missed, Cause: l.timing.cause, Failed: l.failed}
	l.mu.Unlock()
	t.Rate, t.P50, t.P99 = summary(recent)
	return t
}
