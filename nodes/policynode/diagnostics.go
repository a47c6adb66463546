package policynode

import (
	"time"

	"hyt/nodes/control"
	"hyt/nodes/node"
	"hyt/policy"
)

// controlCheck reports on the control loop. fill is called by one goroutine.
type controlCheck struct {
	session *session
	missed  int64 // deadlines, at the last report
}

func (c *controlCheck) fill(s *node.Status) {
	now := c.session.planner.task.get()
	r, t := c.session.controller.Report(c.session.node.Now()), c.session.loop.Timing()
	c.judge(s, r, t)
	s.Add("state", r.State)
	s.Add("hold", r.Reason)
	s.Add("mode", now.mode)
	s.Add("text", shortened(now.text))
	s.Add("control_hz", t.Rate)
	s.AddMillis("control_period_p50_ms", t.P50)
	s.AddMillis("control_period_p99_ms", t.P99)
	s.AddMillis("control_period_p999_ms", t.P999)
	s.AddMillis("control_period_max_ms", t.Max)
	s.AddMillis("control_execution_p99_ms", t.Execution.P99)
	s.AddMillis("control_execution_max_ms", t.Execution.Max)
	s.Add("scheduling", t.Granted)
	s.Add("missed_deadlines", t.Missed)
	s.Add("missed_cause", t.Cause)
	s.Add("commands", r.Counts.Commands)
	for reason := control.Latched; reason <= control.NotFinite; reason++ {
		s.Add("held_"+reason.String(), r.Counts.HeldBy(reason))
	}
	s.Add("chunks", r.Counts.Chunks)
	s.Add("chunks_not_finite", r.Counts.DroppedChunks)
	for reason := control.ClockJumped; reason <= control.ChunkNotFinite; reason++ {
		s.Add("refused_"+reason.String(), r.Counts.RefusedFor(reason))
	}
	s.Add("images_out_of_order", r.Counts.ImagesOutOfOrder)
	s.Add("clock_jumps", r.Counts.ClockJumps)
	s.AddMillis("latency_p95_ms", c.session.planner.foresee.Latency())
	s.AddMillis("image_age_ms", r.ImageAge)
	s.AddMillis("plan_age_ms", r.PlanAge)
}

// judge says how it goes, in a sentence.
func (c *controlCheck) judge(s *node.Status, r control.Report, t control.Timing) {
	level, sentence := verdict(r)
	s.Summary(level, "%s", sentence)
	if r.State != control.Disarmed && c.session.output.Listeners() == 0 {
		s.Worsen(node.Warn, "nobody listens on topic action: commands reach no robot")
	}
	if t.Missed > c.missed {
		s.Worsen(node.Warn, "%d deadlines missed, the last because it %s", t.Missed-c.missed, t.Cause)
	}
	c.missed = t.Missed
	if t.Denied != nil {
		s.Worsen(node.Warn, "%v", t.Denied)
	}
	if t.Failed != nil {
		s.Worsen(node.Error, "a command was not sent: %v", t.Failed)
	}
}

// verdict is what the controller does, in a sentence.
func verdict(r control.Report) (node.Level, string) {
	switch {
	case r.State == control.Disarmed:
		return node.OK, "disarmed: commands are computed and not sent; ~/arm sends them"
	case r.Reason.Wanted():
		return node.OK, r.Reason.Sentence()
	case r.Reason == control.NoChunk || r.Reason == control.ChunkUsedUp || r.Reason == control.Deadman || r.Reason == control.InstructionStale:
		return node.Warn, r.Reason.Sentence()
	}
	return node.Error, r.Reason.Sentence()
}

// slowInference is longer than any chunk lasts that a robot follows.
const slowInference = time.Second

// fill reports on inference.
func (p *planner) fill(s *node.Status) {
	acts, ages := p.acts.Figures(), p.ages.Figures()
	faults, fault := p.outcome()
	bad, imageFault := p.observer.Fault()
	asked, ran := p.task.get(), p.lastRan()
	s.Summary(node.OK, "planning")
	switch {
	case imageFault != nil:
		s.Summary(node.Error, "%v", imageFault)
	case asked.hold && asked.mode == policy.Follow:
		s.Summary(node.OK, "nothing to do: nothing came on topic follow, or the instruction is \"stop\"")
	case asked.hold:
		s.Summary(node.OK, "nothing to do: no instruction")
	case fault != nil:
		s.Summary(node.Error, "%v", fault)
	case acts.Count == 0:
		s.Summary(node.Warn, "no plan yet")
	}
	if asked.mode == policy.Guided && !asked.hold && ran == policy.Act {
		s.Worsen(node.Warn, "no fresh thought to be guided by: acting without (does a thinker run?)")
	}
	if stuck := p.model.Running(); stuck > slowInference {
		s.Worsen(node.Warn, "an inference runs for %v", stuck.Round(100*time.Millisecond))
	}
	if err := p.model.CheckFiles(); err != nil {
		s.Worsen(node.Warn, "%v", err)
	}
	s.Add("model", p.model.Spec().Name)
	s.Add("ran", ran)
	s.Add("plans", acts.Count)
	s.Add("replan_hz", acts.Rate)
	s.AddMillis("act_ms_p50", acts.P50)
	s.AddMillis("act_ms_p99", acts.P99)
	s.AddMillis("observation_age_ms_p50", ages.P50)
	s.AddMillis("observation_age_ms_p99", ages.P99)
	s.Add("failed_plans", faults)
	s.Add("bad_images", bad)
}
