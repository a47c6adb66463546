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

// naturalYaw draws how an object is turned where it does not matter.
func naturalYaw(rng *rand.Rand, _ sim.Object) float64 { return between(rng, -maxYaw, maxYaw) }

// layout says how scatter stands objects on the table.
type layout struct {
	split   Split
	targets int // the first so many are those that OODPosition moves outwards
	yaw     func(*rand.Rand, sim.Object) float64
	accept  func([]sim.Object) bool // whether the whole will do; nil: always
}

// scatter stands the things on the table with room for a hand between them.
func (l layout) scatter(rng *rand.Rand, cast []sim.Object) ([]sim.Object, error) {
	return l.add(rng, nil, cast)
}

// add stands the things on a table with others on it already.
func (l layout) add(rng *rand.Rand, there, cast []sim.Object) ([]sim.Object, error) {
	n := len(there) + len(cast)
	for range 1000 {
		objects := append(make([]sim.Object, 0, n), there...)
		for tries := 0; len(objects) < n && tries < 40*len(cast); tries++ {
			i := len(objects) - len(there)
			x, y := spot(rng, l.split == OODPosition && i < l.targets)
			o := stand(cast[i], x, y, l.yaw(rng, cast[i]))
			if roomFor(objects, o) {
				objects = append(objects, o)
			}
		}
		if len(objects) == n && (l.accept == nil || l.accept(objects)) {
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
		if distance(other.Pose, o.Pose) < radius(other)+radius(o)+handGap {
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
