package task

import (
	"math/rand/v2"

	"hyt/gazebo/sim"
)

// How strays start: the share of demonstrations, the shares of them that start
// beside and right above an object, and how near, metres.
const (
	strayShare = 0.5
	strayNear  = 0.4
	strayReach = 0.12
	strayAbove = 0.35
	strayOff   = 0.03
	strayLow   = 0.015
	strayHigh  = 0.15
)

// Stray returns the scene of a demonstration with the arm, half of the time, where
// no demonstrator would bring it, but a policy may get to by its own mistakes: low
// over the table, on the wrong side of an object, with the hand half open. From
// there the oracle shows the way back. The same seed gives the same scene.
func Stray(scene sim.Scene, seed int64) sim.Scene {
	rng := rand.New(rand.NewPCG(uint64(seed), 0x57a4))
	if rng.Float64() >= strayShare {
		return scene
	}
	for range 50 {
		arm := sim.Arm{
			Pose: sim.Pose{
				X: between(rng, -0.24, 0.24), Y: between(rng, -0.24, 0.24),
				Z: between(rng, strayLow, strayHigh), Yaw: between(rng, -0.2, 0.2),
			},
			Gripper: rng.Float64(),
		}
		o, reach := pick(rng, scene.Objects), strayReach
		near := rng.Float64()
		if near < strayAbove {
			reach = strayOff
			arm.Gripper = pick(rng, []float64{0, arm.Gripper, 1})
		}
		if near < strayAbove+strayNear {
			arm.X = clamp(o.Pose.X+between(rng, -reach, reach), -0.25, 0.25)
			arm.Y = clamp(o.Pose.Y+between(rng, -reach, reach), -0.25, 0.25)
		}
		if handFits(arm, scene.Objects) {
			scene.Arm = arm
			return scene
		}
	}
	return scene
}

// handFits says whether the hand, however open, stands beside or above all objects.
func handFits(arm sim.Arm, objects []sim.Object) bool {
	for _, o := range objects {
		if arm.Z < o.Size[2]+0.005 && distance(arm.Pose, o.Pose) < radius(o)+0.06 {
			return false
		}
	}
	return true
}
