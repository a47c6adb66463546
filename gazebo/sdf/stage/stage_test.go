package stage

import (
	"slices"
	"strings"
	"testing"

	"hyt/gazebo/sdf"
	"hyt/gazebo/worlds"
)

func TestEveryWorldLoads(t *testing.T) {
	for _, name := range worlds.Names() {
		if _, err := Load(name); err != nil {
			t.Error(err)
		}
	}
	if _, err := Load("moon"); err == nil || !strings.Contains(err.Error(), `no world named "moon"`) {
		t.Errorf("world moon: %v", err)
	}
}

// What other rooms count on.
func TestTabletopIsAsAgreed(t *testing.T) {
	s, err := Load("tabletop")
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range [NumJoints][2]float64{{-0.26, 0.26}, {-0.26, 0.26}, {0.01, 0.25}, {-3.2, 3.2}, {0, 0.04}, {0, 0.04}} {
		if j := s.Arm.Joints[i]; j.Lower != want[0] || j.Upper != want[1] {
			t.Errorf("%s goes from %g to %g, want %v", j.Name, j.Lower, j.Upper, want)
		}
	}
	if s.Camera.Width != 64 || s.Camera.Height != 64 {
		t.Errorf("camera of %d x %d pixels, want 64 x 64", s.Camera.Width, s.Camera.Height)
	}
	table, _ := s.World.Model("table")
	top := table.Links[0].Collisions[0]
	if top.Geometry.Size[0] != 0.6 || top.Geometry.Size[1] != 0.6 || top.Pose.Z+top.Geometry.Size[2]/2 != 0 {
		t.Errorf("table top %+v, want 0.6 m x 0.6 m at z = 0", top)
	}
	for name, edge := range map[string]float64{"left_zone": 0.18, "right_zone": -0.18} {
		zone, ok := s.World.Model(name)
		if !ok {
			t.Errorf("no model %q", name)
			continue
		}
		half := zone.Links[0].Visuals[0].Geometry.Size[1] / 2
		inner := zone.Pose.Y - half
		if edge < 0 {
			inner = zone.Pose.Y + half
		}
		if d := inner - edge; d > 1e-9 || d < -1e-9 {
			t.Errorf("%s begins at y = %g, want %g", name, inner, edge)
		}
	}
}

func TestObjectsAreAsAgreed(t *testing.T) {
	s, err := Load("tabletop")
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]sdf.Geometry{
		"cube":     {Shape: sdf.Box, Size: [3]float64{0.045, 0.045, 0.045}},
		"bar":      {Shape: sdf.Box, Size: [3]float64{0.09, 0.03, 0.04}},
		"cylinder": {Shape: sdf.Cylinder, Size: [3]float64{0.045, 0.045, 0.045}},
		"ball":     {Shape: sdf.Sphere, Size: [3]float64{0.045, 0.045, 0.045}},
	} {
		m, err := s.Shape(name)
		if err != nil {
			t.Error(err)
			continue
		}
		if got := m.Links[0].Collisions[0].Geometry; got != want {
			t.Errorf("%s: %+v, want %+v", name, got, want)
		}
		if !slices.ContainsFunc(m.Links[0].Visuals, func(v sdf.Visual) bool { return v.Name == "paint" }) {
			t.Errorf("%s has nothing to paint", name)
		}
	}
	for _, color := range []string{"red", "green", "blue", "yellow", "purple", "orange"} {
		if _, err := s.Paint(color); err != nil {
			t.Error(err)
		}
	}
}
