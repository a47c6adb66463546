package classic

import (
	"math"
	"testing"

	"hyt/gazebo/sdf"
)

func TestDistancesBetweenSolids(t *testing.T) {
	box := func(x, y, z, yaw float64, size [3]float64) *solid {
		return &solid{sdf.Geometry{Shape: sdf.Box, Size: size}, sdf.Upright(x, y, z, yaw)}
	}
	unit := [3]float64{1, 1, 1}
	ball := &solid{sdf.Geometry{Shape: sdf.Sphere, Size: unit}, sdf.Translation(3, 4, 0)}
	lying := &solid{sdf.Geometry{Shape: sdf.Cylinder, Size: [3]float64{1, 1, 4}}, sdf.Pose{Z: 2, Roll: math.Pi / 2}.Frame()}
	for _, c := range []struct {
		name string
		a, b *solid
		want float64
	}{
		{"boxes side by side", box(0, 0, 0, 0, unit), box(3, 0, 0, 0, unit), 2},
		{"boxes corner to corner", box(0, 0, 0, 0, unit), box(2, 2, 2, 0, unit), math.Sqrt(3)},
		{"a box turned by an eighth", box(0, 0, 0, 0, unit), box(3, 0, 0, math.Pi/4, unit), 2.5 - math.Sqrt2/2},
		{"one box on another", box(0, 0, 0, 0, unit), box(0.3, 0.2, 1, 0.4, unit), 0},
		{"boxes in each other", box(0, 0, 0, 0, unit), box(0.5, 0, 0, 0.2, unit), 0},
		{"ball and box", ball, box(0, 0, 0, 0, unit), math.Hypot(2.5, 3.5) - 0.5},
		{"a cylinder that lies above a box", lying, box(0, 1, 0, 0, unit), 1},
		{"the end of a cylinder that lies", lying, box(0, 4, 2, 0, unit), 1.5},
	} {
		if got := distance(c.a, c.b); math.Abs(got-c.want) > 1e-4 {
			t.Errorf("%s: %.5f, want %.5f", c.name, got, c.want)
		}
		if got := distance(c.b, c.a); math.Abs(got-c.want) > 1e-4 {
			t.Errorf("%s, other way: %.5f, want %.5f", c.name, got, c.want)
		}
	}
}

func TestPlacementsTurnAsQuaternionsDo(t *testing.T) {
	s := math.Sqrt(0.5)
	f := placement{position: [3]float64{1, 2, 3}, rotation: [4]float64{s, 0, 0, s}}.frame()
	if p := f.Point([3]float64{1, 0, 0}); math.Abs(p[0]-1) > 1e-12 || math.Abs(p[1]-3) > 1e-12 || p[2] != 3 {
		t.Errorf("a quarter turn about z takes x to %v", p)
	}
}
