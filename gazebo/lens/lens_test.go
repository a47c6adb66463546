package lens

import (
	"math"
	"slices"
	"strings"
	"testing"

	"hyt/calib/camera"
	"hyt/calib/geom"
	"hyt/calib/view"
	"hyt/gazebo/render"
	"hyt/gazebo/sdf/stage"
	"hyt/gazebo/sim"
)

func tabletop(t *testing.T) *stage.Stage {
	t.Helper()
	s, err := stage.Load("tabletop")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// bent is a camera that looks at the table from aside, through a lens.
var bent = camera.Camera{Name: "bent", Width: 320, Height: 240, Model: camera.PlumbBob, Fx: 300, Fy: 310, Cx: 150, Cy: 128, D: [8]float64{-0.25, 0.08, 0.001, -0.001, 0}}

// aside looks at the middle of the table from one side of it.
func aside() geom.Pose {
	at := geom.Vec{-0.5, 0.4, 0.8}
	z := at.Scale(-1 / at.Norm())
	x := z.Cross(geom.Vec{0, 0, 1})
	x = x.Scale(1 / x.Norm())
	return geom.Pose{R: geom.Columns(x, z.Cross(x), z), T: at}
}

// reddened is the middle of what became red from one picture to another.
func reddened(before, after []byte, width int) view.Point2 {
	var x, y, n float64
	redness := func(p []byte) int { return int(p[0]) - int(p[1]) }
	for i := range len(after) / 3 {
		if redness(after[3*i:])-redness(before[3*i:]) > 40 {
			x, y, n = x+float64(i%width), y+float64(i/width), n+1
		}
	}
	return view.Point2{X: x / n, Y: y / n}
}

func TestThingsAreWhereTheCameraProjectsThem(t *testing.T) {
	eye, err := New(tabletop(t), bent, aside())
	if err != nil {
		t.Fatal(err)
	}
	for _, at := range [][2]float64{{0, 0}, {0.2, 0.15}, {-0.2, -0.1}, {0.15, -0.2}} {
		ball := sim.Object{Name: "ball", Color: "red", Shape: "ball", Pose: sim.Pose{X: at[0], Y: at[1], Z: 0.02}}
		draw := func(objects ...sim.Object) []byte {
			if err := eye.SetScene(sim.Scene{World: "tabletop", Objects: objects}); err != nil {
				t.Fatal(err)
			}
			f, err := eye.Draw(sim.State{Arm: sim.Arm{Pose: sim.Pose{X: -0.26, Y: -0.26, Z: 0.25}}, Objects: objects})
			if err != nil {
				t.Fatal(err)
			}
			return slices.Clone(f.RGB)
		}
		got := reddened(draw(), draw(ball), bent.Width)
		want, ok := bent.Project(aside().Inv().Apply(geom.Vec{at[0], at[1], 0.02}))
		if d := math.Hypot(got.X-want.X, got.Y-want.Y); !ok || !(d < 1) {
			t.Errorf("the ball at %v is seen at %v, the camera projects it to %v", at, got, want)
		}
	}
}

func TestTheWorldsOwnCameraIsKnown(t *testing.T) {
	s := tabletop(t)
	c, at := Overhead(s)
	eye, err := New(s, c, at)
	if err != nil {
		t.Fatal(err)
	}
	own, err := render.New(s, c.Width, c.Height)
	if err != nil {
		t.Fatal(err)
	}
	state := sim.State{Arm: sim.Arm{Pose: sim.Pose{X: 0.1, Z: 0.1}}}
	for _, r := range []interface{ SetScene(sim.Scene) error }{eye, own} {
		if err := r.SetScene(sim.Scene{World: "tabletop"}); err != nil {
			t.Fatal(err)
		}
	}
	got, err := eye.Draw(state)
	if err != nil {
		t.Fatal(err)
	}
	want := own.Draw(state)
	off := 0
	for i := range want.RGB {
		if d := int(want.RGB[i]) - int(got.RGB[i]); d < -2 || d > 2 {
			off++
		}
	}
	if off > len(want.RGB)/200 { // samples that lie on an edge
		t.Errorf("%d of %d values differ from the simulator's own picture", off, len(want.RGB))
	}
}

func TestCamerasThatCannotBeSimulatedAreRefused(t *testing.T) {
	s := tabletop(t)
	fish := camera.Camera{Name: "fish", Width: 640, Height: 640, Model: camera.Equidistant, Fx: 200, Fy: 200, Cx: 320, Cy: 320}
	wide := fish
	wide.Fx, wide.Fy = 400, 400
	for want, c := range map[string]camera.Camera{"no pinhole sees": fish, "are simulated": {Name: "w", Width: 640, Height: 480, Fx: 40, Fy: 40, Cx: 320, Cy: 240}, "must be positive": {Width: 4, Height: 4}} {
		if _, err := New(s, c, aside()); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
	if _, err := New(s, bent, geom.Pose{R: geom.Mat{{1, 0, 0}, {0, 1, 0}, {0, 0, -1}}}); err == nil || !strings.Contains(err.Error(), "left-handed") {
		t.Errorf("%v", err)
	}
	if _, err := New(s, wide, aside()); err != nil {
		t.Errorf("a fisheye that is not too wide: %v", err)
	}
}
