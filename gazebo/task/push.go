package task

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"hyt/gazebo/sim"
)

// Push asks for the named object to be pushed into a painted zone.
type Push struct{}

func (Push) Name() string         { return "push" }
func (Push) Limit() time.Duration { return 15 * time.Second }

// Each object of a push scene has a lane of its own along y, so that every one
// of them could be the target, and the scene does not give the target away.
const (
	laneGap    = 0.1  // m between neighbouring lanes
	laneStartY = 0.10 // objects start at |y| <= laneStartY
	laneMaxX   = 0.20
	laneYaw    = 0.15 // rad; a bar is pushed against its long side
)

func (t Push) Episode(split Split, seed int64) (Episode, error) {
	rng := stream(t.Name(), split, seed)
	target := drawTarget(rng, split, anything)
	n, gap := 4, laneGap
	if split == OODDistractors {
		n, gap = 5, 0.095
	}
	actors := cast(rng, []Thing{target}, n)
	xs := lanes(rng, n, gap)
	var objects []sim.Object
	for i, actor := range actors {
		y := between(rng, -laneStartY, laneStartY)
		if i == 0 && split == OODPosition {
			y = math.Copysign(between(rng, laneStartY+0.015, laneStartY+0.04), y)
		}
		objects = append(objects, stand(actor, xs[i], y, between(rng, -laneYaw, laneYaw)))
	}
	goal := Goal{Task: t.Name(), Object: target, Relation: "into", Zone: pick(rng, zones())}
	said := nameOne(rng, split, goal, objects, aside)
	scene := newScene(rng, split, objects)
	return Episode{t, split, seed, scene, said.instruction, said.plain, goal}, nil
}

// lanes draws n values in ±laneMaxX that are at least gap apart, in random order.
func lanes(rng *rand.Rand, n int, gap float64) []float64 {
	free := 2*laneMaxX - float64(n-1)*gap
	xs := make([]float64, n)
	for i := range xs {
		xs[i] = between(rng, 0, free)
	}
	slices.Sort(xs)
	for i := range xs {
		xs[i] += float64(i)*gap - laneMaxX
	}
	rng.Shuffle(n, func(i, j int) { xs[i], xs[j] = xs[j], xs[i] })
	return xs
}

func (Push) Judge(g Goal) Judge { return &pushJudge{goal: g} }

type pushJudge struct {
	goal    Goal
	start   []sim.Object
	verdict Verdict
}

// A push is spoilt when another object was moved this far, metres.
const pushSpoilt = 0.04

// See succeeds when the object's centre is in the zone, on the table and not in
// the hand; it fails when another object was pushed away.
func (j *pushJudge) See(s sim.State) Verdict {
	if j.start == nil {
		j.start = s.Objects
	}
	if j.verdict != Running {
		return j.verdict
	}
	for i, o := range s.Objects {
		if thingOf(o) != j.goal.Object {
			if distance(o.Pose, j.start[i].Pose) > pushSpoilt {
				j.verdict = Failure
			}
			continue
		}
		onTable := math.Abs(o.Pose.Z-o.Size[2]/2) < 0.01
		if o.Pose.Y*side(j.goal.Zone) >= ZoneY && onTable && !o.Held {
			j.verdict = Success
			return j.verdict
		}
	}
	return j.verdict
}

func (Push) Oracle(g Goal) Oracle { return pushOracle{g} }

type pushOracle struct{ goal Goal }

// How the oracle pushes, metres and metres a second.
const (
	pushInside  = 0.015 // how far inside the zone the object's centre is left
	pushZ       = 0.02  // height of the fingertips
	fingerDepth = 0.008 // of one finger, along y
	pushGap     = 0.03  // between fingertips and object when they come down behind it
	pushReach   = 0.03  // how much farther away a push may still begin
	pushSide    = 0.02  // how far beside the middle a push may go on
	pushSpeed   = 0.15
	pushSlow    = 0.05 // at the end, so that the object does not slide on
)

func (o pushOracle) Decide(s sim.State) Decision {
	i := index(s.Objects, o.goal.Object)
	d := Decision{Target: o.goal.Object}
	if i < 0 {
		d.Done = true
		return d
	}
	object, arm, way := s.Objects[i], s.Arm.Pose, side(o.goal.Zone)
	left := ZoneY + pushInside - object.Pose.Y*way // still to go
	if left <= 0 {
		d.Command.Linear = rise(arm, safeZ)
		d.Done = arm.Z > safeZ-0.01
		return d
	}
	d.Plan = []string{fmt.Sprintf("push %s into %s zone", o.goal.Object, o.goal.Zone)}
	d.Command.YawRate = turn(arm.Yaw, 0)

	behind := (object.Pose.Y - arm.Y) * way // > 0: the hand is on the far side from the zone
	beside := object.Pose.X - arm.X
	contact := halfAcross(object) + fingerDepth
	if arm.Z < pushZ+0.02 && math.Abs(beside) < pushSide && behind > contact-0.01 && behind < contact+pushGap+pushReach {
		speed := min(pushSpeed, pushSlow+3*left)
		d.Command.Linear = [3]float64{gain * beside, way * speed, gain * (pushZ - arm.Z)}
		d.Command.Linear = limit(d.Command.Linear, maxSpeed)
		return d
	}
	goal := sim.Pose{X: object.Pose.X, Y: object.Pose.Y - way*(contact+pushGap), Z: pushZ}
	d.Command.Linear = travel(arm, goal, safeHeight(s), coneFlat)
	return d
}

// halfAcross is half of the object's extent along y, roughly.
func halfAcross(o sim.Object) float64 {
	if o.Shape == "bar" {
		return o.Size[1]/2*math.Abs(math.Cos(o.Pose.Yaw)) + o.Size[0]/2*math.Abs(math.Sin(o.Pose.Yaw))
	}
	return o.Size[1] / 2
}
