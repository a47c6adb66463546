package task

import (
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"hyt/gazebo/sim"
)

// Place asks to pick up the named object and to put it on, or beside, another.
type Place struct{}

func (Place) Name() string         { return "place" }
func (Place) Limit() time.Duration { return 15 * time.Second }

// onShare is the share of episodes that ask for "on"; the others ask for "beside".
const onShare = 0.7

// Where things go beside a support, metres: along x, where the opening fingers,
// which move along y, do not meet it, and towards the middle of the table.
const (
	besideGap = 0.08 // between the centres, as the oracle puts it
	besideMax = 0.10 // between the centres, as the judge accepts it
)

func (t Place) Episode(split Split, seed int64) (Episode, error) {
	rng := stream(t.Name(), split, seed)
	goal := t.drawGoal(rng, split)
	things := cast(rng, []Thing{goal.Object, goal.Support}, headcount(rng, split))
	objects, err := scatter(rng, split, things, 1, func(objects []sim.Object) bool {
		return placeable(goal, objects)
	})
	if err != nil {
		return Episode{}, fmt.Errorf("place, split %s, seed %d: %w", split, seed, err)
	}
	scene := newScene(rng, split, objects)
	return Episode{t, split, seed, scene, instruct(rng, split, goal), goal}, nil
}

func (t Place) drawGoal(rng *rand.Rand, split Split) Goal {
	goal := Goal{Task: t.Name(), Relation: "beside"}
	if rng.Float64() < onShare {
		goal.Relation = "on"
	}
	// Balls roll off, so they are neither picked nor stood upon.
	goal.Object = drawTarget(rng, split, func(t Thing) bool { return t.Shape != "ball" })
	goal.Support = drawTarget(rng, split, func(t Thing) bool {
		return t != goal.Object && (t.Shape == "cube" || t.Shape == "cylinder")
	})
	return goal
}

// placeable checks that there is room beside the support, and that the object is
// not there already. It asks the same of "on" scenes, so that the scene does not
// tell which is asked.
func placeable(g Goal, objects []sim.Object) bool {
	object, support := objects[0], objects[1]
	if distance(object.Pose, support.Pose) < besideMax+0.04 {
		return false
	}
	spot := besideSpot(support)
	for _, o := range objects[2:] {
		if distance(o.Pose, spot) < radius(g.Object.Shape)+radius(o.Shape)+handGap {
			return false
		}
	}
	return true
}

// besideSpot is where the oracle puts a thing beside the support.
func besideSpot(support sim.Object) sim.Pose {
	p := support.Pose
	p.X -= math.Copysign(besideGap, p.X)
	return p
}

func (Place) Judge(g Goal) Judge { return &placeJudge{goal: g} }

type placeJudge struct {
	goal    Goal
	lifted  bool          // the object was up in the hand
	since   time.Duration // when the present good state began, or -1
	started bool
	verdict Verdict
}

// What counts as done, metres.
const (
	restZ     = 0.008 // error of height
	restXY    = 0.025 // of the object's centre from the support's
	liftedZ   = 0.03  // bottom above the table: lifted
	clearHand = 0.05  // between the fingertips and the object's centre
	clearOpen = 0.75  // gripper opening; wider than any object's narrow side
	restTime  = 100 * time.Millisecond
)

// See succeeds when the object was lifted, rests where it should, and the open
// hand has left it for restTime; it fails when another object is lifted.
func (j *placeJudge) See(s sim.State) Verdict {
	if j.verdict != Running {
		return j.verdict
	}
	if !j.started {
		j.started, j.since = true, -1
	}
	for _, o := range s.Objects {
		if !o.Held || o.Pose.Z-o.Size[2]/2 < liftedZ {
			continue
		}
		if thingOf(o) != j.goal.Object {
			j.verdict = Failure
			return j.verdict
		}
		j.lifted = true
	}
	if !j.lifted || !resting(j.goal, s) || !handClear(j.goal, s) {
		j.since = -1
		return Running
	}
	if j.since < 0 {
		j.since = s.Time
	}
	if s.Time-j.since >= restTime {
		j.verdict = Success
	}
	return j.verdict
}

// resting says whether the object lies where the goal wants it.
func resting(g Goal, s sim.State) bool {
	i, k := index(s.Objects, g.Object), index(s.Objects, g.Support)
	if i < 0 || k < 0 || s.Objects[i].Held {
		return false
	}
	object, support := s.Objects[i], s.Objects[k]
	bottom := object.Pose.Z - object.Size[2]/2
	off := distance(object.Pose, support.Pose)
	if g.Relation == "on" {
		top := support.Pose.Z + support.Size[2]/2
		return math.Abs(bottom-top) < restZ && off < restXY
	}
	return math.Abs(bottom) < restZ && off < besideMax
}

// handClear says whether the hand is open and away from the object.
func handClear(g Goal, s sim.State) bool {
	i := index(s.Objects, g.Object)
	if s.Touched[i] || s.Arm.Gripper < clearOpen {
		return false
	}
	p := s.Objects[i].Pose
	away := norm([3]float64{s.Arm.X - p.X, s.Arm.Y - p.Y, s.Arm.Z - p.Z})
	return away >= clearHand
}
