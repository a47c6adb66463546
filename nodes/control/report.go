package control

import "time"

// Counts are totals since the start.
type Counts struct {
	Ticks            int64          // deadlines met
	Commands         int64          // sent, holds included
	Held             [reasons]int64 // ticks by reason; None is unused
	Chunks           int64          // taken
	DroppedChunks    int64          // with a non-finite value
	Refused          [reasons]int64 // chunks, by what was wrong with them
	ImagesOutOfOrder int64
	ClockJumps       int64 // backwards
}

// HeldBy is how many ticks were held for a reason.
func (c Counts) HeldBy(r Reason) int64 { return c.Held[r] }

// RefusedFor is how many chunks were not taken for a reason: ChunkNotFinite and those
// after it.
func (c Counts) RefusedFor(r Reason) int64 { return c.Refused[r] }

// Report is a copy of what the controller knows of itself.
type Report struct {
	State    State
	Armed    bool
	Reason   Reason // of a hold
	Counts   Counts
	ImageAge time.Duration // of the newest image; negative: none came
	PlanAge  time.Duration // since the observation that the plan in use came from; negative: no plan
}

// Report says what happens at time now.
func (c *Controller) Report(now time.Time) Report {
	c.mu.Lock()
	defer c.mu.Unlock()
	r := Report{State: Active, Armed: c.armed, Reason: c.reason, Counts: c.counts, ImageAge: -1, PlanAge: -1}
	switch {
	case c.stopped:
		r.State, r.Reason = Stopped, Latched
	case !c.armed:
		r.State = Disarmed
	case c.reason != None:
		r.State = Holding
	}
	if !c.image.IsZero() {
		r.ImageAge = max(0, now.Sub(c.image))
	}
	if newest := c.plan.newest(); newest != nil {
		r.PlanAge = max(0, now.Sub(newest.Stamp))
	}
	return r
}

// PlanEnds is when the last row of the plan is used up; not ok: there is no plan.
func (c *Controller) PlanEnds() (at time.Time, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.offered.Rows) > 0 {
		return c.offered.end(), true
	}
	if newest := c.plan.newest(); newest != nil {
		return newest.end(), true
	}
	return time.Time{}, false
}
