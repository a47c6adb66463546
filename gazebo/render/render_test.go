package render

import (
	"bytes"
	"fmt"
	"math"
	"testing"

	"hyt/gazebo/sdf"
	"hyt/gazebo/sim"
)

// away is an arm that hides nothing of the middle.
var away = sim.Arm{Pose: sim.Pose{X: -0.25, Y: -0.25, Z: 0.02}}

func object(color, shape string, x, y, z float64) sim.Object {
	return sim.Object{Name: color + "_" + shape, Color: color, Shape: shape, Pose: sim.Pose{X: x, Y: y, Z: z}}
}

func draw(t testing.TB, side int, light sim.Light, arm sim.Arm, objects ...sim.Object) (*Renderer, sim.Frame) {
	t.Helper()
	r, err := New(tabletop(t), side, side)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.SetScene(sim.Scene{Objects: objects, Light: light}); err != nil {
		t.Fatal(err)
	}
	return r, r.Draw(sim.State{Arm: arm, Objects: objects})
}

// seen is the colour at the place where a point of the world is seen, 0..1.
func seen(r *Renderer, f sim.Frame, x, y, z float64) [3]float64 {
	u, v := r.camera.Project(x, y, z)
	at := (int(v*float64(f.Height))*f.Width + int(u*float64(f.Width))) * 3
	return [3]float64{float64(f.RGB[at]) / 255, float64(f.RGB[at+1]) / 255, float64(f.RGB[at+2]) / 255}
}

func isColor(got [3]float64, want sdf.Color, tolerance float64) bool {
	for i := range got {
		if math.Abs(got[i]-want[i]) > tolerance {
			return false
		}
	}
	return true
}

func TestTopsHaveTheirColors(t *testing.T) {
	stage := tabletop(t)
	for _, paint := range stage.Paints {
		for _, side := range []int{64, 256} {
			r, f := draw(t, side, sim.Light{}, away,
				object(paint.Name, "cube", 0.1, 0.1, 0.0225), object(paint.Name, "bar", -0.1, 0.1, 0.02))
			for _, o := range []struct{ x, y, z float64 }{{0.1, 0.1, 0.045}, {-0.1, 0.1, 0.04}} {
				if got := seen(r, f, o.x, o.y, o.z); !isColor(got, paint.Diffuse, 0.03) {
					t.Errorf("%s at %d px: %.2f, want %.2f", paint.Name, side, got, paint.Diffuse)
				}
			}
		}
	}
}

func TestShapesDifferWhereTheyShould(t *testing.T) {
	r, f := draw(t, 256, sim.Light{}, away,
		object("blue", "cube", 0, 0, 0.0225), object("blue", "cylinder", 0, 0.12, 0.0225),
		object("blue", "ball", 0, -0.12, 0.0225), object("blue", "bar", 0.15, 0, 0.02))
	blue := func(x, y, z float64) bool {
		c := seen(r, f, x, y, z)
		return c[2] > 2*c[0] && c[2] > 0.3
	}
	const corner = 0.019
	if !blue(corner, corner, 0.045) {
		t.Error("the cube has no corner")
	}
	if blue(-corner, 0.12+corner, 0.045) {
		t.Error("the cylinder has a corner")
	}
	if !blue(0.15+0.04, 0, 0.04) || blue(0.15, 0.03, 0.04) {
		t.Error("the bar is not long along x")
	}
	if c := seen(r, f, 0, 0.12, 0.045); c[2] > 0.2 {
		t.Errorf("the cylinder's mark is %.2f, want it dark", c)
	}
	// The ball's highlight is towards the lamp, which is back and to the right.
	if lit := seen(r, f, -0.007, -0.126, 0.04); lit[0] < 0.6 {
		t.Errorf("the ball's highlight is %.2f, want it whitish", lit)
	}
	if dark := seen(r, f, 0.015, -0.108, 0.035); dark[2] > 0.8 {
		t.Errorf("the ball's far side is %.2f, want it darker", dark)
	}
}

func TestZonesAreTinted(t *testing.T) {
	r, f := draw(t, 64, sim.Light{}, away)
	left, middle, right := seen(r, f, 0, 0.24, 0), seen(r, f, 0, 0, 0), seen(r, f, 0, -0.24, 0)
	if left[2]-left[0] < 0.1 || right[0]-right[2] < 0.05 || math.Abs(middle[0]-middle[2]) > 0.08 {
		t.Errorf("left %.2f, middle %.2f, right %.2f", left, middle, right)
	}
	for _, y := range []float64{0.17, -0.17} {
		if got := seen(r, f, 0, y, 0); got != middle {
			t.Errorf("y = %g is %.2f, want bare table %.2f", y, got, middle)
		}
	}
}

func TestNearerHidesFarther(t *testing.T) {
	red, green := object("red", "cube", 0, 0, 0.0225), object("green", "cube", 0, 0, 0.0675)
	for _, order := range [][]sim.Object{{red, green}, {green, red}} {
		r, f := draw(t, 64, sim.Light{}, away, order...)
		if c := seen(r, f, 0, 0, 0.09); c[1] < 2*c[0] {
			t.Errorf("%s first: the top is %.2f, want green", order[0].Name, c)
		}
	}
}

