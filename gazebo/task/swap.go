package task

import (
	"math/rand/v2"
	"time"

	"hyt/gazebo/sim"
)

// Swap asks for two objects, one in each zone, to change zones. The instruction
// says which is where, because in the middle of it the image does not.
type Swap struct{}

func (Swap) Name() string         { return "swap" }
func (Swap) Limit() time.Duration { return deedsLimit(2) }

// How far along the zones the two stand, metres: in OODPosition farther out.
const (
	swapReach = 0.15
	swapOuter = 0.21
)

func (t Swap) Episode(split Split, seed int64) (Episode, error) {
	rng := stream(t.Name(), split, seed)
	goal := Goal{Task: t.Name(), Object: drawTarget(rng, split, graspable)}
	goal.Support = drawTarget(rng, split, func(t Thing) bool { return t != goal.Object && graspable(t) })
	actors := cast(rng, []Thing{goal.Object, goal.Support}, headcount(rng, split))
	objects := []sim.Object{
		inside(rng, split, actors[0], "left"),
		inside(rng, split, actors[1], "right"),
	}
	objects, err := layout{split, 0, naturalYaw, nil}.add(rng, objects, actors[2:])
	if err != nil {
		return Episode{}, episodeError(t, split, seed, err)
	}
	said := word(rng, split, goal, map[string]mention{
		"A": name(rng, split, objects, 0, leaves),
		"B": name(rng, split, objects, 1, leaves),
	})
	scene := newScene(rng, split, objects)
	return Episode{t, split, seed, scene, said.instruction, said.plain, goal}, nil
}

// inside stands an object in a zone.
func inside(rng *rand.Rand, split Split, o sim.Object, zone string) sim.Object {
	x := between(rng, -swapReach, swapReach)
	if split == OODPosition {
		x = between(rng, swapReach+0.02, swapOuter)
		if rng.Float64() < 0.5 {
			x = -x
		}
	}
	return stand(o, x, side(zone)*(zoneMiddle+between(rng, -0.015, 0.015)), naturalYaw(rng, o))
}

func (Swap) Judge(g Goal) Judge   { return &deedsJudge{deeds: g.deeds(nil)} }
func (Swap) Oracle(g Goal) Oracle { return deedsOracle{g} }
