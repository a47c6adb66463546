package control

import (
	"context"
	"runtime"
	"sync"
	"time"
)

// Loop runs a Controller at absolute deadlines.
type Loop struct {
	Controller *Controller
	Period     time.Duration
	// Now is the node's clock, for what the controller compares with stamps. The
	// deadlines themselves are of the machine's steady clock, unless Clock is simulated.
	Now func() time.Time
	// Clock may simulate time: the deadlines are then its, and the loop sleeps on no
	// other. Nil: time is never simulated.
	Clock Clock
	// Publish sends a command. It runs on the loop's goroutine, so it must not block.
	Publish func(Command) error
	// Sleep waits until a time of the steady clock. Nil: PreciseSleep, on a thread
	// with the rights that Realtime asks for.
	Sleep    func(until time.Time)
	Realtime Realtime

	mu      sync.Mutex
	timing  timing
	failed  error // of the last Publish
	granted string
	denied  error
}

// Realtime is what the loop asks of the operating system. What is refused is told
// in Timing, and the loop runs without it.
type Realtime struct {
	// Priority of SCHED_FIFO for the loop's thread, 1 to 99. 0: an ordinary thread, of
	// the best niceness that it may have.
	Priority int
	// LockMemory keeps the pages of the whole process in memory once they were used,
	// until it ends: a page fault then never waits for a disk.
	LockMemory bool
}

// beat is one round of the loop, on the steady clock.
type beat struct {
	deadline, woke, done time.Time
}

// Run ticks until ctx is done; it may run again later. It leaves the robot with a zero
// command.
func (l *Loop) Run(ctx context.Context) {
	for ctx.Err() == nil {
		if l.simulated() {
			l.follow(ctx)
		} else {
			l.keep(ctx)
		}
	}
	if cmd, send := l.Controller.Farewell(); send {
		l.publish(cmd)
	}
}

// keep keeps deadlines of the steady clock until ctx is done or time is simulated. It
// holds its thread, so that the kernel's wake-up goes straight to it.
func (l *Loop) keep(ctx context.Context) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	sleep := l.Sleep
	if sleep == nil {
		granted, restore, denied := l.Realtime.ask()
		defer restore()
		l.mu.Lock()
		l.granted, l.denied = granted, denied
		l.mu.Unlock()
		sleep = PreciseSleep
	}
	b := beat{deadline: time.Now().Add(l.Period)}
	for ctx.Err() == nil && !l.simulated() {
		sleep(b.deadline)
		if ctx.Err() != nil || l.simulated() {
			break
		}
		b = l.tick(b)
	}
}

// tick does what is due at b.deadline, with b's other times still those of the tick
// before (zero at the first: the time between two runs is no period). It returns
// this tick's times and the next deadline, and allocates nothing of its own.
func (l *Loop) tick(b beat) beat {
	woke := time.Now()
	l.mu.Lock()
	late := l.timing.note(b, woke, l.Period)
	l.mu.Unlock()
	if cmd, send := l.Controller.Tick(l.Now()); send {
		l.publish(cmd)
	}
	return beat{deadline: b.deadline.Add(late + l.Period), woke: woke, done: time.Now()}
}

func (l *Loop) publish(cmd Command) {
	err := l.Publish(cmd)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.failed = err
}
