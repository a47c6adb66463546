// Package task says what the robot is asked to do and whether it did it: scenes
// and instructions by seed, judges that watch the true state, and oracles that
// show how, with the thoughts that go with each action.
//
// Everything is a pure function of (task, split, seed) or of the true state. A
// task asks nothing that one image and the arm's own pose would not tell, so a
// policy without memory can learn it.
//
// Seeds below EvalSeed are for demonstrations and tuning, seeds from EvalSeed up
// for evaluation.
package task

import (
	"fmt"
	"strings"
	"time"

	"hyt/gazebo/sim"
)

// EvalSeed is the first seed for evaluation. Nothing that is trained or tuned
// may have seen a scene from here up.
const EvalSeed = 1_000_000

// Task is one kind of thing to do.
type Task interface {
	Name() string
	// Limit is the simulated time that an episode may take.
	Limit() time.Duration
	// Episode draws a scene and what is asked in it. The same arguments give the
	// same episode.
	Episode(split Split, seed int64) (Episode, error)
	// Judge returns a fresh judge of one episode with this goal.
	Judge(Goal) Judge
	// Oracle returns the demonstrator of this goal.
	Oracle(Goal) Oracle
}

// Episode is one scene with one thing to do in it.
type Episode struct {
	Task        Task
	Split       Split
	Seed        int64
	Scene       sim.Scene
	Instruction string
	Plain       string // the same with every thing by its full name, colour and shape
	Goal        Goal
}

func episodeError(t Task, split Split, seed int64, err error) error {
	return fmt.Errorf("%s, split %s, seed %d: %w", t.Name(), split, seed, err)
}

// Goal is what an instruction means.
type Goal struct {
	Task     string // a Task's name
	Object   Thing
	Relation string // "", "into", "on" or "beside"
	Support  Thing  // what to put Object on or beside; for swap, what is in the right zone
	Zone     string // "left" or "right", for push and stack
	Turn     string // one of directions, for rotate: where the long side points

	Colors [2]string // for sort: what goes into the left and into the right zone
	Tower  [4]Thing  // for tower: from the bottom up
}

// named returns the things that the goal names, the one to be moved first before
// the others.
func (g Goal) named() []Thing {
	var list []Thing
	add := func(t Thing) {
		if (t != Thing{}) {
			list = append(list, t)
		}
	}
	if g.Task == "stack" {
		add(g.Support)
	}
	add(g.Object)
	if g.Task != "stack" {
		add(g.Support)
	}
	for _, i := range []int{1, 2, 3, 0} {
		add(g.Tower[i])
	}
	return list
}

// Thing names an object as an instruction does.
type Thing struct{ Color, Shape string }

func (t Thing) String() string { return t.Color + " " + t.Shape }

// name is the thing's Object.Name in a scene.
func (t Thing) name() string { return t.Color + "_" + t.Shape }

func thingOf(o sim.Object) Thing { return Thing{Color: o.Color, Shape: o.Shape} }

// Verdict is a judge's opinion so far.
type Verdict int

const (
	Running Verdict = iota
	Success
	Failure
)

func (v Verdict) String() string {
	switch v {
	case Success:
		return "success"
	case Failure:
		return "failure"
	default:
		return "running"
	}
}

// Judge decides one episode. It is shown the state at the start and after each
// control step; once it said Success or Failure it stays with it.
type Judge interface {
	See(sim.State) Verdict
}

// All returns the tasks in the order of tables and reports.
func All() []Task {
	return []Task{Touch{}, Push{}, Pick{}, Place{}, Rotate{}, Stack{}, Sort{}, Swap{}, Tower{}}
}

// level is 1 for tasks of one deed, 2 and 3 for those of several.
func level(name string) int {
	switch name {
	case "stack", "sort", "swap":
		return 2
	case "tower":
		return 3
	}
	return 1
}

// ByName returns one task.
func ByName(name string) (Task, error) {
	var names []string
	for _, t := range All() {
		if t.Name() == name {
			return t, nil
		}
		names = append(names, t.Name())
	}
	return nil, fmt.Errorf("no task %q: choose from %s", name, strings.Join(names, ", "))
}

// index returns where the thing stands in objects, or -1.
func index(objects []sim.Object, t Thing) int {
	for i, o := range objects {
		if o.Color == t.Color && o.Shape == t.Shape {
			return i
		}
	}
	return -1
}
