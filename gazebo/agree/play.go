// Package agree plays the same scenes with the same oracle in two simulators and
// says where they part: verdicts, durations, paths of the objects, pictures.
package agree

import (
	"bytes"
	"context"
	"errors"
	"math"
	"slices"
	"time"

	"hyt/gazebo/sim"
	"hyt/gazebo/task"
)

const (
	// step is how often the judge looks: the control period of a policy.
	step = 20 * time.Millisecond
	// period is how long an oracle's command holds.
	period = time.Duration(task.Period * float64(time.Second))
)

// Trace is one episode as it went in one simulator.
type Trace struct {
	Verdict task.Verdict
	Time    time.Duration
	States  []sim.State // after each step, the first one before any
	Frame   sim.Frame   // at the start
}

// Play runs the oracle to the verdict or the end of the task's time. On an error
// the trace holds what went before.
func Play(ctx context.Context, world sim.Sim, e task.Episode) (Trace, error) {
	var t Trace
	if err := world.Reset(ctx, e.Scene); err != nil {
		return t, err
	}
	frame, err := world.Render(sim.Overhead)
	if err != nil {
		return t, err
	}
	t.Frame = frame
	t.Frame.RGB = bytes.Clone(frame.RGB)
	oracle, judge := e.Task.Oracle(e.Goal), e.Task.Judge(e.Goal)
	t.see(world.State(), judge)
	for t.Verdict == task.Running && t.Time < e.Task.Limit() {
		command := oracle.Decide(world.State()).Command
		for range int(period / step) {
			if err := world.Step(command, step); err != nil {
				return t, err
			}
			t.see(world.State(), judge)
		}
	}
	return t, nil
}

func (t *Trace) see(s sim.State, judge task.Judge) {
	if t.Verdict = judge.See(s); t.Verdict == task.Running || len(t.States) == 0 {
		t.Time = s.Time
	}
	t.States = append(t.States, s)
}

// Apart is how far two traces of a scene differ.
type Apart struct {
	// Object is the largest distance, metres, between where an object is in one and
	// in the other at the same time, Name whose, and At when.
	Object float64
	Name   string
	At     time.Duration
	// End is the largest distance between where an object lies when the shorter
	// trace ends.
	End float64
	// Hand is the largest distance between the fingertips' places, metres.
	Hand float64
	// Pixels is the mean difference of the first pictures, of 255, and Far the share
	// of pixels in which a colour differs by more than 40.
	Pixels, Far float64
}

// Compare needs traces of the same scene.
func Compare(a, b Trace) (Apart, error) {
	var d Apart
	n := min(len(a.States), len(b.States))
	for i := range n {
		s, t := a.States[i], b.States[i]
		if len(s.Objects) != len(t.Objects) || s.Time != t.Time {
			return d, errors.New("traces of different scenes")
		}
		d.Hand = max(d.Hand, away(s.Arm.Pose, t.Arm.Pose))
		d.End = 0
		for k := range s.Objects {
			far := away(s.Objects[k].Pose, t.Objects[k].Pose)
			if far > d.Object {
				d.Object, d.Name, d.At = far, s.Objects[k].Name, s.Time
			}
			d.End = max(d.End, far)
		}
	}
	d.Pixels, d.Far = pictures(a.Frame, b.Frame)
	return d, nil
}

func away(p, q sim.Pose) float64 {
	return math.Sqrt((p.X-q.X)*(p.X-q.X) + (p.Y-q.Y)*(p.Y-q.Y) + (p.Z-q.Z)*(p.Z-q.Z))
}

// pictures compares two frames; those of different sizes differ altogether.
func pictures(a, b sim.Frame) (mean, far float64) {
	if a.Width != b.Width || len(a.RGB) != len(b.RGB) || len(a.RGB) == 0 {
		return 255, 1
	}
	sum, wide := 0, 0
	for pixel := range slices.Chunk(slices.Collect(differences(a.RGB, b.RGB)), 3) {
		sum += pixel[0] + pixel[1] + pixel[2]
		if max(pixel[0], pixel[1], pixel[2]) > 40 {
			wide++
		}
	}
	n := float64(len(a.RGB))
	return float64(sum) / n, float64(wide) / (n / 3)
}

func differences(a, b []byte) func(func(int) bool) {
	return func(yield func(int) bool) {
		for i := range a {
			if !yield(max(int(a[i])-int(b[i]), int(b[i])-int(a[i]))) {
				return
			}
		}
	}
}
