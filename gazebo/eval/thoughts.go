package eval

import (
	"fmt"

	"hyt/gazebo/sim"
	"hyt/gazebo/task"
	"hyt/policy/thought"
)

// Thoughts counts what a policy told of its thoughts, one for each view that it acted on.
type Thoughts struct {
	Told  int `json:"thoughts,omitempty"`       // that name what the hand goes for, or a step to do
	Right int `json:"thoughts_right,omitempty"` // of those, that name what the demonstrator goes for at that moment
}

// Plus are both together.
func (t Thoughts) Plus(o Thoughts) Thoughts { return Thoughts{t.Told + o.Told, t.Right + o.Right} }

// RightShare is the share of the right ones for tables: "93.0 %", or "–" where none was told.
func (t Thoughts) RightShare() string {
	if t.Told == 0 {
		return "–"
	}
	return fmt.Sprintf("%.1f %%", 100*float64(t.Right)/float64(t.Told))
}

// count counts a thought that holds in state, where oracle shows how. Who talks nonsense
// names nothing.
func (t *Thoughts) count(text string, oracle task.Oracle, state sim.State) {
	said, err := thought.Parse(text)
	if err != nil || said.Target == "" && said.Sub == "" {
		return
	}
	t.Told++
	d := oracle.Decide(state)
	if said.Target == "" && said.Sub == d.Step() || said.Target != "" && said.Target == d.Target.String() {
		t.Right++
	}
}
