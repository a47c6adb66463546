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
	mentions, err := mentionsIn(e.Instruction, e.Scene.Objects)
	if err != nil {
		return nil, err
	}
	var things []Thing
	add := func(t Thing) {
		if !slices.Contains(things, t) {
			things = append(things, t)
		}
	}
	for _, m := range mentions {
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

// mentionsIn are the ways in which the instruction names its things.
func mentionsIn(instruction string, objects []sim.Object) ([]mention, error) {
	r, err := read(instruction, objects)
	if err != nil {
		return nil, err
	}
	var list []mention
	for _, n := range r.things {
		list = append(list, n.mention)
	}
	return list, nil
}
