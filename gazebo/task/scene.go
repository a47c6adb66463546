package task

import (
	"fmt"
	"math"
	"math/rand/v2"

	"hyt/gazebo/sim"
)

// World is the SDF world that these tasks play in.
const World = "tabletop"

// Geometry of the table that the tasks rely on, metres.
const (
	ZoneY     = 0.18 // the zones are painted where |y| >= ZoneY
	regionX   = 0.18 // objects stand at |x| <= regionX in ID
	regionY   = 0.18 // objects stand at |y| <= regionY in ID
	outerEdge = 0.22 // and up to here in OODPosition
	handGap   = 0.04 // free space between objects, enough for an open finger
)

// distinctColors is the share of scenes in which no two objects share a colour.
const distinctColors = 0.7

// Size returns an object's extent in metres, in its own frame.
func Size(shape string) [3]float64 {
	if shape == "bar" {
		return [3]float64{0.09, 0.03, 0.04}
	}
	return [3]float64{0.045, 0.045, 0.045}
}

// radius is that of the circle round an object's footprint.
func radius(shape string) float64 {
	size := Size(shape)
	if shape == "cylinder" || shape == "ball" {
		return size[0] / 2
	}
	return math.Hypot(size[0], size[1]) / 2
}

// newObject stands a thing on the table.
func newObject(t Thing, x, y, yaw float64) sim.Object {
	size := Size(t.Shape)
	return sim.Object{
		Name: t.name(), Color: t.Color, Shape: t.Shape, Size: size,
		Pose: sim.Pose{X: x, Y: y, Z: size[2] / 2, Yaw: yaw},
	}
}

// cast is who plays in a scene: the targets first, then the others.
func cast(rng *rand.Rand, targets []Thing, n int) []Thing {
	distinct := rng.Float64() < distinctColors && n <= len(Colors())
	used := append([]Thing(nil), targets...)
	for len(used) < n {
		t := pick(rng, things())
		if contains(used, t) {
			continue
		}
		shares := sharesColor(used, t)
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

func contains(list []Thing, t Thing) bool {
	for _, u := range list {
		if u == t {
			return true
		}
	}
	return false
}

func sharesColor(list []Thing, t Thing) bool {
	for _, u := range list {
		if u.Color == t.Color {
			return true
		}
	}
	return false
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

// headcount draws how many objects a scene has.
func headcount(rng *rand.Rand, split Split) int {
	if split == OODDistractors {
		return 6 + rng.IntN(2)
	}
	return 4 + rng.IntN(2)
}

// maxYaw bounds how far objects are turned: enough to look natural, little
// enough that the fingers close across the narrow side after a small turn.
const maxYaw = 0.3

// scatter stands the things on the table with room for a hand between them. The
// first `targets` of them are those that OODPosition moves outwards.
func scatter(rng *rand.Rand, split Split, cast []Thing, targets int, accept func([]sim.Object) bool) ([]sim.Object, error) {
	for range 1000 {
		objects := make([]sim.Object, 0, len(cast))
		for tries := 0; len(objects) < len(cast) && tries < 40*len(cast); tries++ {
			i := len(objects)
			x, y := spot(rng, split == OODPosition && i < targets)
			o := newObject(cast[i], x, y, between(rng, -maxYaw, maxYaw))
			if roomFor(objects, o) {
				objects = append(objects, o)
			}
		}
		if len(objects) == len(cast) && accept(objects) {
			return objects, nil
		}
	}
	return nil, fmt.Errorf("no room on the table for %d objects", len(cast))
}

// spot draws a place in the region, or in the ring round it.
func spot(rng *rand.Rand, outside bool) (x, y float64) {
	if !outside {
		return between(rng, -regionX, regionX), between(rng, -regionY, regionY)
	}
	for {
		x, y = between(rng, -outerEdge, outerEdge), between(rng, -outerEdge, outerEdge)
		if math.Abs(x) > regionX+0.01 || math.Abs(y) > regionY+0.01 {
			return x, y
		}
	}
}

func roomFor(objects []sim.Object, o sim.Object) bool {
	for _, other := range objects {
		if distance(other.Pose, o.Pose) < radius(other.Shape)+radius(o.Shape)+handGap {
			return false
		}
	}
	return true
}

// distance is the horizontal one.
func distance(a, b sim.Pose) float64 { return math.Hypot(a.X-b.X, a.Y-b.Y) }

// startArm draws a start pose above everything on the table.
func startArm(rng *rand.Rand) sim.Arm {
	arm := sim.Arm{Pose: sim.Pose{
		X:   between(rng, -0.2, 0.2),
		Y:   between(rng, -0.2, 0.2),
		Z:   between(rng, 0.12, 0.22),
		Yaw: between(rng, -0.2, 0.2),
	}}
	if rng.Float64() < 0.5 {
		arm.Gripper = 1
	}
	return arm
}

// drawLight is the world's own light and camera except in OODLight.
func drawLight(rng *rand.Rand, split Split) sim.Light {
	if split != OODLight {
		return sim.Light{}
	}
	bright := between(rng, 0.6, 0.8)
	if rng.Float64() < 0.5 {
		bright = between(rng, 1.2, 1.35)
	}
	return sim.Light{
		Brightness: bright,
		CameraYaw:  between(rng, -0.05, 0.05),
		CameraX:    between(rng, -0.01, 0.01),
		CameraY:    between(rng, -0.01, 0.01),
	}
}

// newScene puts the pieces together. The order of the objects is shuffled: it
// must not tell which is the target.
func newScene(rng *rand.Rand, split Split, objects []sim.Object) sim.Scene {
	rng.Shuffle(len(objects), func(i, j int) { objects[i], objects[j] = objects[j], objects[i] })
	return sim.Scene{
		World:   World,
		Seed:    rng.Int64(),
		Objects: objects,
		Arm:     startArm(rng),
		Light:   drawLight(rng, split),
	}
}
