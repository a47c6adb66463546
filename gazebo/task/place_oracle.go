package task

import (
	"fmt"
	"math"

	"hyt/gazebo/sim"
)

func (Place) Oracle(g Goal) Oracle { return placeOracle{g} }

type placeOracle struct{ goal Goal }

// How the oracle grasps and releases, metres and radians.
const (
	graspZ    = 0.0   // fingertips against the object's centre
	graspXY   = 0.018 // sideways error at which the fingers close
	graspTurn = 0.25  // and error of yaw
	graspDown = 0.012 // and of height
	releaseUp = 0.003 // the object is let go this high above a support
	dropUp    = 0.018 // and above the table: higher than where fingers close on one

	// The hand opens fully to fetch, and less to release: how open it is tells a
	// policy without memory whether the work is before it or behind it.
	releaseOpen = 0.85
)

func (o placeOracle) Decide(s sim.State) Decision {
	i, k := index(s.Objects, o.goal.Object), index(s.Objects, o.goal.Support)
	if i < 0 || k < 0 {
		return Decision{Target: o.goal.Object, Command: sim.Command{Gripper: s.Arm.Gripper}, Done: true}
	}
	switch {
	case s.Objects[i].Held:
		return o.carry(s, s.Objects[i], s.Objects[k])
	case resting(o.goal, s):
		return o.leave(s)
	default:
		return o.fetch(s, s.Objects[i])
	}
}

// fetch goes to the object with open fingers and closes them round it.
func (o placeOracle) fetch(s sim.State, object sim.Object) Decision {
	arm := s.Arm.Pose
	goal := object.Pose
	goal.Z += graspZ
	yaw := graspYaw(arm.Yaw, object)
	d := Decision{Plan: []string{o.pickStep(), o.placeStep()}, Target: o.goal.Object}
	d.Command.Linear = travel(arm, goal)
	d.Command.YawRate = turn(arm.Yaw, yaw)
	d.Command.Gripper = 1
	if distance(arm, goal) < graspXY && arm.Z-goal.Z < graspDown && math.Abs(angle(yaw-arm.Yaw)) < graspTurn {
		d.Command.Gripper = 0
	}
	return d
}

// carry takes the held object to its place and lets it go.
func (o placeOracle) carry(s sim.State, object, support sim.Object) Decision {
	arm := s.Arm.Pose
	d := Decision{Plan: []string{o.placeStep()}, Target: o.goal.Support}
	// The goal for the fingertips is the goal for the object, moved by how the
	// object lies between them.
	spot, bottom := support.Pose, support.Pose.Z+support.Size[2]/2+releaseUp
	if o.goal.Relation == "beside" {
		spot, bottom = besideSpot(support), dropUp
	}
	goal := sim.Pose{
		X: spot.X + arm.X - object.Pose.X,
		Y: spot.Y + arm.Y - object.Pose.Y,
		Z: bottom + object.Size[2]/2 + arm.Z - object.Pose.Z,
	}
	d.Command.Linear = travel(arm, goal)
	if distance(arm, goal) < graspXY && arm.Z-goal.Z < graspDown {
		d.Command.Gripper = releaseOpen
	}
	return d
}

// leave opens the hand and goes up from the object that lies in its place.
func (o placeOracle) leave(s sim.State) Decision {
	d := Decision{Target: o.goal.Support}
	d.Command.Gripper = releaseOpen
	if s.Arm.Gripper < clearOpen && s.Arm.Z < safeZ {
		d.Plan = []string{o.placeStep()}
		return d
	}
	d.Command.Linear = rise(s.Arm.Pose)
	d.Done = s.Arm.Z > safeZ-0.01
	return d
}

func (o placeOracle) pickStep() string { return "pick " + o.goal.Object.String() }

func (o placeOracle) placeStep() string {
	return fmt.Sprintf("place %s %s %s", o.goal.Object, o.goal.Relation, o.goal.Support)
}
