package sdf

import (
	"math"
	"testing"
)

func nearPoint(a, b [3]float64) bool {
	return math.Abs(a[0]-b[0])+math.Abs(a[1]-b[1])+math.Abs(a[2]-b[2]) < 1e-12
}

func TestPosesTurnRollThenPitchThenYaw(t *testing.T) {
	const q = math.Pi / 2
	for _, c := range []struct {
		name     string
		pose     Pose
		in, want [3]float64
	}{
		{"roll takes y to z", Pose{Roll: q}, [3]float64{0, 1, 0}, [3]float64{0, 0, 1}},
		{"pitch takes x down", Pose{Pitch: q}, [3]float64{1, 0, 0}, [3]float64{0, 0, -1}},
		{"yaw takes x to y", Pose{Yaw: q}, [3]float64{1, 0, 0}, [3]float64{0, 1, 0}},
		{"roll before yaw", Pose{Roll: q, Yaw: q}, [3]float64{0, 1, 0}, [3]float64{0, 0, 1}},
		{"pitch before yaw", Pose{Pitch: q, Yaw: q}, [3]float64{0, 0, 1}, [3]float64{0, 1, 0}},
		{"then the move", Pose{X: 1, Y: 2, Z: 3, Yaw: q}, [3]float64{1, 0, 0}, [3]float64{1, 3, 3}},
	} {
		f := c.pose.Frame()
		if got := f.Point(c.in); !nearPoint(got, c.want) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
		if back := f.Inverse().Point(f.Point(c.in)); !nearPoint(back, c.in) {
			t.Errorf("%s: there and back is %v", c.name, back)
		}
	}
}

func TestChainsMoveTheirLinks(t *testing.T) {
	m := &Model{
		Name:  "m",
		Links: []Link{{Name: "hand", Pose: Pose{X: 1}}, {Name: "base"}, {Name: "carriage"}},
		Joints: []Joint{
			{Name: "turn", Type: Revolute, Parent: "carriage", Child: "hand", Axis: [3]float64{0, 0, 1}, Pose: Pose{X: -1}},
			{Name: "foot", Type: Fixed, Parent: WorldLink, Child: "base"},
			{Name: "slide", Type: Prismatic, Parent: "base", Child: "carriage", Axis: [3]float64{0, 1, 0}},
		},
	}
	c, err := NewChain(m)
	if err != nil {
		t.Fatal(err)
	}
	// The hand is 1 m in front of the axis it turns about.
	links := c.Links(Translation(0, 0, 5), []float64{math.Pi / 2, 0, 2})
	for i, want := range [][3]float64{{0, 3, 5}, {0, 0, 5}, {0, 2, 5}} {
		if !nearPoint(links[i].P, want) {
			t.Errorf("link %q is at %v, want %v", m.Links[i].Name, links[i].P, want)
		}
	}
}
