package task

import (
	"math"
	"math/rand/v2"
	"slices"

	"hyt/gazebo/models"
	"hyt/gazebo/sim"
)

// distinctColors is the share of scenes in which no two objects share a colour.
const distinctColors = 0.7

// How looks vary: the share of things that are not of the usual size, by how much
// they are larger or smaller at most, and the shares of scenes with patterns and
// of things in them that have one.
const (
	oddSizes     = 0.5
	sizeSpread   = 0.15
	patternScene = 1.0 / 3
	patternThing = 0.6
)

// Size returns the usual extent of an object in metres, in its own frame.
func Size(shape string) [3]float64 {
	if shape == "bar" {
		return [3]float64{0.09, 0.03, 0.04}
	}
	return [3]float64{0.045, 0.045, 0.045}
}

// cast draws who plays in a scene, and how they look: the targets first, then the
// others.
func cast(rng *rand.Rand, targets []Thing, n int) []sim.Object {
	return dress(rng, company(rng, targets, n))
}

// company adds strangers to the targets.
func company(rng *rand.Rand, targets []Thing, n int) []Thing {
	distinct := rng.Float64() < distinctColors && n <= len(Colors())
	used := slices.Clone(targets)
	for len(used) < n {
		t := pick(rng, things())
		if slices.Contains(used, t) {
			continue
		}
		shares := slices.ContainsFunc(used, func(u Thing) bool { return u.Color == t.Color })
		// In the other scenes the first stranger has the target's colour, so that
		// the colour alone does not tell them apart.
		wantShared := !distinct && len(used) == len(targets)
		if (distinct && shares) || (wantShared && t.Color != targets[0].Color) {
			continue
		}
		used = append(used, t)
	}
	return used
}

// dress gives things their sizes and patterns. They stand nowhere yet.
func dress(rng *rand.Rand, things []Thing) []sim.Object {
	patterned := rng.Float64() < patternScene
	var objects []sim.Object
	for _, t := range things {
		o := plainObject(t)
		if rng.Float64() < oddSizes {
			scale := 1 + between(rng, -sizeSpread, sizeSpread)
			for i := range o.Size {
				o.Size[i] *= scale
			}
		}
		if patterned && rng.Float64() < patternThing {
			o.Pattern = pick(rng, models.Patterns())
		}
		objects = append(objects, o)
	}
	return objects
}

// plainObject is a thing of the usual size.
func plainObject(t Thing) sim.Object {
	return sim.Object{Name: t.name(), Color: t.Color, Shape: t.Shape, Size: Size(t.Shape)}
}

// stand puts an object on the table.
func stand(o sim.Object, x, y, yaw float64) sim.Object {
	o.Pose = sim.Pose{X: x, Y: y, Z: o.Size[2] / 2, Yaw: yaw}
	return o
}

// radius is that of the circle round an object's footprint.
func radius(o sim.Object) float64 {
	if o.Shape == "cylinder" || o.Shape == "ball" {
		return o.Size[0] / 2
	}
	return math.Hypot(o.Size[0], o.Size[1]) / 2
}

// drawTarget draws a thing that split allows as a target and accept agrees to.
func drawTarget(rng *rand.Rand, split Split, accept func(Thing) bool) Thing {
	for {
		t := pick(rng, things())
		if HeldOut(t) == (split == OODPair) && accept(t) {
			return t
		}
	}
}

// anything accepts all things; graspable those that do not roll away, which
// supports must not do either.
func anything(Thing) bool    { return true }
func graspable(t Thing) bool { return t.Shape != "ball" }

// flat accepts things that others can be put on.
func flat(t Thing) bool { return t.Shape == "cube" || t.Shape == "cylinder" }
