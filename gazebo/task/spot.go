package task

import (
	"math"

	"hyt/gazebo/sim"
)

// Where things are put down, metres.
const (
	zoneMiddle = 0.232 // |y| of their centres in a zone
	zoneReach  = 0.21  // |x| at most there
	asideReach = 0.15  // |x| and |y| at most between the zones
	spotStep   = 0.01  // between the places that are tried where the nearest one is taken
)

// zoneSpot is the free place in the zone that is the nearest to the i-th object: right
// across from it, if that one is, since a policy cannot see a grid.
func zoneSpot(s sim.State, i int, zone string) sim.Pose {
	at := s.Objects[i].Pose
	places := []sim.Pose{{X: clamp(at.X, -zoneReach, zoneReach), Y: side(zone) * zoneMiddle}}
	for x := -zoneReach; x <= zoneReach; x += spotStep {
		places = append(places, sim.Pose{X: x, Y: side(zone) * zoneMiddle})
	}
	return freest(s, i, places)
}

// asideSpot is the free place between the zones that is the nearest to the i-th
// object.
func asideSpot(s sim.State, i int) sim.Pose {
	at := s.Objects[i].Pose
	places := []sim.Pose{{X: clamp(at.X, -asideReach, asideReach), Y: clamp(at.Y, -asideReach, asideReach)}}
	for x := -asideReach; x <= asideReach; x += spotStep {
		for y := -asideReach; y <= asideReach; y += spotStep {
			places = append(places, sim.Pose{X: x, Y: y})
		}
	}
	return freest(s, i, places)
}

// freest is the place nearest to the i-th object where it has room for a hand all
// round; the object itself is in nobody's way.
func freest(s sim.State, i int, places []sim.Pose) sim.Pose {
	object := s.Objects[i]
	var best sim.Pose
	least := math.Inf(1)
	for _, at := range places {
		crowded := 0.0
		for k, o := range s.Objects {
			if k != i {
				crowded += max(0, radius(o)+radius(object)+handGap-distance(o.Pose, at))
			}
		}
		// A crowded place is worse than any far one.
		if cost := distance(at, object.Pose) + 100*crowded; cost < least {
			best, least = at, cost
		}
	}
	return best
}
