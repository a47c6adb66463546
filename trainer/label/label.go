// Package label makes thoughts for demonstrations that were recorded without any:
// from what was measured and commanded (Make), or from a file that a person or a
// large model wrote (ReadAnnotations).
//
// Made thoughts say only what the data shows: words of motion by the actions, the
// grip by the fingers, the sub-task by where the gripper acts and the robot stops,
// places by known poses. What they cannot know they leave out.
package label

import (
	"math"
	"slices"

	"hyt/policy/thought"
)

// Track is one episode, sample by sample. Slices have one entry a sample; nil where
// the data does not say.
type Track struct {
	Seconds     []float64 // since the first sample
	Instruction []string
	Hand        [][3]float64 // m
	Opening     []float64    // measured, 0 closed .. 1 open
	Speed       [][4]float64 // commanded: m/s along x y z, rad/s about z
	Grip        []float64    // commanded opening
	Things      []Thing
}

// Thing is an object whose place is known.
type Thing struct {
	Name string
	At   [][3]float64 // m, by sample; NaN where it is not known
}

// Make makes a thought for each sample, of the fields named (sub, target, ee, move,
// grip). camera may be nil, and is where target and ee need one.
func Make(t Track, fields []string, camera *Camera) []thought.Thought {
	wanted := func(field string) bool { return slices.Contains(fields, field) }
	segments := segment(t)
	thoughts := make([]thought.Thought, len(t.Seconds))
	for i := range thoughts {
		one := &thoughts[i]
		s := segments[find(segments, i)]
		if wanted(thought.Sub) {
			one.Sub = s.sub
		}
		if wanted(thought.Target) && camera != nil && s.thing >= 0 {
			thing := t.Things[s.thing]
			if one.TargetAt = camera.Place(thing.At[i]); one.TargetAt != nil {
				one.Target = thing.Name
			}
		}
		if wanted(thought.EE) && camera != nil && t.Hand != nil {
			one.EE = camera.Place(t.Hand[i])
		}
		if wanted(thought.Move) && t.Speed != nil {
			one.Move = move(t, i)
		}
		if wanted(thought.Grip) && t.Grip != nil {
			one.Grip = grip(t, i)
		}
	}
	return thoughts
}

// A word of motion is used for an axis that carries at least this share of the speed
// and moves at least this fast, as the simulator's oracles do.
const (
	wordShare = 0.4
	wordSpeed = 0.02 // m/s
	turnSpeed = 0.25 // rad/s
)

// smooth is over how many samples, this one and the next ones, commands are averaged:
// people's hands shake.
const smooth = 3

// move names the main directions of the commands from a sample on.
func move(t Track, i int) (words []string) {
	var v [4]float64
	next := t.Speed[i:min(i+smooth, len(t.Speed))]
	for _, one := range next {
		for axis := range v {
			v[axis] += one[axis] / float64(len(next))
		}
	}
	names := [3][2]string{{"forward", "back"}, {"left", "right"}, {"up", "down"}}
	speed := math.Sqrt(v[0]*v[0] + v[1]*v[1] + v[2]*v[2])
	for axis, pair := range names {
		if math.Abs(v[axis]) < max(wordSpeed, wordShare*speed) {
			continue
		}
		words = append(words, choose(v[axis] > 0, pair[0], pair[1]))
	}
	if math.Abs(v[3]) >= turnSpeed {
		words = append(words, choose(v[3] > 0, "turn left", "turn right"))
	}
	if len(words) == 0 {
		return []string{"still"}
	}
	return words
}

// keptOpen is by how much the fingers stay more open than they are told where there
// is something between them.
const keptOpen = 0.15

// grip is what the gripper does: "hold" while it is told to close and cannot.
func grip(t Track, i int) string {
	switch {
	case t.Grip[i] > 0.5:
		return "open"
	case t.Opening != nil && settled(t, i) && t.Opening[i] > t.Grip[i]+keptOpen:
		return "hold"
	}
	return "close"
}

// settled tells whether the fingers have had time to close: they hardly move.
func settled(t Track, i int) bool {
	return i > 0 && math.Abs(t.Opening[i]-t.Opening[i-1]) < 0.05
}

func choose(first bool, a, b string) string {
	if first {
		return a
	}
	return b
}
