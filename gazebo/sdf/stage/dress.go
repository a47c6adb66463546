package stage

import (
	"fmt"
	"slices"
	"strings"

	"hyt/gazebo/models"
	"hyt/gazebo/sdf"
	"hyt/gazebo/sim"
)

// Dress returns an object's model as it is to stand in a scene: of the object's
// size, in its colour, with its pattern and no other. Sizes of zero are the
// model's own. The model is the caller's; its pose is zero, its name the object's.
func (s *Stage) Dress(o sim.Object) (sdf.Model, error) {
	shape, err := s.Shape(o.Shape)
	if err != nil {
		return sdf.Model{}, err
	}
	color, err := s.Paint(o.Color)
	if err != nil {
		return sdf.Model{}, err
	}
	if o.Pattern != "" && !slices.Contains(models.Patterns(), o.Pattern) {
		return sdf.Model{}, fmt.Errorf("unknown pattern %q (known: %s)", o.Pattern, strings.Join(models.Patterns(), ", "))
	}
	link := shape.Links[0]
	scale := [3]float64{1, 1, 1}
	for i, own := range link.Collisions[0].Geometry.Size {
		if o.Size[i] > 0 {
			scale[i] = o.Size[i] / own
		}
	}
	link.Visuals = nil
	for _, v := range shape.Links[0].Visuals {
		if pattern := patternOf(v.Name); pattern != "" && pattern != o.Pattern {
			continue
		}
		if v.Name == models.Paint {
			v.Diffuse = color
		}
		v.Pose, v.Geometry = scaled(v.Pose, v.Geometry, scale)
		link.Visuals = append(link.Visuals, v)
	}
	link.Collisions = slices.Clone(link.Collisions)
	for i := range link.Collisions {
		c := &link.Collisions[i]
		c.Pose, c.Geometry = scaled(c.Pose, c.Geometry, scale)
	}
	return sdf.Model{Name: o.Name, Links: []sdf.Link{link}}, nil
}

// patternOf returns the pattern that a visual belongs to, "" for none.
func patternOf(visual string) string {
	for _, p := range models.Patterns() {
		if strings.HasPrefix(visual, p+"_") {
			return p
		}
	}
	return ""
}

// scaled stretches along the link's axes. Solids that are turned need all three
// factors to be alike.
func scaled(p sdf.Pose, g sdf.Geometry, scale [3]float64) (sdf.Pose, sdf.Geometry) {
	p.X, p.Y, p.Z = p.X*scale[0], p.Y*scale[1], p.Z*scale[2]
	for i := range g.Size {
		g.Size[i] *= scale[i]
	}
	return p, g
}
