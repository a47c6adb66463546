package task

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"hyt/gazebo/sim"
	"hyt/policy/thought"
)

// heldShare is the share of grounding scenes with an object in the hand.
const heldShare = 0.25

// groundGap is the least space between things of a grounding scene, metres.
const groundGap = 0.008

// Ground draws a scene to learn seeing from: 4 to 6 objects anywhere on the
// table, the arm anywhere, now and then with an object in its hand. It asks for
// nothing to be done.
func Ground(seed int64) (sim.Scene, error) {
	rng := stream("ground", ID, seed)
	actors := cast(rng, []Thing{pick(rng, things())}, 4+rng.IntN(3))
	var objects []sim.Object
	for len(objects) < len(actors) {
		// Closer together and farther out than any task puts them: tasks move things.
		o := stand(actors[len(objects)], between(rng, -0.24, 0.24), between(rng, -0.24, 0.24),
			between(rng, -math.Pi, math.Pi))
		if clearOf(objects, o) {
			objects = append(objects, o)
		}
	}
	arm := sim.Arm{Pose: sim.Pose{
		X:   between(rng, -0.25, 0.25),
		Y:   between(rng, -0.25, 0.25),
		Z:   between(rng, 0.06, 0.24),
		Yaw: between(rng, -0.4, 0.4),
	}}
	if rng.Float64() < 0.5 {
		arm.Gripper = rng.Float64()
	}
	if rng.Float64() < heldShare {
		hold(&objects[0], &arm)
	}
	rng.Shuffle(len(objects), func(i, j int) { objects[i], objects[j] = objects[j], objects[i] })
	return sim.Scene{World: World, Seed: seed, Objects: objects, Arm: arm}, nil
}

func clearOf(objects []sim.Object, o sim.Object) bool {
	for _, other := range objects {
		if distance(other.Pose, o.Pose) < radius(other)+radius(o)+groundGap {
			return false
		}
	}
	return true
}

// Opening is the gripper's opening with its fingers w metres apart.
func Opening(w float64) float64 { return clamp(w/0.08, 0, 1) }

// hold puts the object between the fingers.
func hold(o *sim.Object, arm *sim.Arm) {
	o.Pose = arm.Pose
	o.Held = true
	arm.Gripper = Opening(o.Size[1])
}

// Seen is what an image shows of one object.
type Seen struct {
	Thing
	At thought.Place
}

func (s Seen) String() string { return fmt.Sprintf("%s %s", s.Thing, s.At) }

// See lists the objects and where the camera sees them, by colour, then shape.
func See(objects []sim.Object, cam Camera) []Seen {
	var list []Seen
	for _, o := range objects {
		list = append(list, Seen{thingOf(o), *place(cam, o.Pose)})
	}
	slices.SortFunc(list, func(a, b Seen) int {
		return cmp.Or(strings.Compare(a.Color, b.Color), strings.Compare(a.Shape, b.Shape))
	})
	return list
}
