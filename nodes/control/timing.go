package control

import (
	"slices"
	"time"

	"hyt/nodes/meter"
)

const window = 1024 // periods that percentiles are taken over

// timing gathers the periods between wake-ups.
type timing struct {
	last    time.Time
	periods [window]time.Duration // a ring
	count   int                   // periods noted so far
	max     time.Duration
	missed  int64
	cause   string
}

func (t *timing) woke(at time.Time) {
	if !t.last.IsZero() {
		period := at.Sub(t.last)
		t.periods[t.count%window] = period
		t.count++
		t.max = max(t.max, period)
	}
	t.last = at
}

// recent is a copy of the last periods, in no particular order.
func (t *timing) recent() []time.Duration {
	return slices.Clone(t.periods[:min(t.count, window)])
}

// summary sorts periods in place.
func summary(periods []time.Duration) (rate float64, p50, p99 time.Duration) {
	if len(periods) == 0 {
		return 0, 0, 0
	}
	var total time.Duration
	for _, p := range periods {
		total += p
	}
	slices.Sort(periods)
	return float64(len(periods)) / total.Seconds(), meter.Percentile(periods, 0.50), meter.Percentile(periods, 0.99)
}
