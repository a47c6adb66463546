package task

import (
	"fmt"
	"math"
	"time"

	"hyt/gazebo/sim"
)

// Rotate asks to turn the named bar until its long side points to where the
// instruction says. The directions are the table's, so that one image tells how far
// there is to go; "by a quarter" would need a memory.
type Rotate struct{}

func (Rotate) Name() string         { return "rotate" }
func (Rotate) Limit() time.Duration { return 15 * time.Second }

// directions are where a bar's long side can be asked to point. All bars lie about
// forward before.
func directions() []string { return []string{"sideways", "forward left", "forward right"} }

func (t Rotate) Episode(split Split, seed int64) (Episode, error) {
	rng := stream(t.Name(), split, seed)
	goal := Goal{
		Task: t.Name(), Turn: pick(rng, directions()),
		Object: drawTarget(rng, split, func(t Thing) bool { return t.Shape == "bar" }),
	}
	actors := cast(rng, []Thing{goal.Object}, headcount(rng, split))
	objects, err := layout{split, 1, naturalYaw, nil}.scatter(rng, actors)
	if err != nil {
		return Episode{}, episodeError(t, split, seed, err)
	}
	said := nameOne(rng, split, goal, objects, stays)
	scene := newScene(rng, split, objects)
	return Episode{t, split, seed, scene, said.instruction, said.plain, goal}, nil
}

// yaw is that of a bar that points as the goal wants it, give or take half turns:
// it looks the same from both ends.
func (g Goal) yaw() float64 {
	switch g.Turn {
	case "sideways":
		return math.Pi / 2
	case "forward left":
		return math.Pi / 4
	default:
		return -math.Pi / 4
	}
}

// askew is how far the object is to be turned until it points as it should,
// radians: the shorter way, but sideways by the left, since a bar that lies about
// forward has hardly a shorter way there.
func (g Goal) askew(o sim.Object) float64 {
	most := math.Pi / 2
	if g.Turn == "sideways" {
		most = 0.75 * math.Pi
	}
	d := g.yaw() - o.Pose.Yaw
	return d - math.Pi*math.Ceil((d-most)/math.Pi)
}

func (Rotate) Judge(g Goal) Judge { return &rotateJudge{goal: g} }

// turnedWithin is the error of direction that counts as turned, radians.
const turnedWithin = 0.2

type rotateJudge struct {
	goal    Goal
	good    spell
	verdict Verdict
}

// See succeeds when the bar lies on the table, points as it should, and the open
// hand has left it for restTime; it fails when another object is lifted.
func (j *rotateJudge) See(s sim.State) Verdict {
	if j.verdict != Running {
		return j.verdict
	}
	if t, ok := lifted(s); ok && t != j.goal.Object {
		j.verdict = Failure
		return j.verdict
	}
	i := index(s.Objects, j.goal.Object)
	if j.good.lasts(s.Time, i >= 0 && turned(j.goal, s.Objects[i]) && handClear(s, i), restTime) {
		j.verdict = Success
	}
	return j.verdict
}

// turned says whether the bar lies on the table and points as it should.
func turned(g Goal, o sim.Object) bool {
	return standsOnTable(o) && math.Abs(g.askew(o)) < turnedWithin
}

func (Rotate) Oracle(g Goal) Oracle { return rotateOracle{g} }

type rotateOracle struct{ goal Goal }

// turnRelease is how well a bar points, radians, when the oracle lets go.
const turnRelease = 0.08

func (o rotateOracle) Decide(s sim.State) Decision {
	i := index(s.Objects, o.goal.Object)
	if i < 0 {
		return lost(s, o.goal.Object)
	}
	object := s.Objects[i]
	step := fmt.Sprintf("turn %s %s", o.goal.Object, o.goal.Turn)
	d := Decision{Plan: []string{step}, Target: o.goal.Object}
	switch {
	case object.Held:
		return o.twist(d, s, object)
	case turned(o.goal, object):
		d.Plan = nil
		return leave(d, s, step)
	default:
		d.Plan = []string{"pick " + o.goal.Object.String(), step}
		return fetch(d, s, object)
	}
}

// twist turns the held bar a little above the table and lets it go.
func (o rotateOracle) twist(d Decision, s sim.State, object sim.Object) Decision {
	up, off := bottom(object), o.goal.askew(object)
	d.Command.Linear[2] = clamp(gain*(dropUp-up), -maxSpeed, maxSpeed)
	// It turns as soon as it is off the table.
	d.Command.YawRate = turn(0, off) * clamp((up-0.004)/0.006, 0, 1)
	if math.Abs(off) < turnRelease && math.Abs(up-dropUp) < graspDown/2 {
		d.Command.Gripper = releaseOpen
	}
	return d
}
