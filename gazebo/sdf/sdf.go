// Package sdf reads the subset of SDF 1.6/1.7 that every simulator of hyt
// shares: models of boxes, cylinders and spheres with colour, prismatic,
// revolute and fixed joints, cameras and lights. What lies outside the subset is
// an error that names the element, so that a world never looks different in two
// simulators without anyone noticing.
//
// Lengths are metres, angles radians, masses kilograms.
package sdf

// File is one .sdf document: a world, or models on their own.
type File struct {
	Version string
	World   *World // nil when the document holds models only
	Models  []Model
}

// World is what a simulator puts up before any object comes.
type World struct {
	Name   string
	Scene  Scene
	Lights []Light
	Models []Model
}

// Scene is the look of a world away from its models.
type Scene struct {
	Ambient    Color
	Background Color
	Shadows    bool // false: no light casts any
}

// Color is red, green, blue, alpha, each 0..1.
type Color [4]float64

// Light is a directional or point light.
type Light struct {
	Name        string
	Type        string // "directional" or "point"
	Pose        Pose
	Diffuse     Color
	Direction   [3]float64 // of travel; directional lights only
	CastShadows bool
}

// Model is a set of links held together by joints.
type Model struct {
	Name   string
	Static bool
	Pose   Pose
	Links  []Link
	Joints []Joint
}

// Link is one rigid body. Its pose is relative to the model.
type Link struct {
	Name       string
	Pose       Pose
	Mass       float64 // kg; 1 when the document does not say
	Visuals    []Visual
	Collisions []Collision
	Cameras    []Camera
}

// Visual is what is seen of a link. Its pose is relative to the link.
type Visual struct {
	Name         string
	Pose         Pose
	Geometry     Geometry
	Diffuse      Color
	Specular     Color   // how much of a light it mirrors
	Transparency float64 // 0 opaque .. 1 invisible
	CastShadows  bool
}

// Collision is what a link collides with. Its pose is relative to the link.
type Collision struct {
	Name     string
	Pose     Pose
	Geometry Geometry
	Friction float64 // Coulomb coefficient; 1 when the document does not say
}

// Shape is the kind of a geometry.
type Shape string

// The geometries of the subset.
const (
	Box      Shape = "box"
	Cylinder Shape = "cylinder"
	Sphere   Shape = "sphere"
)

// Geometry is a solid, centred on its pose.
type Geometry struct {
	Shape Shape
	// Size is the extent along x, y and z: of a box its size, of a cylinder
	// diameter, diameter, length, of a sphere its diameter three times.
	Size [3]float64
}

// Camera is a camera sensor. It looks along its own +x, with +y to the left and
// +z up in the image.
type Camera struct {
	Name          string
	Pose          Pose    // relative to the link
	HorizontalFOV float64 // radians
	Width, Height int     // pixels
	Rate          float64 // frames per second
}

// Model returns the world's model of that name.
func (w *World) Model(name string) (*Model, bool) {
	for i := range w.Models {
		if w.Models[i].Name == name {
			return &w.Models[i], true
		}
	}
	return nil, false
}

// Link returns the model's link of that name.
func (m *Model) Link(name string) (*Link, bool) {
	for i := range m.Links {
		if m.Links[i].Name == name {
			return &m.Links[i], true
		}
	}
	return nil, false
}

// Joint returns the model's joint of that name.
func (m *Model) Joint(name string) (*Joint, bool) {
	for i := range m.Joints {
		if m.Joints[i].Name == name {
			return &m.Joints[i], true
		}
	}
	return nil, false
}
