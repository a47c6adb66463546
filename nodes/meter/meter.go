// Package meter measures how often something happens and how long it takes.
package meter

import (
	"slices"
	"sync"
	"time"
)

const (
	window = 256             // durations that percentiles are taken over
	recent = 5 * time.Second // that rates are taken over
)

// Meter notes events. Its zero value is ready; its methods may be called from any
// goroutine.
type Meter struct {
	mu    sync.Mutex
	took  [window]time.Duration // a ring
	at    [window]time.Time
	count int
}

// Add notes an event that ended now and took d.
func (m *Meter) Add(d time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.took[m.count%window], m.at[m.count%window] = d, time.Now()
	m.count++
}

// Figures are what a Meter saw.
type Figures struct {
	Count         int           // since the start
	Rate          float64       // Hz, over the last seconds
	P50, P95, P99 time.Duration // over the last 256 events
}

// Since is Figures with percentiles over the events after the first n only, of those
// the last 256.
func (m *Meter) Since(n int) Figures { return m.figures(n) }

// Figures are the present ones.
func (m *Meter) Figures() Figures { return m.figures(0) }

func (m *Meter) figures(since int) Figures {
	var took []time.Duration
	m.mu.Lock()
	for i := max(since, m.count-window); i < m.count; i++ {
		took = append(took, m.took[i%window])
	}
	at := slices.Clone(m.at[:min(m.count, window)])
	f := Figures{Count: m.count}
	m.mu.Unlock()
	slices.Sort(took)
	f.P50, f.P95, f.P99 = Percentile(took, 0.50), Percentile(took, 0.95), Percentile(took, 0.99)
	f.Rate = rate(at, time.Now())
	return f
}

// rate counts intervals between the events of the last seconds, so that it is right
// from the second event on.
func rate(at []time.Time, now time.Time) float64 {
	var first, last time.Time
	n := 0
	for _, t := range at {
		if now.Sub(t) > recent {
			continue
		}
		if n == 0 || t.Before(first) {
			first = t
		}
		if n == 0 || t.After(last) {
			last = t
		}
		n++
	}
	if n < 2 || !last.After(first) {
		return 0
	}
	return float64(n-1) / last.Sub(first).Seconds()
}

// Percentile of durations that are sorted upwards, nearest rank; 0 of none.
func Percentile(sorted []time.Duration, share float64) time.Duration {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[min(len(sorted)-1, int(share*float64(len(sorted))))]
}
