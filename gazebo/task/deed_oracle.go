package task

import (
	"hyt/gazebo/sim"
)

// decide goes on with the first deed that is not done.
func (list deeds) decide(s sim.State) Decision {
	for _, d := range list {
		if index(s.Objects, d.object) < 0 || (d.zone == "" && index(s.Objects, d.on) < 0) {
			return lost(s, d.object)
		}
	}
	var ahead deeds
	for _, d := range list {
		if !d.done(s) {
			ahead = append(ahead, d)
		}
	}
	held := inHand(s)
	if i := roundOf(s); held < 0 && i >= 0 && (len(ahead) == 0 || !ahead.fetches(s, i)) {
		return ahead.letGo(s, i)
	}
	if len(ahead) == 0 {
		d := Decision{Target: list[len(list)-1].object, Done: true}
		d.Command.Gripper = releaseOpen
		return d
	}
	switch first := ahead[0]; {
	case held >= 0 && thingOf(s.Objects[held]) == first.object && coveredBy(s, first) < 0:
		return ahead.carry(s, held)
	case held >= 0 && list.about(thingOf(s.Objects[held])):
		return ahead.putAside(s, held)
	case held >= 0: // it has no business in the hand
		return ahead.letGo(s, held)
	default:
		return ahead.fetch(s)
	}
}

// plan lists the steps ahead, with pick before the first of them where wanted.
func (ahead deeds) plan(pick Thing) []string {
	var steps []string
	if (pick != Thing{}) {
		steps = append(steps, "pick "+pick.String())
	}
	for _, d := range ahead {
		steps = append(steps, d.String())
	}
	return steps
}

// next is the thing to take hold of: that of the first deed, or what stands on it,
// or where it is to go.
func (ahead deeds) next(s sim.State) int {
	if k := coveredBy(s, ahead[0]); k >= 0 {
		return k
	}
	i := index(s.Objects, ahead[0].object)
	if k := above(s, i); k >= 0 {
		return k
	}
	return i
}

func (ahead deeds) fetches(s sim.State, i int) bool { return ahead.next(s) == i }

func (ahead deeds) fetch(s sim.State) Decision {
	o := s.Objects[ahead.next(s)]
	return fetch(Decision{Plan: ahead.plan(thingOf(o)), Target: thingOf(o)}, s, o)
}

// carry takes the held thing to where its deed wants it and lets it go there.
func (ahead deeds) carry(s sim.State, held int) Decision {
	d := Decision{Plan: ahead.plan(Thing{}), Target: ahead[0].object}
	if zone := ahead[0].zone; zone != "" {
		return putDown(d, s, held, landing{zoneSpot(s, held, zone), dropUp, releaseZone, releaseDown, 0})
	}
	d.Target = ahead[0].on
	support := s.Objects[index(s.Objects, d.Target)]
	return putDown(d, s, held, landing{pileMiddle(s, support), top(support) + releaseUp, releaseTop, releaseDown, overPile})
}

// overPile is how much higher than safe things come to a pile, metres: noise that
// presses the hand down on its way rams them into the pile's top.
const overPile = 0.01

// pileMiddle is the middle of the support and of what it stands on. Things that are
// put there make up for what the pile leans: aimed at the topmost one alone, an error
// that is always to one side would topple it.
func pileMiddle(s sim.State, support sim.Object) sim.Pose {
	x, y, n := 0.0, 0.0, 0.0
	for _, o := range s.Objects {
		if !o.Held && o.Pose.Z <= support.Pose.Z && distance(o.Pose, support.Pose) < onTopWithin {
			x, y, n = x+o.Pose.X, y+o.Pose.Y, n+1
		}
	}
	return sim.Pose{X: x / n, Y: y / n}
}

// putAside gets a thing that is in the way out of the hand, onto a free place.
func (ahead deeds) putAside(s sim.State, held int) Decision {
	thing := thingOf(s.Objects[held])
	d := Decision{Plan: append([]string{"place " + thing.String() + " aside"}, ahead.plan(Thing{})...), Target: thing}
	return putDown(d, s, held, landing{asideSpot(s, held), dropUp, releaseXY, releaseDown, 0})
}

// putDown takes the held thing to its landing and lets it go there. The hand stands
// still while it opens: one that moves on pushes what it leaves behind.
func putDown(d Decision, s sim.State, held int, to landing) Decision {
	d = deliver(d, s, held, to)
	if d.Command.Gripper > 0 {
		d.Command.Linear = [3]float64{}
	}
	return d
}

// letGo opens the hand round a thing that stays where it is, and leaves upwards, with
// the fingers clear of it on both sides. What it is about, by then, is the next thing.
func (ahead deeds) letGo(s sim.State, i int) Decision {
	o := s.Objects[i]
	d := Decision{Target: thingOf(o)}
	if len(ahead) > 0 {
		d.Target = thingOf(s.Objects[ahead.next(s)])
		d.Plan = ahead.plan(d.Target)
	}
	d.Command.Gripper = releaseOpen
	if s.Arm.Gripper >= clearOpen {
		d.Command.Linear = rise(s.Arm.Pose, min(highest, top(o)+roundAbove+0.02))
	}
	if !o.Held && s.Arm.Z < top(o) && distance(o.Pose, s.Arm.Pose) < betweenWithin {
		d.Command.Linear[0], d.Command.Linear[1] = gain*(o.Pose.X-s.Arm.X), gain*(o.Pose.Y-s.Arm.Y)
		d.Command.Linear = limit(d.Command.Linear, maxSpeed)
	}
	return d
}

// inHand returns the index of the held object, or -1.
func inHand(s sim.State) int {
	for i, o := range s.Objects {
		if o.Held {
			return i
		}
	}
	return -1
}

// When the hand is round a thing, metres: its middle is so near the thing's, and
// its fingertips are not this far above its top.
const (
	roundWithin   = 0.05
	betweenWithin = 0.025 // it is between the fingers if it is as near
	onTopWithin   = 0.04  // a thing stands on another if their middles are as near
	roundAbove    = 0.03
)

// roundOf returns the object that the fingers are round of, or -1; of a pile the
// topmost, so that leaving it does not depend on which is nearer by a hair.
func roundOf(s sim.State) int {
	best, nearest := -1, roundWithin
	for i, o := range s.Objects {
		if d := distance(o.Pose, s.Arm.Pose); d < nearest && s.Arm.Z < top(o)+roundAbove && s.Arm.Z > bottom(o)-0.02 {
			best, nearest = i, d
		}
	}
	if best >= 0 {
		if k := above(s, best); k >= 0 {
			return k
		}
	}
	return best
}

// above returns the highest of what stands on the i-th object, or -1.
func above(s sim.State, i int) int {
	found := -1
	for k, o := range s.Objects {
		if k == i || o.Held || distance(o.Pose, s.Objects[i].Pose) > onTopWithin || bottom(o) < top(s.Objects[i])-0.012 {
			continue
		}
		if found < 0 || o.Pose.Z > s.Objects[found].Pose.Z {
			found = k
		}
	}
	return found
}

// coveredBy returns what stands where the deed's object is to go, or -1.
func coveredBy(s sim.State, d deed) int {
	if d.zone != "" {
		return -1
	}
	if k := above(s, index(s.Objects, d.on)); k >= 0 && thingOf(s.Objects[k]) != d.object {
		return k
	}
	return -1
}
