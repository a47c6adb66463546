package thinkernode

import (
	"strings"
	"time"

	"hyt/msgs/builtin_interfaces"
	"hyt/msgs/hyt_msgs"
	"hyt/nodes/node"
	"hyt/policy/thought"
	"hyt/thinker"
)

// message is the thought as it goes out. age is the time since the frame.
func message(r thinker.Result, frame time.Time, age time.Duration) *hyt_msgs.Thought {
	t := r.Thought
	m := &hyt_msgs.Thought{
		Source: hyt_msgs.Thought_MODEL, Text: r.Text,
		Plan: t.Plan, Subtask: t.Sub, Target: t.Target,
		Motion: strings.Join(t.Move, " "), Gripper: t.Grip,
		Tokens: uint32(r.Tokens), Latency: age.Seconds(), Agreement: float32(r.Agreement),
	}
	m.Header.Stamp = builtin_interfaces.FromTime(frame)
	if t.TargetAt != nil {
		u, v := t.TargetAt.Centre()
		m.TargetUv = [2]float32{float32(u), float32(v)}
	}
	return m
}

// fill reports the latest thought, field by field.
func (m *mind) fill(s *node.Status) {
	m.mu.Lock()
	o, shared, failures := m.latest, m.shared, m.failures
	m.mu.Unlock()
	m.judge(s, o)
	r, f := o.result, m.thinking.Figures()
	s.Add("thought", r.Text)
	addFields(s, r.Thought)
	m.places.fill(s, o.target)
	s.Add("tokens", r.Tokens)
	tokenRate := 0.0
	if r.Latency > 0 {
		tokenRate = float64(r.Tokens) / r.Latency.Seconds()
	}
	s.Add("token_hz", tokenRate)
	s.Add("thought_hz", f.Rate)
	s.AddMillis("latency_ms", r.Latency)
	s.AddMillis("latency_ms_p50", f.P50)
	s.AddMillis("latency_ms_p99", f.P99)
	s.AddMillis("frame_age_ms", o.frameAge)
	s.Add("agreement", r.Agreement)
	s.Add("difference_ranges", r.Different.Range)
	s.Add("difference_worst", r.Different.Worst)
	s.Add("difference_mm", r.Different.Millimetres)
	s.Add("difference_rad", r.Different.Radians)
	s.Add("thoughts", f.Count)
	s.Add("frames_shared", shared)
	s.Add("failed_thoughts", failures)
}

// judge says how it goes, in a sentence.
func (m *mind) judge(s *node.Status, o outcome) {
	_, imageFault := m.observer.Fault()
	switch {
	case o.idle:
		s.Summary(node.OK, "nothing to think about: no instruction")
	case o.fault != nil && imageFault != nil:
		s.Summary(node.Error, "%v", imageFault)
	case o.fault != nil:
		s.Summary(node.Error, "%v", o.fault)
	case o.at.IsZero():
		s.Summary(node.Warn, "no thought yet")
	case o.result.Malformed != nil:
		s.Summary(node.Warn, "the thought does not parse: %v", o.result.Malformed)
	case o.result.Truncated:
		s.Summary(node.Warn, "the thought was cut at %d tokens: %s", o.result.Tokens, o.result.Text)
	case o.result.Disagrees != nil:
		s.Summary(node.Warn, "%v", o.result.Disagrees)
	default:
		s.Summary(node.OK, "%s", o.result.Text)
	}
}

func addFields(s *node.Status, t thought.Thought) {
	if len(t.See) > 0 {
		s.Add("see", t.See)
	}
	s.Add("plan", strings.Join(t.Plan, ", "))
	s.Add("sub", t.Sub)
	s.Add("target", t.Target)
	if t.TargetAt != nil {
		s.Add("target_at", t.TargetAt)
	}
	if t.EE != nil {
		s.Add("ee", t.EE)
	}
	s.Add("move", strings.Join(t.Move, " "))
	s.Add("grip", t.Grip)
}
