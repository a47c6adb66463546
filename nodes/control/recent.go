package control

import (
	"slices"
	"time"

	"hyt/nodes/meter"
)

// Mark is an instant in the life of a Loop. The zero value is its beginning.
type Mark struct {
	ticks  int
	at     time.Time // on the node's clock
	misses Misses
}

// Recent says how well the deadlines were kept since a Mark.
type Recent struct {
	Rate      float64       // ticks a second of the node's clock
	P50, P99  time.Duration // of the periods between wake-ups
	Max       time.Duration
	Jitter    time.Duration // 99th percentile of how far a period was from the loop's
	Execution time.Duration // the longest from a wake-up until its command was published
	Misses    Misses
}

// Since says what happened since the mark, and makes the next mark. now is the time on
// the node's clock. Of a long time it knows the last 2048 periods.
func (l *Loop) Since(m Mark, now time.Time) (Recent, Mark) {
	l.mu.Lock()
	ticks := l.timing.periods.n
	periods := l.timing.periods.newest(ticks - m.ticks)
	execution := l.timing.execution.newest(ticks - m.ticks)
	r := Recent{Misses: l.timing.misses.less(m.misses)}
	next := Mark{ticks: ticks, at: now, misses: l.timing.misses}
	l.mu.Unlock()
	if elapsed := now.Sub(m.at); !m.at.IsZero() && elapsed > 0 {
		r.Rate = float64(ticks-m.ticks) / elapsed.Seconds()
	}
	if len(periods) == 0 {
		return r, next
	}
	r.Execution = slices.Max(execution)
	off := make([]time.Duration, len(periods))
	for i, p := range periods {
		off[i] = (p - l.Period).Abs()
	}
	slices.Sort(periods)
	slices.Sort(off)
	r.P50, r.P99, r.Max = meter.Percentile(periods, 0.5), meter.Percentile(periods, 0.99), periods[len(periods)-1]
	r.Jitter = meter.Percentile(off, 0.99)
	return r, next
}

// newest is a copy of the last n, as far as they are there.
func (d *durations) newest(n int) []time.Duration {
	n = min(n, d.n, window)
	last := make([]time.Duration, n)
	for i := range last {
		last[i] = d.ring[(d.n-n+i)%window]
	}
	return last
}

func (m Misses) less(before Misses) Misses {
	return Misses{m.Publishing - before.Publishing, m.Busy - before.Busy, m.Paused - before.Paused, m.Skipped - before.Skipped}
}

// Total is how many there were.
func (m Misses) Total() int64 { return m.Publishing + m.Busy + m.Paused + m.Skipped }
