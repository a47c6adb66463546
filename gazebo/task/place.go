package task

import (
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
	besideGap = 0.078 // between the centres, as the oracle puts it: halfway between touching and besideMax
	besideMax = 0.105 // between the centres, as the judge accepts it
)

func (t Place) Episode(split Split, seed int64) (Episode, error) {
	rng := stream(t.Name(), split, seed)
	goal := t.drawGoal(rng, split)
	actors := cast(rng, []Thing{goal.Object, goal.Support}, headcount(rng, split))
	objects, err := layout{split, 1, naturalYaw, placeable}.scatter(rng, actors)
	if err != nil {
		return Episode{}, episodeError(t, split, seed, err)
	}
	said := word(rng, split, goal, map[string]mention{
		"A": name(rng, split, objects, 0, leaves),
		"B": name(rng, split, objects, 1, stays, 0),
	})
	scene := newScene(rng, split, objects)
	return Episode{t, split, seed, scene, said.instruction, said.plain, goal}, nil
}

func (t Place) drawGoal(rng *rand.Rand, split Split) Goal {
	goal := Goal{Task: t.Name(), Relation: "beside"}
	if rng.Float64() < onShare {
		goal.Relation = "on"
	}
	goal.Object = drawTarget(rng, split, graspable)
	goal.Support = drawTarget(rng, split, func(t Thing) bool { return t != goal.Object && flat(t) })
	return goal
}

// placeable checks that there is room beside the support, and that the object is
// not there already. It asks the same of "on" scenes, so that the scene does not
// tell which is asked.
func placeable(objects []sim.Object) bool {
	object, support := objects[0], objects[1]
	if distance(object.Pose, support.Pose) < besideMax+0.04 {
		return false
	}
	spot := besideSpot(support)
	for _, o := range objects[2:] {
		if distance(o.Pose, spot) < radius(object)+radius(o)+handGap {
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
	lifted  bool // the object was up in the hand
	good    spell
	verdict Verdict
}

// What counts as done, metres.
const (
	restZ    = 0.008 // error of height
	restXY   = 0.025 // of the object's centre from the support's
	restTime = 100 * time.Millisecond
)

// See succeeds when the object was lifted, rests where it should, and the open
// hand has left it for restTime; it fails when another object is lifted.
func (j *placeJudge) See(s sim.State) Verdict {
	if j.verdict != Running {
		return j.verdict
	}
	if t, ok := lifted(s); ok {
		if t != j.goal.Object {
			j.verdict = Failure
			return j.verdict
		}
		j.lifted = true
	}
	done := j.lifted && resting(j.goal, s) && handClear(s, index(s.Objects, j.goal.Object))
	if j.good.lasts(s.Time, done, restTime) {
		j.verdict = Success
	}
	return j.verdict
}

// resting says whether the object lies where the goal wants it.
func resting(g Goal, s sim.State) bool {
	i, k := index(s.Objects, g.Object), index(s.Objects, g.Support)
	if i < 0 || k < 0 {
		return false
	}
	object, support := s.Objects[i], s.Objects[k]
	if g.Relation == "on" {
		return standsOn(object, support)
	}
	return standsOnTable(object) && distance(object.Pose, support.Pose) < besideMax
}

// standsOn says whether the object stands on the support and in nobody's hand.
func standsOn(object, support sim.Object) bool {
	return !object.Held && upright(object) && math.Abs(bottom(object)-top(support)) < restZ &&
		distance(object.Pose, support.Pose) < restXY
}

func standsOnTable(o sim.Object) bool { return !o.Held && upright(o) && math.Abs(bottom(o)) < restZ }
