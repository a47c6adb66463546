// Package worldfile writes the SDF document that Gazebo 11 runs for one scene: the
// world of gazebo/worlds with the scene's objects in it, the arm at its start
// pose, the scene's light, and what Gazebo Classic needs beyond the shared file.
package worldfile

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"hyt/gazebo/sdf"
	"hyt/gazebo/sdf/stage"
	"hyt/gazebo/sim"
	"hyt/gazebo/worlds"
)

// Options are the same for all scenes of a simulator.
type Options struct {
	Width, Height int           // of the images; 0: as the world has them
	FramePeriod   time.Duration // between two images
	Cameras       []string      // sim.Overhead, sim.Wrist: those that see
}

// World is a document and what is to be known about it.
type World struct {
	SDF  []byte
	Name string // of the world: the namespace of its topics
	// Start is where the joints stand: Gazebo counts their positions from there.
	Start [stage.NumJoints]float64
	// Image topics by the camera's name.
	Images map[string]string
}

// Build writes the document of a scene. Start poses of the arm are clamped to the
// joints' limits.
func Build(st *stage.Stage, scene sim.Scene, o Options) (World, error) {
	document, err := worlds.Read(scene.World)
	if err != nil {
		return World{}, err
	}
	root, err := parse(document)
	if err != nil {
		return World{}, fmt.Errorf("world %q: %w", scene.World, err)
	}
	world := root.find("world", "")
	if world == nil {
		return World{}, fmt.Errorf("world %q: its document holds no <world>", scene.World)
	}
	w := World{Name: world.name(), Images: map[string]string{}}
	tuneSolver(world)
	if err := w.placeArm(st, world, scene.Arm); err != nil {
		return World{}, fmt.Errorf("world %q: %w", scene.World, err)
	}
	if err := w.setCameras(world, o, scene.Light); err != nil {
		return World{}, fmt.Errorf("world %q: %w", scene.World, err)
	}
	setLight(world, scene.Light)
	for i, thing := range scene.Objects {
		if world.find("model", thing.Name) != nil {
			return World{}, fmt.Errorf("object %d: %q is the name of something else in the world", i, thing.Name)
		}
		e, err := object(st, thing)
		if err != nil {
			return World{}, fmt.Errorf("object %d, %q: %w", i, thing.Name, err)
		}
		world.Children = append(world.Children, e)
	}
	w.SDF, err = root.bytes()
	return w, err
}

// tuneSolver has ODE let things sink in less than its millimetre, and bounds the
// rate of physics steps, which is also that of the empty messages that a stopped
// world sends.
func tuneSolver(world *element) {
	physics := world.find("physics", "")
	physics.put(leaf("real_time_update_rate", 5000))
	physics.put(node("ode", "",
		node("solver", "", leaf("type", "quick"), leaf("iters", 50)),
		node("constraints", "", leaf("contact_surface_layer", 0.0002))))
}

// placeArm puts the links where the start pose has them. Gazebo's joints stand at
// zero wherever their links are at first, so their limits move along.
func (w *World) placeArm(st *stage.Stage, world *element, start sim.Arm) error {
	arm := &st.Arm
	w.Start = startPositions(arm, start)
	chain, err := sdf.NewChain(arm.Model)
	if err != nil {
		return err
	}
	positions := make([]float64, len(arm.Model.Joints))
	arm.Order(w.Start, positions)
	model := world.find("model", arm.Model.Name)
	for i, at := range chain.Links(sdf.Identity(), positions) {
		link := model.find("link", arm.Model.Links[i].Name)
		link.put(pose(poseOf(at)))
	}
	for i, j := range arm.Joints {
		limit := model.find("joint", j.Name).find("axis", "").find("limit", "")
		limit.put(leaf("lower", j.Lower-w.Start[i]))
		limit.put(leaf("upper", j.Upper-w.Start[i]))
	}
	return nil
}

