package control

import (
	"fmt"
	"slices"
	"time"

	"hyt/nodes/meter"
)

// Timing says how well the deadlines were kept.
type Timing struct {
	Rate           float64       // Hz, over the last periods
	P50, P99, P999 time.Duration // of the period between wake-ups, over the last 2048
	Max            time.Duration // longest period so far
	Execution      Execution
	Missed         int64  // deadlines that passed unused, since the start
	Misses         Misses // the same, by cause
	Cause          string // of the last miss; "" without one
	Failed         error  // of the last Publish; nil when it went well
	Granted        string // how the loop's thread is scheduled; "" before the first run
	Denied         error  // what of Realtime was refused, and what gives it; nil: nothing
}

// Execution is the time from a wake-up until its command was published.
type Execution struct {
	P50, P99, P999 time.Duration // of the last 2048 ticks
	Max            time.Duration // so far
}

// Misses are missed deadlines by cause.
type Misses struct {
	Publishing int64 // the tick before was not done yet
	Busy       int64 // the thread was woken late
	Paused     int64 // woken later than any scheduler would: stopped, or asleep
	Skipped    int64 // the simulated clock went on by more than a period at once
}

// Timing is a copy of the present figures.
func (l *Loop) Timing() Timing {
	l.mu.Lock()
	t := Timing{
		Max: l.timing.periods.max, Execution: Execution{Max: l.timing.execution.max},
		Missed: l.timing.missed, Misses: l.timing.misses,
		Failed: l.failed, Granted: l.granted, Denied: l.denied,
	}
	last := l.timing.last
	periods, execution := l.timing.periods.recent(), l.timing.execution.recent()
	l.mu.Unlock()
	t.Cause = last.String()
	t.Rate, t.P50, t.P99, t.P999 = summary(periods)
	_, t.Execution.P50, t.Execution.P99, t.Execution.P999 = summary(execution)
	return t
}

const (
	window = 2048                   // durations that percentiles are taken over
	paused = 500 * time.Millisecond // no scheduler leaves a thread waiting for so long
)

// timing gathers what Timing tells. It allocates only for readers.
type timing struct {
	periods, execution durations
	missed             int64
	misses             Misses
	last               miss
}

// note takes a wake-up for b.deadline after the tick that b tells of. It returns by
// how much the schedule must move: whole periods, where deadlines passed unused.
func (t *timing) note(b beat, woke time.Time, period time.Duration) time.Duration {
	if !b.woke.IsZero() {
		t.periods.add(woke.Sub(b.woke))
		t.execution.add(b.done.Sub(b.woke))
	}
	missed := woke.Sub(b.deadline) / period
	if missed <= 0 {
		return 0
	}
	t.missed += int64(missed)
	t.last = miss{woke: woke.Sub(b.deadline), published: b.done.Sub(b.deadline)}
	switch {
	case t.last.published > 0:
		t.misses.Publishing += int64(missed)
	case t.last.woke >= paused:
		t.misses.Paused += int64(missed)
	default:
		t.misses.Busy += int64(missed)
	}
	return missed * period
}

// miss is a missed deadline: how long after it the thread woke, and the command of
// the tick before was out (negative: in time); or by how much the simulated clock was past
// it.
type miss struct{ woke, published, skipped time.Duration }

func (m miss) String() string {
	switch {
	case m.skipped > 0:
		return fmt.Sprintf("was passed over: /clock went on to %v after it at once", m.skipped.Round(time.Millisecond))
	case m.woke == 0:
		return ""
	case m.published > 0:
		return fmt.Sprintf("publishing ended %v after the next deadline", m.published.Round(time.Millisecond))
	case m.woke >= paused:
		return fmt.Sprintf("woke %v late: the process was stopped or the machine slept", m.woke.Round(time.Millisecond))
	}
	return fmt.Sprintf("woke %v late: the processor was busy elsewhere", m.woke.Round(time.Millisecond))
}

// durations are the last of a kind, in a ring.
type durations struct {
	ring [window]time.Duration
	n    int // so far
	max  time.Duration
}

func (d *durations) add(x time.Duration) {
	d.ring[d.n%window] = x
	d.n++
	d.max = max(d.max, x)
}

// recent is a copy of the last ones, in no particular order.
func (d *durations) recent() []time.Duration { return slices.Clone(d.ring[:min(d.n, window)]) }

// summary sorts periods in place.
func summary(periods []time.Duration) (rate float64, p50, p99, p999 time.Duration) {
	if len(periods) == 0 {
		return 0, 0, 0, 0
	}
	var total time.Duration
	for _, p := range periods {
		total += p
	}
	slices.Sort(periods)
	return float64(len(periods)) / total.Seconds(),
		meter.Percentile(periods, 0.50), meter.Percentile(periods, 0.99), meter.Percentile(periods, 0.999)
}
