package task

import (
	"cmp"
	"slices"

	"hyt/gazebo/sim"
)

// Considered are the things that one looks at to know what the instruction means: for
// each thing that it names, what its relation is to, and then all that look as it says,
// from the left. It tells the same of all of them, so that it does not give away which
// is meant.
func (e Episode) Considered() ([]Thing, error) {
	r, err := read(e.Instruction, e.Scene.Objects)
	if err != nil {
		return nil, err
	}
	var things []Thing
	add := func(t Thing) {
		if !slices.Contains(things, t) {
			things = append(things, t)
		}
	}
	for _, m := range r.things {
		var alike []sim.Object
		for _, o := range e.Scene.Objects {
			if m.looksLike(o) && thingOf(o) != m.of {
				alike = append(alike, o)
			}
		}
		slices.SortFunc(alike, func(a, b sim.Object) int { return cmp.Compare(b.Pose.Y, a.Pose.Y) }) // y is to the left
		if m.relation != "" {
			add(m.of)
		}
		for _, o := range alike {
			add(thingOf(o))
		}
	}
	return things, nil
}
