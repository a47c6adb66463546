package task

import (
	"math"

	"hyt/gazebo/sim"
	"hyt/policy/thought"
)

// Oracle shows how a goal is reached. Decide is a pure function of the true
// state: it keeps no memory, so it recovers from wherever it is put.
type Oracle interface {
	Decide(sim.State) Decision
}

// Period is the time for which an oracle's command holds, seconds.
const Period = 0.1

// Decision is what to do in one state, and why.
type Decision struct {
	Command sim.Command
	Plan    []string // steps still ahead, the current one first; empty when done
	Target  Thing    // the object that the hand goes for
	Done    bool     // the goal is reached and the arm at rest
	Looked  []Thing  // the thought begins with where these are: Episode.Considered, or none
}

// Step is what to do now: the plan's first step, or "done"; "" where there is none.
func (d Decision) Step() string {
	switch {
	case d.Done:
		return "done"
	case len(d.Plan) > 0:
		return d.Plan[0]
	}
	return ""
}

// Camera says where a point in world (metres) is in the image: fractions of its
// width and height, from the left and from the top.
type Camera interface {
	Project(x, y, z float64) (u, v float64)
}

// planned is how many steps ahead a thought tells at most.
const planned = 3

// Thought puts a decision into words, with places as the camera sees them.
func (d Decision) Thought(s sim.State, cam Camera) thought.Thought {
	t := thought.Thought{
		Plan:   d.Plan[:min(planned, len(d.Plan))],
		Sub:    d.Step(),
		Target: d.Target.String(),
		EE:     place(cam, s.Arm.Pose),
		Move:   moveWords(d.Command),
		Grip:   gripWord(d.Command, s),
	}
	for _, thing := range d.Looked {
		if i := index(s.Objects, thing); i >= 0 {
			t.See = append(t.See, thought.Seen{Object: thing.String(), At: *place(cam, s.Objects[i].Pose)})
		}
	}
	if i := index(s.Objects, d.Target); i >= 0 {
		t.TargetAt = place(cam, s.Objects[i].Pose)
	}
	return t
}

func place(cam Camera, p sim.Pose) *thought.Place {
	at := thought.At(cam.Project(p.X, p.Y, p.Z))
	return &at
}

// A motion word is used for an axis that carries at least this share of the
// speed and moves at least this fast.
const (
	wordShare = 0.4
	wordSpeed = 0.02 // m/s
	turnSpeed = 0.25 // rad/s
)

// moveWords names the command's main directions.
func moveWords(c sim.Command) []string {
	names := [3][2]string{{"forward", "back"}, {"left", "right"}, {"up", "down"}}
	speed := norm(c.Linear)
	var words []string
	for axis, v := range c.Linear {
		if math.Abs(v) < max(wordSpeed, wordShare*speed) {
			continue
		}
		words = append(words, names[axis][btoi(v < 0)])
	}
	if math.Abs(c.YawRate) >= turnSpeed {
		words = append(words, []string{"turn left", "turn right"}[btoi(c.YawRate < 0)])
	}
	if len(words) == 0 {
		return []string{"still"}
	}
	return words
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// gripWord is "open" while the fingers are to be open, "hold" while they keep a
// thing between them, "close" otherwise.
func gripWord(c sim.Command, s sim.State) string {
	if c.Gripper > 0.5 {
		return "open"
	}
	for _, o := range s.Objects {
		if o.Held {
			return "hold"
		}
	}
	return "close"
}

// thoughtWords are the words of thoughts, colours and shapes left out.
func thoughtWords() []string {
	return []string{
		"plan", "sub", "target", "ee", "move", "grip",
		"touch", "push", "pick", "place", "turn", "forward", "sideways", "aside", "into", "on", "beside", "left", "right", "zone",
		"forward", "back", "up", "down", "turn", "still", "open", "close", "hold", "done",
	}
}
