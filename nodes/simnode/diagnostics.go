package simnode

import (
	"sync"
	"time"

	"hyt/nodes/node"
)

// health is what diagnostics ask for, from another goroutine.
type health struct {
	mu       sync.Mutex
	outcome  outcome
	behind   time.Duration // real time that was skipped, in all
	reported time.Duration // of behind, at the last report
}

func (h *health) set(o outcome) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.outcome = o
}

func (h *health) skipped(d time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.behind += d
}

func (w *world) fill(s *node.Status) {
	h := &w.health
	h.mu.Lock()
	o, behind, reported := h.outcome, h.behind, h.reported
	h.reported = behind
	h.mu.Unlock()
	w.command.mu.Lock()
	refused := w.command.refused
	w.command.mu.Unlock()
	s.Summary(node.OK, "%s: %s", o.Instruction, o.Verdict)
	if behind > reported {
		s.Summary(node.Warn, "slower than real time: %v lost since the last report", (behind - reported).Round(time.Millisecond))
	}
	steps, frames := w.steps.Figures(), w.frames.Figures()
	s.Add("task", o.Task)
	s.Add("split", o.Split)
	s.Add("seed", o.Seed)
	s.Add("time_s", o.TimeS)
	s.Add("step_hz", steps.Rate)
	s.AddMillis("step_ms_p99", steps.P99)
	s.Add("image_hz", frames.Rate)
	s.AddMillis("render_ms_p99", frames.P99)
	s.AddMillis("lost_ms", behind)
	s.Add("refused_commands", refused)
}
