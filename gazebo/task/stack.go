package task

import (
	"time"

	"hyt/gazebo/sim"
)

// Stack asks to bring one object into a zone and another one on top of it.
type Stack struct{}

func (Stack) Name() string         { return "stack" }
func (Stack) Limit() time.Duration { return deedsLimit(2) }

func (t Stack) Episode(split Split, seed int64) (Episode, error) {
	rng := stream(t.Name(), split, seed)
	goal := Goal{Task: t.Name(), Zone: pick(rng, zones())}
	goal.Object = drawTarget(rng, split, graspable)
	goal.Support = drawTarget(rng, split, func(t Thing) bool { return t != goal.Object && flat(t) })
	actors := cast(rng, []Thing{goal.Object, goal.Support}, headcount(rng, split))
	objects, err := layout{split, 2, naturalYaw, func(objects []sim.Object) bool {
		return !inZone(objects[1], goal.Zone)
	}}.scatter(rng, actors)
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

func (Stack) Judge(g Goal) Judge   { return &deedsJudge{deeds: g.deeds(nil)} }
func (Stack) Oracle(g Goal) Oracle { return deedsOracle{g} }
