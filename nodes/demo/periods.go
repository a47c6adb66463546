package demo

import (
	"slices"
	"sync"
	"time"
)

// periods measures how regularly something arrives. Safe for concurrent use.
type periods struct {
	mu   sync.Mutex
	last time.Time
	all  []time.Duration
	// gap splits runs: a longer pause (between episodes) is no period.
	gap time.Duration
}

func newPeriods(gap time.Duration) *periods { return &periods{gap: gap} }

// mark notes one arrival.
func (p *periods) mark(now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if d := now.Sub(p.last); !p.last.IsZero() && d < p.gap {
		p.all = append(p.all, d)
	}
	p.last = now
}

// rest ends a run: the next arrival starts a new one.
func (p *periods) rest() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.last = time.Time{}
}

// count is how many periods were measured.
func (p *periods) count() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.all)
}

// rate is the mean frequency, Hz; 0 before the second arrival.
func (p *periods) rate() float64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	var sum time.Duration
	for _, d := range p.all {
		sum += d
	}
	if sum <= 0 {
		return 0
	}
	return float64(len(p.all)) / sum.Seconds()
}

// quantile is the q-quantile of the periods, milliseconds.
func (p *periods) quantile(q float64) float64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	return quantile(p.all, q)
}

// quantile is the nearest-rank q-quantile of ds in milliseconds; 0 of nothing.
func quantile(ds []time.Duration, q float64) float64 {
	if len(ds) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(ds))
	i := min(int(q*float64(len(sorted))), len(sorted)-1)
	return float64(sorted[i]) / float64(time.Millisecond)
}
