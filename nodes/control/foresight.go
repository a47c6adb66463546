package control

import (
	"slices"
	"sync"
	"time"

	"hyt/nodes/meter"
)

// Foresight says from which observation the next chunk has to be made, so that it is
// there before the present one is used up. It goes by what was measured: the 95th
// percentiles of the last latencies and of the last times between observations. Its
// zero value is ready; its methods may be called from any goroutine.
type Foresight struct {
	mu      sync.Mutex
	latency recent // from an observation's stamp to its chunk
	gaps    recent // between observations
	last    time.Time
}

// Saw tells the stamp of an observation that could be used.
func (f *Foresight) Saw(stamp time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	stamp = stamp.Round(0)
	if gap := stamp.Sub(f.last); !f.last.IsZero() && gap > 0 {
		f.gaps.add(gap)
	}
	f.last = stamp
}

// Took tells how long it was from an observation's stamp until its chunk could be
// offered.
func (f *Foresight) Took(latency time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.latency.add(max(0, latency))
}

// Latency is the 95th percentile of the last ones; 0 before the first.
func (f *Foresight) Latency() time.Duration {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.latency.p95()
}

// Due says whether an observation has to be used: with the one after it, the chunk
// would come less than reserve before end, the end of the present plan (see
// Controller.PlanEnds). The reserve is the time that blending takes.
func (f *Foresight) Due(stamp, end time.Time, reserve time.Duration) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	next := stamp.Add(f.gaps.p95())
	return next.Add(f.latency.p95() + reserve).After(end)
}

// recent are the last durations of a kind.
type recent struct {
	ring [64]time.Duration
	n    int
}

func (r *recent) add(d time.Duration) {
	r.ring[r.n%len(r.ring)] = d
	r.n++
}

func (r *recent) p95() time.Duration {
	sorted := r.ring // a copy
	seen := sorted[:min(r.n, len(sorted))]
	slices.Sort(seen)
	return meter.Percentile(seen, 0.95)
}
