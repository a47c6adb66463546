package task

import (
	"slices"
	"time"

	"hyt/gazebo/sim"
)

// Tower asks for four objects to be stacked in a given order.
type Tower struct{}

func (Tower) Name() string         { return "tower" }
func (Tower) Limit() time.Duration { return deedsLimit(3) }

func (t Tower) Episode(split Split, seed int64) (Episode, error) {
	rng := stream(t.Name(), split, seed)
	goal := Goal{Task: t.Name()}
	for i := range goal.Tower {
		goal.Tower[i] = drawTarget(rng, split, func(t Thing) bool {
			return flat(t) && !slices.Contains(goal.Tower[:i], t)
		})
	}
	actors := cast(rng, goal.Tower[:], max(headcount(rng, split), len(goal.Tower)+1))
	objects, err := layout{split, len(goal.Tower), naturalYaw, nil}.scatter(rng, actors)
	if err != nil {
		return Episode{}, episodeError(t, split, seed, err)
	}
	said := word(rng, split, goal, nil)
	scene := newScene(rng, split, objects)
	return Episode{t, split, seed, scene, said.instruction, said.plain, goal}, nil
}

func (Tower) Judge(g Goal) Judge   { return &deedsJudge{deeds: g.deeds(nil)} }
func (Tower) Oracle(g Goal) Oracle { return deedsOracle{g} }

// deeds are what the goal asks for, in order. Only to sort it needs to be known
// what is on the table.
func (g Goal) deeds(objects []sim.Object) deeds {
	switch g.Task {
	case "stack":
		return deeds{{object: g.Support, zone: g.Zone}, {object: g.Object, on: g.Support}}
	case "swap":
		return deeds{{object: g.Object, zone: "right"}, {object: g.Support, zone: "left"}}
	case "tower":
		var list deeds
		for i := range len(g.Tower) - 1 {
			list = append(list, deed{object: g.Tower[i+1], on: g.Tower[i]})
		}
		return list
	}
	var list deeds
	for _, t := range things() { // in an order that does not depend on the scene's
		for k, zone := range zones() {
			if t.Color == g.Colors[k] && graspable(t) && index(objects, t) >= 0 {
				list = append(list, deed{object: t, zone: zone})
			}
		}
	}
	return list
}

// deedsOracle does a goal's deeds one after another.
type deedsOracle struct{ goal Goal }

func (o deedsOracle) Decide(s sim.State) Decision { return o.goal.deeds(s.Objects).decide(s) }
