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
		return o.carry(s, i, k)
	case resting(o.goal, s):
		return leave(Decision{Target: o.goal.Support}, s, o.placeStep())
	default:
		d := Decision{Plan: []string{o.pickStep(), o.placeStep()}, Target: o.goal.Object}
		return fetch(d, s, s.Objects[i])
	}
}

// carry takes the held object to its place and lets it go.
func (o placeOracle) carry(s sim.State, i, k int) Decision {
	d := Decision{Plan: []string{o.placeStep()}, Target: o.goal.Support}
	support := s.Objects[k]
	to := landing{support.Pose, top(support) + releaseUp, releaseXY, releaseDown, 0}
	if o.goal.Relation == "beside" {
		to.spot, to.low = besideSpot(support), dropUp
	}
	return deliver(d, s, i, to)
}

func (o placeOracle) pickStep() string { return "pick " + o.goal.Object.String() }

func (o placeOracle) placeStep() string {
	return fmt.Sprintf("place %s %s %s", o.goal.Object, o.goal.Relation, o.goal.Support)
}
