package policynode

import (
	"cmp"
	"strings"
	"sync"
	"time"

	"hyt/nodes/observe"
	"hyt/policy"
)

// task is what the robot is asked to do now.
type task struct {
	mu          sync.Mutex
	mode        policy.Mode
	instruction string
	since       time.Time   // that it holds
	follow      string      // a thought, or part of one
	goal        policy.Mode // of the goal of ~/execute, while there is one that names a mode; else ""
	epoch       int64       // changes with every change; plans for an older one are dropped
}

// snapshot is a task at one instant.
type snapshot struct {
	mode        policy.Mode
	instruction string
	since       time.Time
	text        string // that counts in this mode
	hold        bool   // nothing to do
	epoch       int64
}

func (t *task) get() snapshot {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.now()
}

// change applies a change and returns what holds then.
func (t *task) change(apply func(*task)) snapshot {
	t.mu.Lock()
	defer t.mu.Unlock()
	apply(t)
	t.epoch++
	return t.now()
}

// now needs t.mu. The word "stop" as an instruction counts in every mode.
func (t *task) now() snapshot {
	mode := cmp.Or(t.goal, t.mode)
	s := snapshot{mode: mode, instruction: t.instruction, since: t.since, text: t.instruction, hold: observe.MeansHold(t.instruction), epoch: t.epoch}
	if mode == policy.Follow {
		s.text = t.follow
		s.hold = observe.MeansHold(t.follow) || strings.EqualFold(t.instruction, "stop")
	}
	return s
}
