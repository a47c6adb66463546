package embedded

import (
	"math"
	"testing"
	"time"

	"hyt/gazebo/sim"
)

// rest lets a scene settle for half a second.
func rest(t *testing.T, objects ...sim.Object) []sim.Object {
	t.Helper()
	s := newSim(t, at(0.2, 0.2, 0.2), objects...)
	drives(t, s, 0, 0, 0, 0, 500*time.Millisecond)
	return s.State().Objects
}

// level is a thing on the n-th level of a tower of cubes, off by x and y.
func level(n int, color, shape string, x, y float64) sim.Object {
	return standing(thing(color, shape, x, y), 0.0225+0.045*float64(n))
}

func TestThingsStandAsLongAsTheirCentreIsAboveTheSupport(t *testing.T) {
	for _, c := range []struct {
		shape, support string
		off            float64
		stands         bool
	}{
		{"cube", "cube", 0.021, true},
		{"cube", "cube", 0.024, false},
		{"cylinder", "cube", 0.021, true},
		{"cylinder", "cube", 0.024, false},
		{"cube", "cylinder", 0.021, true},
		{"cube", "cylinder", 0.024, false},
		{"bar", "cube", 0.021, true},
		{"bar", "cube", 0.024, false},
		{"ball", "cube", 0.021, true},
		{"ball", "cube", 0.024, false},
	} {
		for _, way := range [][2]float64{{1, 0}, {-1, 0}, {0, 1}, {0, -1}} {
			o := rest(t, thing("blue", c.support, 0, 0), level(1, "red", c.shape, c.off*way[0], c.off*way[1]))
			top, base := o[1], o[0]
			if stands := top.Pose.Z > 0.06; stands != c.stands {
				t.Errorf("%s on %s, %.0f mm towards %v: stands %v, want %v", c.shape, c.support, 1000*c.off, way, stands, c.stands)
			}
			if math.Hypot(base.Pose.X, base.Pose.Y) > 0.001 {
				t.Errorf("%s on %s: the support went to %v", c.shape, c.support, base.Pose)
			}
			if c.stands {
				continue
			}
			down := (top.Pose.X*way[0] + top.Pose.Y*way[1])
			if down < 0.035 || top.Pose.Z > 0.0226 {
				t.Errorf("%s on %s, %.0f mm towards %v: fell to %v", c.shape, c.support, 1000*c.off, way, top.Pose)
			}
		}
	}
}

func TestWhatTopplesLiesOnItsSide(t *testing.T) {
	for _, c := range []struct {
		shape      string
		x, y       float64
		z          float64 // of the centre once it lies
		tilt       float64
		long, wide float64 // half extents along the way down and across it
	}{
		{"cube", 0.03, 0, 0.0225, math.Pi / 2, 0.0225, 0.0225},
		{"cylinder", 0, 0.03, 0.0225, math.Pi / 2, 0.0225, 0.0225},
		{"bar", 0, 0.03, 0.015, math.Pi / 2, 0.02, 0.045}, // over its long side
		{"bar", 0.03, 0, 0.02, 0, 0.045, 0.015},           // over its end: slides off
		{"ball", 0.03, 0, 0.0225, 0, 0.0225, 0.0225},
	} {
		o := rest(t, thing("blue", "cube", 0, 0), level(1, "red", c.shape, c.x, c.y))[1]
		near(t, c.shape+": height", o.Pose.Z, c.z, 1e-6)
		near(t, c.shape+": tilt", o.Tilt, c.tilt, 1e-6)
		near(t, c.shape+": way from the support", math.Hypot(o.Pose.X, o.Pose.Y), 0.0225+c.long, 0.0035)
	}
}

func TestTheWholeLoadCounts(t *testing.T) {
	// Each cube is 15 mm off the one below: any two stand, the third brings all
	// above the first to 22.5 mm.
	tower := func(step float64) []sim.Object {
		return rest(t, thing("blue", "cube", 0, 0), level(1, "red", "cube", step, 0),
			level(2, "green", "cube", 2*step, 0), level(3, "yellow", "cube", 3*step, 0))
	}
	if o := tower(0.010); o[3].Pose.Z < 0.15 {
		t.Errorf("steps of 10 mm: the highest is at %.3f, want it to stand at 0.1575", o[3].Pose.Z)
	}
	if o := tower(0.012); o[1].Pose.Z > 0.05 || o[3].Pose.Z > 0.11 {
		t.Errorf("steps of 12 mm: heights %.3f %.3f %.3f, want the tower to fall", o[1].Pose.Z, o[2].Pose.Z, o[3].Pose.Z)
	}
}

func TestTwoThingsCarryABridge(t *testing.T) {
	o := rest(t, thing("blue", "cube", 0.05, 0), thing("green", "cube", -0.05, 0), level(1, "red", "bar", 0, 0))
	near(t, "height of the bar", o[2].Pose.Z, 0.045+0.02, 1e-6)
	o = rest(t, thing("blue", "cube", 0.05, 0), level(1, "red", "bar", 0, 0))
	if o[1].Pose.Z > 0.021 || o[1].Pose.X > 0 {
		t.Errorf("on one end only it went to %v", o[1].Pose)
	}
}

func TestWhatFellCanBePickedUpAgain(t *testing.T) {
	for _, shape := range []string{"cube", "cylinder", "bar"} {
		s := newSim(t, open(at(0.2, 0.2, 0.2)), thing("blue", "cube", 0, 0), level(1, "red", shape, 0, 0.03))
		o := s.State().Objects[1]
		if o.Tilt == 0 {
			t.Fatalf("%s: %+v did not topple", shape, o)
		}
		if err := s.Reset(t.Context(), sim.Scene{Objects: []sim.Object{o}, Arm: open(at(o.Pose.X, o.Pose.Y, 0.12))}); err != nil {
			t.Fatal(err)
		}
		near(t, shape+": tilt in a new scene", s.State().Objects[0].Tilt, math.Pi/2, 1e-9)
		goes(t, s, o.Pose.X, o.Pose.Y, 0.012, 1)
		drives(t, s, 0, 0, 0, 0, 600*time.Millisecond)
		goes(t, s, o.Pose.X, o.Pose.Y, 0.12, 0)
		if up := s.State().Objects[0]; !up.Held || up.Pose.Z < 0.1 || up.Tilt != o.Tilt {
			t.Errorf("%s: %+v, want it in the hand as it lay", shape, up)
		}
	}
}