func TestOpenHandDoesNotHideWhatItHolds(t *testing.T) {
	hand := sim.Arm{Pose: sim.Pose{Z: 0.02}, Gripper: 0.56}
	r, f := draw(t, 64, sim.Light{}, hand, object("red", "cube", 0, 0, 0.0225))
	for _, x := range []float64{-0.016, 0, 0.016} {
		if c := seen(r, f, x, 0, 0.045); c[0] < 1.5*c[1] {
			t.Errorf("x = %g: %.2f, want red to be seen", x, c)
		}
	}
	pad := tabletop(t).Arm.Pad
	if c := seen(r, f, 0.02, 0.56*0.04+pad[1]/2, 0.02+pad[2]); c[0]+c[1]+c[2] > 1.2 {
		t.Errorf("the left finger is %.2f, want it dark", c)
	}
}

func TestShadowsFallOnTheTableAwayFromTheLampWhereTheWorldHasThem(t *testing.T) {
	cube := object("red", "cube", 0, 0, 0.1)
	for _, shadows := range []bool{false, true} {
		stage := tabletop(t)
		stage.World.Scene.Shadows = shadows
		r, err := New(stage, 64, 64)
		if err != nil {
			t.Fatal(err)
		}
		if err := r.SetScene(sim.Scene{Objects: []sim.Object{cube}}); err != nil {
			t.Fatal(err)
		}
		f := r.Draw(sim.State{Arm: away, Objects: []sim.Object{cube}})
		bare, shadow := seen(r, f, 0.15, 0.15, 0), seen(r, f, 0.035, 0.025, 0)
		if dark := shadow[1] < 0.8*bare[1]; dark != shadows {
			t.Errorf("shadows %v: %.2f where one would fall, %.2f elsewhere", shadows, shadow, bare)
		}
	}
}

func TestLightChangesTheImage(t *testing.T) {
	o := object("green", "cube", 0.1, 0.05, 0.0225)
	r, f := draw(t, 64, sim.Light{}, away, o)
	bright := seen(r, f, 0, 0, 0)
	r, f = draw(t, 64, sim.Light{Brightness: 0.6}, away, o)
	dim := seen(r, f, 0, 0, 0)
	for i := range dim {
		if math.Abs(dim[i]-0.6*bright[i]) > 0.01 {
			t.Errorf("at 0.6 of the light: %.2f, want 0.6 of %.2f", dim, bright)
			break
		}
	}
	r, f = draw(t, 64, sim.Light{CameraYaw: 0.05, CameraX: 0.01}, away, o)
	if c := seen(r, f, 0.1, 0.05, 0.045); c[1] < 2*c[0] {
		t.Errorf("the moved camera sees %.2f where it should see green", c)
	}
}

// A frame drawn after others must be the frame drawn first: what moved away
// leaves nothing behind.
func TestFramesLeaveNoTraces(t *testing.T) {
	o := []sim.Object{object("red", "ball", 0.1, 0, 0.0225), object("blue", "bar", -0.1, 0, 0.02)}
	r, first := draw(t, 64, sim.Light{}, away, o...)
	want := bytes.Clone(first.RGB)
	for i := range 20 {
		moved := []sim.Object{object("red", "ball", 0.02*float64(i), 0.2, 0.1), object("blue", "bar", -0.1, 0.02*float64(i)-0.2, 0.05)}
		r.Draw(sim.State{Arm: sim.Arm{Pose: sim.Pose{X: 0.02 * float64(i-10), Z: 0.2}, Gripper: 1}, Objects: moved})
	}
	if again := r.Draw(sim.State{Arm: away, Objects: o}); !bytes.Equal(again.RGB, want) {
		t.Error("the same state gave another picture")
	}
}

func TestAnythingAnywhereIsDrawnWithoutPanic(t *testing.T) {
	for _, at := range []float64{-10, -0.32, 0.32, 1.15, 1.2, 1.25, 10, math.NaN(), math.Inf(1)} {
		o := []sim.Object{object("red", "ball", at, 0, at), object("blue", "cylinder", 0, at, at), object("green", "bar", at, at, 0)}
		draw(t, 64, sim.Light{}, sim.Arm{Pose: sim.Pose{X: at, Z: at}, Gripper: 1}, o...)
	}
}

func TestRefusesBadSizes(t *testing.T) {
	for _, side := range []int{0, -1, 100000} {
		if _, err := New(tabletop(t), side, 64); err == nil {
			t.Errorf("%d px wide: no error", side)
		}
	}
}

func BenchmarkDraw(b *testing.B) {
	for _, side := range []int{64, 128, 256} {
		b.Run(fmt.Sprintf("%dpx", side), func(b *testing.B) {
			o := []sim.Object{
				object("red", "cube", 0.1, 0.1, 0.0225), object("blue", "ball", 0.1, -0.1, 0.0225),
				object("green", "bar", -0.1, 0.1, 0.02), object("yellow", "cylinder", -0.1, -0.1, 0.0225),
				object("purple", "cylinder", 0, 0, 0.0225), object("orange", "ball", 0.2, 0, 0.0225),
			}
			r, _ := draw(b, side, sim.Light{}, away, o...)
			state := sim.State{Arm: sim.Arm{Gripper: 1}, Objects: o}
			state.Arm.Z = 0.1
			i := 0
			b.ReportAllocs()
			for b.Loop() {
				i++
				state.Arm.X = 0.2 * math.Sin(float64(i)/50)
				r.Draw(state)
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "frames/s")
		})
	}
}

func TestFramesAllocateNothing(t *testing.T) {
	o := []sim.Object{object("red", "ball", 0.1, 0, 0.0225), object("blue", "cylinder", -0.1, 0, 0.0225)}
	r, _ := draw(t, 64, sim.Light{}, away, o...)
	state := sim.State{Arm: away, Objects: o}
	if n := testing.AllocsPerRun(50, func() { r.Draw(state) }); n > 0 {
		t.Errorf("%g allocations a frame", n)
	}
}
