package task

import (
	"math"

	"hyt/gazebo/sim"
)

// How the oracles grasp and release, metres and radians.
const (
	graspZ      = 0.0   // fingertips against the object's centre
	graspXY     = 0.018 // sideways error at which the fingers close
	graspTurn   = 0.25  // and error of yaw
	graspDown   = 0.012 // and of height
	releaseXY   = 0.020 // sideways error at which they let go: a small support is 4 cm wide
	releaseDown = 0.015 // and of height
	releaseTop  = 0.014 // and where things are piled: a row of errors must not topple the pile
	releaseZone = 0.030 // and in a zone, whose middle is twice as far from its edge
	releaseUp   = 0.003 // the oracles aim for this height above a support
	dropUp      = 0.015 // and above the table: higher than where fingers close on one

	// The hand opens fully to fetch, and less to release: how open it is tells a
	// policy without memory whether the work is before it or behind it.
	releaseOpen = 0.85
)

// What counts as lifted and as left alone, metres.
const (
	liftedZ   = 0.03 // bottom above the table: lifted
	clearHand = 0.04 // between the fingertips and the object's centre
	clearOpen = 0.75 // gripper opening; wider than any object's narrow side
)

// fetch goes to the object with open fingers and closes them round it.
func fetch(d Decision, s sim.State, object sim.Object) Decision {
	arm := s.Arm.Pose
	goal := object.Pose
	goal.Z += graspZ
	yaw := graspYaw(arm.Yaw, object, s.Objects)
	d.Command.Linear = travel(arm, goal, safeHeight(s), coneFlat)
	d.Command.YawRate = turn(arm.Yaw, yaw)
	d.Command.Gripper = 1
	if distance(arm, goal) < graspXY && arm.Z-goal.Z < graspDown && math.Abs(angle(yaw-arm.Yaw)) < graspTurn {
		d.Command.Gripper = 0
	}
	return d
}

// graspYaw is the yaw, nearest to that of the arm, at which the fingers close
// across the object's narrow side without coming down on another object.
func graspYaw(armYaw float64, o sim.Object, objects []sim.Object) float64 {
	best, least := 0.0, math.Inf(1)
	for _, yaw := range graspYaws(armYaw, o) {
		effort := math.Abs(yaw - armYaw)
		if !padsFit(yaw, o, objects) {
			effort += math.Pi
		}
		if effort < least {
			best, least = yaw, effort
		}
	}
	return best
}

// graspYaws are the ways to take hold of an object, the usual one first.
func graspYaws(armYaw float64, o sim.Object) []float64 {
	nearest := func(period float64) float64 {
		d := o.Pose.Yaw - armYaw
		return armYaw + d - period*math.Round(d/period)
	}
	switch o.Shape {
	case "cylinder", "ball":
		return []float64{0, math.Pi / 4, -math.Pi / 4, math.Pi / 2}
	case "cube":
		yaw := nearest(math.Pi / 2)
		return []float64{yaw, yaw - math.Copysign(math.Pi/2, yaw)}
	default:
		return []float64{nearest(math.Pi)}
	}
}

// Size of the fingers: the open ones' middle from the hand's, half a finger's width,
// and the room round it that is to be free, metres.
const (
	padOut   = 0.044
	padHalf  = 0.0275
	padSpare = 0.008
)

// padsFit says whether open fingers beside the object meet no other one.
func padsFit(yaw float64, o sim.Object, objects []sim.Object) bool {
	sin, cos := math.Sincos(yaw)
	for _, other := range objects {
		if other.Name == o.Name || other.Pose.Z+other.Size[2]/2 < o.Pose.Z {
			continue
		}
		dx, dy := other.Pose.X-o.Pose.X, other.Pose.Y-o.Pose.Y
		along, across := math.Abs(cos*dx+sin*dy), math.Abs(cos*dy-sin*dx)
		if math.Hypot(max(0, along-padHalf), across-padOut) < radius(other)+padSpare {
			return false
		}
	}
	return true
}

// leave opens the hand and goes up from the object that lies in its place. step is
// what it was to do there.
func leave(d Decision, s sim.State, step string) Decision {
	d.Command.Gripper = releaseOpen
	if s.Arm.Gripper < clearOpen && s.Arm.Z < safeZ {
		d.Plan = []string{step}
		return d
	}
	d.Command.Linear = rise(s.Arm.Pose, safeZ)
	d.Done = s.Arm.Z > safeZ-0.01
	return d
}

// landing is where a held thing is put down: above a place, with its bottom at a
// height, to within an error sideways and one of height, all in metres. Over is how
// much higher than safe the thing comes from, where it must not ram a pile. The errors
// are wide where the task allows it: what is in the hand hides where it is to go, and
// a policy that must be sure of a millimetre before it lets go holds on for ever.
type landing struct {
	spot                sim.Pose
	low, near, up, over float64
}

// deliver takes the i-th object, which is in the hand, to its landing and lets it go.
func deliver(d Decision, s sim.State, i int, to landing) Decision {
	arm, object := s.Arm.Pose, s.Objects[i]
	// The goal for the fingertips is the goal for the object, moved by how the
	// object lies between them.
	goal := sim.Pose{
		X: to.spot.X + arm.X - object.Pose.X,
		Y: to.spot.Y + arm.Y - object.Pose.Y,
		Z: to.low + height(object)/2 + arm.Z - object.Pose.Z,
	}
	// It comes all the way down where it may let go, less a little.
	d.Command.Linear = travel(arm, goal, min(highest, safeHeight(s)+to.over), max(coneFlat, to.near-0.002))
	if distance(arm, goal) < to.near && arm.Z-goal.Z < to.up {
		d.Command.Gripper = releaseOpen
	}
	return d
}

// lost is the decision where a goal's object is not there.
func lost(s sim.State, t Thing) Decision {
	return Decision{Target: t, Command: sim.Command{Gripper: s.Arm.Gripper}, Done: true}
}

// height is an object's extent upwards as it lies.
func height(o sim.Object) float64 {
	if math.Abs(math.Cos(o.Tilt)) < math.Sqrt2/2 {
		return o.Size[1] // it was tipped over its long side
	}
	return o.Size[2]
}

func bottom(o sim.Object) float64 { return o.Pose.Z - height(o)/2 }
func top(o sim.Object) float64    { return o.Pose.Z + height(o)/2 }

// upright says whether the object stands as it should; every face of a cube will do.
func upright(o sim.Object) bool {
	tilt := math.Abs(o.Tilt)
	if o.Shape == "cube" {
		tilt -= math.Pi / 2 * math.Round(tilt/(math.Pi/2))
	}
	return math.Abs(tilt) < uprightTilt
}

// uprightTilt is how far an upright thing may lean, radians.
const uprightTilt = 0.2

// lifted returns the thing that is up in the hand.
func lifted(s sim.State) (Thing, bool) {
	for _, o := range s.Objects {
		if o.Held && bottom(o) >= liftedZ {
			return thingOf(o), true
		}
	}
	return Thing{}, false
}

// handClear says whether the hand is open and away from the i-th object.
func handClear(s sim.State, i int) bool {
	if s.Touched[i] || s.Arm.Gripper < clearOpen {
		return false
	}
	p := s.Objects[i].Pose
	return norm([3]float64{s.Arm.X - p.X, s.Arm.Y - p.Y, s.Arm.Z - p.Z}) >= clearHand
}
