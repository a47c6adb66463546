package ground

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"hyt/gazebo/render"
	"hyt/gazebo/sdf/stage"
	"hyt/gazebo/sim"
	"hyt/gazebo/task"
	"hyt/trainer/model"
)

// Rendered draws the scenes of task.Ground as the overhead camera sees them. It
// is not safe for concurrent use.
type Rendered struct{ renderer *render.Renderer }

// NewRendered loads the tabletop world.
func NewRendered() (*Rendered, error) {
	s, err := stage.Load(task.World)
	if err != nil {
		return nil, fmt.Errorf("grounding: %w", err)
	}
	r, err := render.New(s, model.ImageSide, model.ImageSide)
	if err != nil {
		return nil, fmt.Errorf("grounding: %w", err)
	}
	return &Rendered{renderer: r}, nil
}

// Draw renders the scene of a seed.
func (r *Rendered) Draw(seed int64) (Picture, error) {
	scene, err := task.Ground(seed)
	if err != nil {
		return Picture{}, err
	}
	reach(&scene, rand.New(rand.NewPCG(uint64(seed), reachStream)))
	if err := r.renderer.SetScene(scene); err != nil {
		return Picture{}, err
	}
	state := sim.State{Arm: scene.Arm, Objects: scene.Objects, Touched: make([]bool, len(scene.Objects))}
	camera := *r.renderer.Camera() // a copy: the renderer moves its own with the next scene
	return Picture{Image: slices.Clone(r.renderer.Draw(state).RGB), Camera: &camera, Arm: scene.Arm, Objects: scene.Objects}, nil
}

// How the hand is brought to a thing, metres. Tasks are decided there, and there
// the hand hides what it goes for.
const (
	reachShare  = 0.6  // of the scenes with an empty hand
	reachFar    = 0.07 // how far beside the thing, at most
	reachRound  = 0.05 // closer than this the fingers are above the thing, or round it
	reachLow    = 0.02
	reachHigh   = 0.2
	reachStream = 0x7ea7
)

// reach moves the hand of some scenes to a thing: above it, beside it, or with
// open fingers round it.
func reach(scene *sim.Scene, r *rand.Rand) {
	for _, o := range scene.Objects {
		if o.Held {
			return
		}
	}
	if r.Float64() >= reachShare {
		return
	}
	o := scene.Objects[r.IntN(len(scene.Objects))]
	far, way, up := reachFar*r.Float64(), 2*math.Pi*r.Float64(), r.Float64()
	lowest := reachLow
	if far < reachRound {
		lowest = o.Pose.Z + o.Size[2]/2
	}
	if far < reachRound/4 && r.Float64() < 0.3 {
		lowest, scene.Arm.Gripper, scene.Arm.Yaw = reachLow, 1, o.Pose.Yaw
	}
	// Low heights are the hard ones: they get more than their share.
	scene.Arm.Z = lowest + (reachHigh-lowest)*up*up
	scene.Arm.X, scene.Arm.Y = o.Pose.X+far*math.Cos(way), o.Pose.Y+far*math.Sin(way)
	for _, other := range scene.Objects {
		if other.Name != o.Name && math.Hypot(other.Pose.X-scene.Arm.X, other.Pose.Y-scene.Arm.Y) < reachRound {
			scene.Arm.Z = max(scene.Arm.Z, other.Size[2]+0.01) // above the neighbour, not in it
		}
	}
}
