package data

import (
	"fmt"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"hyt/msgs/hyt_msgs"
)

// Middlewares order messages within a topic, not between topics.
func TestTopicsMayOvertakeEachOther(t *testing.T) {
	p := newTape(t, "demo")
	for i, told := range []string{"touch the red cube", "touch the blue ball"} {
		id := fmt.Sprint(i)
		p.image(0, 0) // before its start marker
		p.start(0, id)
		p.pose(0, 0, 0)
		p.instruction(told) // after it
		p.joints(0, 1)
		p.action(0, 0.1, 0)
		p.gripper(1)
		p.image(0.1, 1)
		p.action(0.1, 0.2, 0)
		p.gripper(0)
		p.end(0.2, id, true)
		p.pose(0.1, 0.5, 0) // after its end marker
		p.joints(0.1, 0)
	}
	set, report := load(t, Default(), p.close())
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
	p.instruction("first this")
	p.start(0, "a")
	p.frame(0)
	p.frame(1)
	p.instruction("then that")
	p.frame(2)
	p.end(0.3, "a", true)
	p.start(0, "b") // still in force
	p.frame(0)
	p.end(0.1, "b", true)
	set, _ := load(t, Default(), p.close())
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
	p.frame(0) // nobody said what to do
	p.instruction("touch the red cube")
	p.frame(1)
	p.frame(2)
	p.instruction("touch the red cube") // said again: the same episode
	p.frame(3)
	p.instruction("push the ball")
	p.frame(4)
	p.frame(5)
	p.frame(30) // after a pause
	p.instruction("stop")
	p.frame(31)
	p.instruction("push the ball")
	p.frame(0) // the clock was set back
	set, report := load(t, Default(), p.close())
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
	p.instruction("go")
	p.start(0, "a")
	p.image(0, 0)
	p.pose(0, 0, 0)
	p.joints(0, 1)
	for k := range 10 { // 50 Hz: 0.1 m/s, then 0.2 m/s from 0.06 s on
		v := 0.1
		if k >= 3 {
			v = 0.2
		}
		p.action(float64(k)*0.02, v, 0)
	}
	p.gripper(1)
	p.end(2, "a", true)
	set, _ := load(t, Default(), p.close())
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
	p.instruction("go")
	p.start(0, "a")
	p.pose(0.95, 0, 3)
	p.pose(1.05, 1, -3)
	p.joints(0.99, 0.25) // near enough
	p.joints(1.05, 1)
	p.image(1, 0)
	p.action(1, 0, 0)
	p.gripper(1)
	p.end(1.1, "a", true)
	set, _ := load(t, Default(), p.close())
	got := set.At(0).Proprio
	want := []float32{0.5, 2, 3, math.Pi, 0.25}
	got[3] = float32(math.Abs(float64(got[3]))) // half a turn either way
	if diff := cmp.Diff(want, got, cmpopts.EquateApprox(0, 1e-5)); diff != "" {
		t.Error(diff)
	}
}

func TestThoughtsGoStale(t *testing.T) {
	p := newTape(t, "demo")
	p.instruction("go")
	p.start(0, "a")
	for k := range 8 {
		p.skip = p.c.Topics.Thought
		p.frame(k)
		p.skip = ""
		if k == 1 {
			p.thought(0.1, hyt_msgs.Thought_HUMAN, "move left ;")
		}
	}
	p.end(0.8, "a", true)
	set, _ := load(t, Default(), p.close())
	for i := range set.Len() {
		if got, want := set.At(i).Thought != "", i >= 1 && i <= 6; got != want {
			t.Errorf("frame %d: has a thought: %v", i, got)
		}
	}
}
