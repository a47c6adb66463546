package control

import "time"

// Report is a copy of what the controller knows of itself.
type Report struct {
	State    State
	Reason   Reason // of a hold
	Counts   Counts
	ImageAge time.Duration // of the newest image; negative: none came
	PlanAge  time.Duration // since the observation that the plan in use came from; negative: no plan
}

// Report says what happens at time now.
func (c *Controller) Report(now time.Time) Report {
	c.mu.Lock()
	defer c.mu.Unlock()
	r := Report{State: Active, Reason: c.reason, Counts: c.counts, ImageAge: -1, PlanAge: -1}
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
	if c.chunk != nil {
		r.PlanAge = max(0, now.Sub(c.chunk.Stamp))
	}
	return r
}
