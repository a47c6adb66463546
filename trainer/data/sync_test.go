package data

import (
	"fmt"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"hyt/msgs/hyt_msgs"
	"hyt/trainer/contract"
)

// Middlewares order messages within a topic, not between topics.
func TestTopicsMayOvertakeEachOther(t *testing.T) {
	p := newTape(t, "demo")
	for i, told := range []string{"touch the red cube", "touch the blue ball"} {
		id := fmt.Sprint(i)
		p.Image(0, 0) // before its start marker
		p.Start(0, id)
		p.Pose(0, 0, 0)
		p.Instruction(told) // after it
		p.Joints(0, 1)
		p.Action(0, 0.1, 0)
		p.Gripper(1)
		p.Image(0.1, 1)
		p.Action(0.1, 0.2, 0)
		p.Gripper(0)
		p.End(0.2, id, true)
		p.Pose(0.1, 0.5, 0) // after its end marker
		p.Joints(0.1, 0)
	}
	set, report := load(t, contract.Default(), p.Close())
	if set.Len() != 4 || report.Episodes != 2 || len(report.Dropped) > 0 {
		t.Fatalf("%d samples, report %+v", set.Len(), report)
	}
	for i := range 4 {
		s := set.At(i)
		if want := []string{"touch the red cube", "touch the blue ball"}[i/2]; s.Instruction != want || s.Episode != i/2 {
			t.Errorf("sample %d: instruction %q in episode %d", i, s.Instruction, s.Episode)
		}
		if want := []float32{0, 0.5}[i%2]; s.Proprio[0] != want {
			t.Errorf("sample %d: x %v, want %v", i, s.Proprio[0], want)
		}
		if want := []float32{1, 0}[i%2]; s.Actions[4] != want {
			t.Errorf("sample %d: gripper %v, want %v", i, s.Actions[4], want)
		}
	}
}

func TestInstructionMayChangeDuringAnEpisode(t *testing.T) {
	p := newTape(t, "demo")
	p.Instruction("first this")
	p.Start(0, "a")
	p.Frame(0)
	p.Frame(1)
	p.Instruction("then that")
	p.Frame(2)
	p.End(0.3, "a", true)
	p.Start(0, "b") // still in force
	p.Frame(1)
	p.End(0.2, "b", true)
	set, _ := load(t, contract.Default(), p.Close())
	var got []string
	for i := range set.Len() {
		got = append(got, set.At(i).Instruction)
	}
	if diff := cmp.Diff([]string{"first this", "first this", "then that", "then that"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestWithoutMarkersInstructionsAndPausesDelimitEpisodes(t *testing.T) {
	p := newTape(t, "teleop")
	p.Frame(0) // nobody said what to do
	p.Instruction("touch the red cube")
	p.Frame(1)
	p.Frame(2)
	p.Instruction("touch the red cube") // said again: the same episode
	p.Frame(3)
	p.Instruction("push the ball")
	p.Frame(4)
	p.Frame(5)
	p.Frame(30) // after a pause
	p.Instruction("stop")
	p.Frame(31)
	p.Instruction("push the ball")
	p.Frame(1) // the clock was set back
	set, report := load(t, contract.Default(), p.Close())
	var got []string
	for _, e := range set.Episodes() {
		got = append(got, fmt.Sprintf("%s %d", e.ID, e.Samples))
	}
	if diff := cmp.Diff([]string{"teleop#0 3", "teleop#1 2", "teleop#2 1", "teleop#3 1"}, got); diff != "" {
		t.Errorf("%s\n%s", diff, report.String())
	}
}

// A person's commands come at their own rate; what counts is how far they move.
func TestCommandsAtAnotherRateAddUp(t *testing.T) {
	p := newTape(t, "demo")
	p.Instruction("go")
	p.Start(0, "a")
	p.Image(0, 0)
	p.Pose(0, 0, 0)
	p.Joints(0, 1)
	for k := range 10 { // 50 Hz: 0.1 m/s, then 0.2 m/s from 0.06 s on
		v := 0.1
		if k >= 3 {
			v = 0.2
		}
		p.Action(float64(k)*0.02, v, 0)
	}
	p.Gripper(1)
	p.End(2, "a", true)
	set, _ := load(t, contract.Default(), p.Close())
	// After 0.18 s no command comes: the last one holds for half a second.
	want := []float32{0.014, 0.02, 0.02, 0.02, 0.02, 0.02, 0.016, 0}
	for k, x := range want {
		if got := set.At(0).Actions[k*Dims]; math.Abs(float64(got-x)) > 1e-6 {
			t.Errorf("row %d: x %v, want %v", k, got, x)
		}
	}
}

func TestPosesAreInterpolatedWhenNoneIsNear(t *testing.T) {
	p := newTape(t, "demo")
	p.Instruction("go")
	p.Start(0, "a")
	p.Pose(0.95, 0, 3)
	p.Pose(1.05, 1, -3)
	p.Joints(0.99, 0.25) // near enough
	p.Joints(1.05, 1)
	p.Image(1, 0)
	p.Action(1, 0, 0)
	p.Gripper(1)
	p.End(1.1, "a", true)
	c := contract.Default()
	c.Episodes.Still = 0
	set, _ := load(t, c, p.Close())
	got := set.At(0).Proprio
	want := []float32{0.5, 2, 3, math.Pi, 0.25}
	got[3] = float32(math.Abs(float64(got[3]))) // half a turn either way
	if diff := cmp.Diff(want, got, cmpopts.EquateApprox(0, 1e-5)); diff != "" {
		t.Error(diff)
	}
}

func TestThoughtsGoStale(t *testing.T) {
	p := newTape(t, "demo")
	p.Instruction("go")
	p.Start(0, "a")
	for k := range 8 {
		p.Skip = "/thought"
		p.Frame(k)
		p.Skip = ""
		if k == 1 {
			p.Thought(0.1, hyt_msgs.Thought_HUMAN, "move left ;")
		}
	}
	p.End(0.8, "a", true)
	set, _ := load(t, contract.Default(), p.Close())
	for i := range set.Len() {
		if got, want := set.At(i).Thought != "", i >= 1 && i <= 6; got != want {
			t.Errorf("frame %d: has a thought: %v", i, got)
		}
	}
}
