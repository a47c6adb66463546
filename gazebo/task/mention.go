package task

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"

	"hyt/gazebo/sim"
)

// mention is how an instruction names an object: by its look, or the part of it
// that tells it from the others, or by part of its look and where it stands.
type mention struct {
	color, shape string // at least one is told; "" is not told
	relation     string // "" or one of relations
	of           Thing  // what the relation is to
}

// Shares of instructions that try to name a thing by a relation, or by its colour
// or shape alone; where the scene does not allow it they use the full name.
const (
	relationShare  = 0.3
	attributeShare = 0.2
)

// relations, as someone sees them who looks at the overhead image, or stands
// behind the robot: x is forward, y left.
func relations() []string { return []string{"left of", "right of", "behind", "in front of"} }

// toward is the relation's direction on the table.
func toward(relation string) (x, y float64) {
	switch relation {
	case "left of":
		return 0, 1
	case "right of":
		return 0, -1
	case "behind":
		return 1, 0
	default:
		return -1, 0
	}
}

// fullName mentions a thing by colour and shape, which no two objects share.
func fullName(t Thing) mention { return mention{color: t.Color, shape: t.Shape} }

func (m mention) String() string {
	words := m.color + " " + m.shape
	if m.shape == "" {
		words += "one"
	}
	if m.relation != "" {
		words += " " + m.relation + " the " + m.of.String()
	}
	return strings.TrimSpace(words)
}

// looksLike says whether the object has the look that is told.
func (m mention) looksLike(o sim.Object) bool {
	return (m.color == "" || m.color == o.Color) && (m.shape == "" || m.shape == o.Shape)
}

// meant returns the indices of the objects that m may mean.
func (m mention) meant(objects []sim.Object) []int {
	k := -1
	if m.relation != "" {
		if k = index(objects, m.of); k < 0 {
			return nil
		}
	}
	var list []int
	for i, o := range objects {
		if i == k || !m.looksLike(o) {
			continue
		}
		if along, _ := offset(m.relation, o, objects, k); m.relation == "" || along > 0 {
			list = append(list, i)
		}
	}
	return list
}

// offset is how far o is in the relation's direction from the k-th object, and how
// far beside that line, metres.
func offset(relation string, o sim.Object, objects []sim.Object, k int) (along, across float64) {
	if k < 0 {
		return 0, 0
	}
	x, y := toward(relation)
	dx, dy := o.Pose.X-objects[k].Pose.X, o.Pose.Y-objects[k].Pose.Y
	return dx*x + dy*y, math.Abs(dx*y - dy*x)
}

// motion is how the object that is named moves in its episode. The image must
// show at every moment which one is meant, so relations that the motion breaks
// are not used.
type motion int

const (
	stays  motion = iota // or goes straight up
	aside                // moves along y: is pushed
	leaves               // goes anywhere
)

// relative returns all ways to name the i-th object by a relation that is clear,
// needed, and stays true. Objects in leaving may go anywhere: nothing depends on
// them.
func relative(objects []sim.Object, i int, m motion, leaving []int) []mention {
	var list []mention
	o := objects[i]
	for k, of := range objects {
		// Held-out pairs are never named where they are not asked for.
		if k == i || HeldOut(thingOf(of)) || slices.Contains(leaving, k) {
			continue
		}
		for _, relation := range relations() {
			along, across := offset(relation, o, objects, k)
			dx, _ := toward(relation)
			if along < clearBy || (m == stays && across > along) || (m == aside && dx == 0) || m == leaves {
				continue
			}
			for _, told := range []mention{{color: o.Color}, {shape: o.Shape}} {
				told.relation, told.of = relation, thingOf(of)
				if told.clear(objects, k, leaving) {
					list = append(list, told)
				}
			}
		}
	}
	return list
}

// clearBy is how far a thing must be to one side of another, metres, for a
// relation to say so, and the others to the other side.
const clearBy = 0.04

// clear says whether the look alone would mean several objects, and only one of
// them is anywhere on the relation's side.
func (m mention) clear(objects []sim.Object, k int, leaving []int) bool {
	alike, within := 0, 0
	for j, o := range objects {
		if j == k || !m.looksLike(o) {
			continue
		}
		if slices.Contains(leaving, j) {
			return false
		}
		alike++
		if along, _ := offset(m.relation, o, objects, k); along > -clearBy/2 {
			within++
		}
	}
	return alike > 1 && within == 1
}

// name draws a way to name the i-th object.
func name(rng *rand.Rand, split Split, objects []sim.Object, i int, m motion, leaving ...int) mention {
	full := fullName(thingOf(objects[i]))
	u := rng.Float64()
	if split == OODPair {
		return full // the pair is what this split is about
	}
	var list []mention
	switch {
	case u < relationShare:
		list = relative(objects, i, m, leaving)
	case u < relationShare+attributeShare:
		for _, told := range []mention{{color: full.color}, {shape: full.shape}} {
			if len(told.meant(objects)) == 1 {
				list = append(list, told)
			}
		}
	}
	if len(list) == 0 {
		return full
	}
	return pick(rng, list)
}
