package task

import (
	"fmt"

	"hyt/gazebo/sim"
)

func (Place) Oracle(g Goal) Oracle { return placeOracle{g} }

type placeOracle struct{ goal Goal }

func (o placeOracle) Decide(s sim.State) Decision {
	i, k := index(s.Objects, o.goal.Object), index(s.Objects, o.goal.Support)
	if i < 0 || k < 0 {
		return lost(s, o.goal.Object)
	}
	switch {
	case s.Objects[i].Held:
		return o.carry(s, s.Objects[i], s.Objects[k])
	case resting(o.goal, s):
		return leave(Decision{Target: o.goal.Support}, s, o.placeStep())
	default:
		d := Decision{Plan: []string{o.pickStep(), o.placeStep()}, Target: o.goal.Object}
		return fetch(d, s, s.Objects[i])
	}
}

// carry takes the held object to its place and lets it go.
func (o placeOracle) carry(s sim.State, object, support sim.Object) Decision {
	arm := s.Arm.Pose
	d := Decision{Plan: []string{o.placeStep()}, Target: o.goal.Support}
	// The goal for the fingertips is the goal for the object, moved by how the
	// object lies between them.
	spot, low := support.Pose, support.Pose.Z+support.Size[2]/2+releaseUp
	if o.goal.Relation == "beside" {
		spot, low = besideSpot(support), dropUp
	}
	goal := sim.Pose{
		X: spot.X + arm.X - object.Pose.X,
		Y: spot.Y + arm.Y - object.Pose.Y,
		Z: low + object.Size[2]/2 + arm.Z - object.Pose.Z,
	}
	d.Command.Linear = travel(arm, goal)
	if distance(arm, goal) < releaseXY && arm.Z-goal.Z < graspDown {
		d.Command.Gripper = releaseOpen
	}
	return d
}

func (o placeOracle) pickStep() string { return "pick " + o.goal.Object.String() }

func (o placeOracle) placeStep() string {
	return fmt.Sprintf("place %s %s %s", o.goal.Object, o.goal.Relation, o.goal.Support)
}
