package render

import (
	"math"
	"testing"

	"hyt/gazebo/sdf/stage"
	"hyt/gazebo/sim"
)

func tabletop(t testing.TB) *stage.Stage {
	t.Helper()
	s, err := stage.Load("tabletop")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestProjectsKnownPoints(t *testing.T) {
	s := tabletop(t)
	height := s.Camera.Frame.P[2]
	width := 2 * height * math.Tan(s.Camera.HorizontalFOV/2) // of what is seen of the table's plane
	for _, c := range []struct {
		name    string
		light   sim.Light
		x, y, z float64
		u, v    float64
	}{
		{"the middle", sim.Light{}, 0, 0, 0, 0.5, 0.5},
		{"forward is up", sim.Light{}, width / 4, 0, 0, 0.5, 0.25},
		{"left is left", sim.Light{}, 0, width / 4, 0, 0.25, 0.5},
		{"the corner back right", sim.Light{}, -width / 2, -width / 2, 0, 1, 1},
		{"higher is farther out", sim.Light{}, width / 8, 0, height / 2, 0.5, 0.25},
		{"camera moved forward", sim.Light{CameraX: width / 4}, 0, 0, 0, 0.5, 0.75},
		{"camera moved left", sim.Light{CameraY: width / 4}, 0, 0, 0, 0.75, 0.5},
		{"camera turned left", sim.Light{CameraYaw: math.Pi / 2}, 0, width / 4, 0, 0.5, 0.25},
	} {
		camera := NewCamera(s, c.light)
		u, v := camera.Project(c.x, c.y, c.z)
		if math.Abs(u-c.u) > 1e-9 || math.Abs(v-c.v) > 1e-9 {
			t.Errorf("%s: (%.6f, %.6f), want (%g, %g)", c.name, u, v, c.u, c.v)
		}
	}
}

func TestWholeTableIsSeen(t *testing.T) {
	camera := NewCamera(tabletop(t), sim.Light{})
	for _, x := range []float64{-0.3, 0.3} {
		for _, y := range []float64{-0.3, 0.3} {
			u, v := camera.Project(x, y, 0)
			if min(u, v, 1-u, 1-v) < 0 || min(u, 1-u) > 0.05 {
				t.Errorf("the corner (%g, %g) is seen at (%.3f, %.3f), want just inside the image", x, y, u, v)
			}
		}
	}
}

func TestUnprojectTurnsProjectAround(t *testing.T) {
	camera := NewCamera(tabletop(t), sim.Light{CameraYaw: 0.05, CameraX: 0.01, CameraY: -0.02})
	for _, p := range [][2]float64{{0, 0}, {0.2, -0.1}, {-0.26, 0.26}} {
		u, v := camera.Project(p[0], p[1], 0)
		if x, y := camera.Unproject(u, v); math.Hypot(x-p[0], y-p[1]) > 1e-12 {
			t.Errorf("%v came back as (%g, %g)", p, x, y)
		}
	}
}

func TestPointsBehindTheCameraHaveNoPlace(t *testing.T) {
	camera := NewCamera(tabletop(t), sim.Light{})
	if u, v := camera.Project(0, 0, 5); !math.IsNaN(u) || !math.IsNaN(v) {
		t.Errorf("(%g, %g), want NaN", u, v)
	}
}