func startPositions(arm *stage.Arm, start sim.Arm) [stage.NumJoints]float64 {
	full := arm.Joints[stage.LeftFinger].Upper
	q := [stage.NumJoints]float64{start.X, start.Y, start.Z, start.Yaw, start.Gripper * full, start.Gripper * full}
	for i, j := range arm.Joints {
		q[i] = max(j.Lower, min(j.Upper, q[i]))
	}
	return q
}

// poseOf is the inverse of sdf.Pose.Frame, for pitches within a quarter turn.
func poseOf(f sdf.Frame) sdf.Pose {
	return sdf.Pose{
		X: f.P[0], Y: f.P[1], Z: f.P[2],
		Roll:  math.Atan2(f.R[2][1], f.R[2][2]),
		Pitch: -math.Asin(max(-1, min(1, f.R[2][0]))),
		Yaw:   math.Atan2(f.R[1][0], f.R[0][0]),
	}
}

// topic is the full name of one in the world's namespace.
func (w *World) topic(parts ...string) string {
	return "/gazebo/" + w.Name + "/" + strings.Join(parts, "/")
}

// Topic is the full name of a topic that Gazebo itself has in each world.
func (w *World) Topic(name string) string { return w.topic(name) }

// setCameras sets the rate of the cameras that see and, if asked, their size. Those
// of static models are moved as the light says. The others go: in lockstep, Gazebo
// waits for ever for the first image of a camera that nobody looks through.
func (w *World) setCameras(world *element, o Options, l sim.Light) error {
	for _, model := range world.Children {
		if model.XMLName.Local != "model" {
			continue
		}
		for _, link := range model.Children {
			sensor := link.find("sensor", "")
			if sensor.find("camera", "") == nil {
				continue
			}
			name := sim.Wrist
			if still := model.find("static", ""); still != nil && still.Text == "true" {
				name = sim.Overhead
				moveCamera(model, l)
			}
			if !slices.Contains(o.Cameras, name) {
				link.drop(sensor)
				continue
			}
			w.Images[name] = w.topic(model.name(), link.name(), sensor.name(), "image")
			sensor.put(leaf("always_on", true))
			sensor.put(leaf("update_rate", 1/o.FramePeriod.Seconds()))
			if o.Width > 0 && o.Height > 0 {
				image := sensor.find("camera", "").find("image", "")
				image.put(leaf("width", o.Width))
				image.put(leaf("height", o.Height))
			}
		}
	}
	for _, name := range o.Cameras {
		if w.Images[name] == "" {
			return fmt.Errorf("it has no camera %q", name)
		}
	}
	return nil
}

// moveCamera shifts a model, and turns it about the vertical.
func moveCamera(model *element, l sim.Light) {
	p := model.find("pose", "")
	if p == nil || l.CameraX == 0 && l.CameraY == 0 && l.CameraYaw == 0 {
		return
	}
	v := numbers(p.Text, 6)
	model.put(leaf("pose", v[0]+l.CameraX, v[1]+l.CameraY, v[2], v[3], v[4], v[5]+l.CameraYaw))
}

// setLight multiplies what shines: the lamps, the light from all around, the
// background.
func setLight(world *element, l sim.Light) {
	if l.Brightness == 0 || l.Brightness == 1 {
		return
	}
	scale := func(in *element, tag string) {
		if e := in.find(tag, ""); e != nil {
			v := numbers(e.Text, 4)
			in.put(leaf(tag, v[0]*l.Brightness, v[1]*l.Brightness, v[2]*l.Brightness, v[3]))
		}
	}
	scale(world.find("scene", ""), "ambient")
	scale(world.find("scene", ""), "background")
	for _, e := range world.Children {
		if e.XMLName.Local == "light" {
			scale(e, "diffuse")
			scale(e, "specular")
		}
	}
}

// numbers reads n numbers; gazebo/sdf has checked that they are there.
func numbers(text string, n int) []float64 {
	out := make([]float64, n)
	for i, f := range strings.Fields(text) {
		if i < n {
			out[i], _ = strconv.ParseFloat(f, 64)
		}
	}
	return out
}
