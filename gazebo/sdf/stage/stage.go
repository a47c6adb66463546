// Package stage puts together what a simulator and a renderer need of a tabletop
// world: the world itself, the models of the objects that may stand in it, the
// paints they may have, the arm and the overhead camera. All of it comes from SDF.
package stage

import (
	"fmt"
	"slices"
	"strings"

	"hyt/gazebo/models"
	"hyt/gazebo/sdf"
	"hyt/gazebo/worlds"
)

// armModel is the name that a world gives to the robot.
const armModel = "arm"

// Stage is a world ready for scenes. It is read only and may be shared.
type Stage struct {
	World  *sdf.World
	Shapes []sdf.Model // object models, sorted by name
	Paints []sdf.Visual
	Arm    Arm
	Camera Camera // overhead
	Wrist  *Wrist // on the arm; nil when the world has none
}

// Camera is the world's camera sensor and where it is.
type Camera struct {
	sdf.Camera
	Frame sdf.Frame // sensor to world
}

// Wrist is the camera that the arm carries.
type Wrist struct {
	sdf.Camera
	Link int // in Arm.Model.Links
}

// Load reads the world of that name, and all object models.
func Load(world string) (*Stage, error) {
	data, err := worlds.Read(world)
	if err != nil {
		return nil, err
	}
	file, err := sdf.Parse(data)
	if err != nil {
		return nil, fmt.Errorf("world %q: %w", world, err)
	}
	if file.World == nil {
		return nil, fmt.Errorf("world %q: its document holds no <world>", world)
	}
	s := &Stage{World: file.World}
	if err := s.loadModels(); err != nil {
		return nil, err
	}
	arm, ok := s.World.Model(armModel)
	if !ok {
		return nil, fmt.Errorf("world %q has no model named %q", world, armModel)
	}
	if s.Arm, err = newArm(arm); err != nil {
		return nil, fmt.Errorf("world %q: %w", world, err)
	}
	s.Wrist = findWrist(s.Arm.Model)
	if s.Camera, err = findCamera(s.World); err != nil {
		return nil, fmt.Errorf("world %q: %w", world, err)
	}
	return s, nil
}

func (s *Stage) loadModels() error {
	for _, name := range models.Names() {
		m, err := loadModel(name)
		if err != nil {
			return err
		}
		if len(m.Links) != 1 || len(m.Links[0].Collisions) != 1 {
			return fmt.Errorf("object model %q: one link with one collision expected", name)
		}
		s.Shapes = append(s.Shapes, *m)
	}
	colors, err := loadModel(models.Colors)
	if err != nil {
		return err
	}
	s.Paints = colors.Links[0].Visuals
	return nil
}

func loadModel(name string) (*sdf.Model, error) {
	data, err := models.Read(name)
	if err != nil {
		return nil, err
	}
	file, err := sdf.Parse(data)
	if err != nil {
		return nil, fmt.Errorf("model %q: %w", name, err)
	}
	if len(file.Models) != 1 {
		return nil, fmt.Errorf("model %q: one <model> expected, its document holds %d", name, len(file.Models))
	}
	return &file.Models[0], nil
}

// Shape returns the object model of that name.
func (s *Stage) Shape(name string) (*sdf.Model, error) {
	for i := range s.Shapes {
		if s.Shapes[i].Name == name {
			return &s.Shapes[i], nil
		}
	}
	return nil, fmt.Errorf("unknown shape %q (known: %s)", name, strings.Join(models.Names(), ", "))
}

// Paint returns the colour of that name.
func (s *Stage) Paint(name string) (sdf.Color, error) {
	i := slices.IndexFunc(s.Paints, func(v sdf.Visual) bool { return v.Name == name })
	if i >= 0 {
		return s.Paints[i].Diffuse, nil
	}
	names := make([]string, len(s.Paints))
	for i, p := range s.Paints {
		names[i] = p.Name
	}
	return sdf.Color{}, fmt.Errorf("unknown colour %q (known: %s)", name, strings.Join(names, ", "))
}

// findWrist returns the first camera of the arm.
func findWrist(arm *sdf.Model) *Wrist {
	for i, l := range arm.Links {
		if len(l.Cameras) > 0 {
			return &Wrist{Camera: l.Cameras[0], Link: i}
		}
	}
	return nil
}

// findCamera returns the first camera of the static models.
func findCamera(w *sdf.World) (Camera, error) {
	for i := range w.Models {
		m := &w.Models[i]
		if !m.Static {
			continue
		}
		for _, l := range m.Links {
			for _, c := range l.Cameras {
				at := m.Pose.Frame().Mul(l.Pose.Frame()).Mul(c.Pose.Frame())
				return Camera{Camera: c, Frame: at}, nil
			}
		}
	}
	return Camera{}, fmt.Errorf("it has no camera")
}
