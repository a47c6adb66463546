package embedded

import (
	"math"
	"testing"
	"time"

	"github.com/jakecoffman/cp/v2"

	"hyt/gazebo/sim"
)

func TestClosedFingersPushObjectsAhead(t *testing.T) {
	for _, shape := range []string{"cube", "bar", "cylinder", "ball"} {
		s := newSim(t, at(0, -0.1, 0.015), thing("red", shape, 0, 0))
		drives(t, s, 0, 0.2, 0, 0, time.Second)
		got, arm := s.State().Objects[0], s.State().Arm
		reach := s.stage.Arm.Pad[1] + got.Size[1]/2
		near(t, shape+": y before the fingers", got.Pose.Y, arm.Y+reach, 0.003)
		near(t, shape+": x", got.Pose.X, 0, 0.004)
		if !s.State().Touched[0] {
			t.Errorf("%s is pushed but not touched", shape)
		}
	}
}

func TestNoContactsAreSoughtBetweenTheFingers(t *testing.T) {
	s := newSim(t, at(0, 0, 0.1), thing("red", "cube", 0, 0))
	var left, right *cp.Shape
	s.hand.fingers[0].body.EachShape(func(shape *cp.Shape) { left = shape })
	s.hand.fingers[1].body.EachShape(func(shape *cp.Shape) { right = shape })
	if !left.Filter.Reject(right.Filter) {
		t.Error("the library compares them, and logs that it takes long where they are closed")
	}
	if left.Filter.Reject(s.objects[0].planar.Filter) {
		t.Error("a finger passes through things")
	}
}

func TestPushesGoWhereTheArmGoes(t *testing.T) {
	for _, c := range []struct{ x, y float64 }{{0, 1}, {0, -1}, {1, 0}, {-1, 0}} {
		s := newSim(t, at(-0.08*c.x, -0.08*c.y, 0.015), thing("red", "cube", 0, 0))
		drives(t, s, 0.15*c.x, 0.15*c.y, 0, 0, time.Second)
		p := s.State().Objects[0].Pose
		if along := p.X*c.x + p.Y*c.y; along < 0.05 {
			t.Errorf("pushed towards (%g, %g): went %.3f m that way", c.x, c.y, along)
		}
	}
}

func TestObjectsPushObjects(t *testing.T) {
	s := newSim(t, at(0, -0.15, 0.015), thing("red", "cube", 0, -0.08), thing("blue", "cube", 0, 0))
	drives(t, s, 0, 0.15, 0, 0, 1200*time.Millisecond)
	red, blue := s.State().Objects[0].Pose, s.State().Objects[1].Pose
	if blue.Y < 0.05 {
		t.Errorf("the second cube went to y = %.3f, want it pushed on", blue.Y)
	}
	near(t, "gap between centres", blue.Y-red.Y, 0.045, 0.002)
	if touched := s.State().Touched; !touched[0] || touched[1] {
		t.Errorf("touched %v, want the first only", touched)
	}
}

func TestFrictionStopsObjects(t *testing.T) {
	s := newSim(t, at(0, -0.1, 0.015), thing("red", "cylinder", 0, 0))
	drives(t, s, 0, 0.25, 0, 0, 700*time.Millisecond)
	drives(t, s, 0, -0.2, 0, 0, 300*time.Millisecond)
	before := s.State().Objects[0].Pose
	drives(t, s, 0, 0, 0, 0, time.Second)
	if after := s.State().Objects[0].Pose; after != before {
		t.Errorf("it still slides after 0.3 s: from %v to %v", before, after)
	}
}

func TestHandPassesAboveObjects(t *testing.T) {
	s := newSim(t, at(0, -0.1, 0.05), thing("red", "cube", 0, 0))
	before := s.State().Objects[0].Pose
	drives(t, s, 0, 0.25, 0, 0, 800*time.Millisecond)
	if after := s.State().Objects[0].Pose; after != before {
		t.Errorf("the cube moved from %v to %v", before, after)
	}
}

func TestHandStopsOnTopAndTouches(t *testing.T) {
	for _, c := range []struct {
		shape string
		top   float64
	}{{"cube", 0.045}, {"bar", 0.04}, {"cylinder", 0.045}, {"ball", 0.045}} {
		s := newSim(t, at(0, 0, 0.1), thing("red", c.shape, 0, 0))
		if s.State().Touched[0] {
			t.Errorf("%s: touched from 5 cm above", c.shape)
		}
		drives(t, s, 0, 0, -0.2, 0, time.Second)
		near(t, c.shape+": height of the fingertips", s.State().Arm.Z, c.top, 1e-6)
		if !s.State().Touched[0] {
			t.Errorf("%s: not touched from above", c.shape)
		}
		drives(t, s, 0, 0, 0.1, 0, 100*time.Millisecond)
		if s.State().Touched[0] {
			t.Errorf("%s: still touched at z = %.4f", c.shape, s.State().Arm.Z)
		}
	}
}

func TestHandStopsAboveWhatIsBelowItAndIsNotHeldThere(t *testing.T) {
	const top = 0.045
	for name, c := range map[string]struct{ from, speed, want float64 }{
		"down onto it":                        {0.0455, -0.1, top},
		"down, and already lower":             {0.03, -0.1, 0.03},
		"up, from beside it and still lower":  {0.03, 0.1, 0.031},
		"up, from beside it and then above":   {0.0445, 0.1, 0.0455},
		"still, where it came in from a side": {0.03, 0, 0.03},
	} {
		h := newSim(t, at(0, 0, 0.1)).hand
		h.pose.Z, h.v.Linear[2] = c.from, c.speed
		h.move(top, 0.01)
		near(t, name, h.pose.Z, c.want, 1e-9)
	}
}

func TestRimKeepsObjectsOnTheTable(t *testing.T) {
	for _, c := range []struct{ x, y float64 }{{1, 0}, {-1, 0}, {0, 1}, {0, -1}} {
		for _, shape := range []string{"cube", "ball", "bar"} {
			s := newSim(t, at(0.1*c.x, 0.1*c.y, 0.015), thing("red", shape, 0.18*c.x, 0.18*c.y))
			drives(t, s, 0.3*c.x, 0.3*c.y, 0, 0, 2*time.Second)
			p := s.State().Objects[0].Pose
			if math.Abs(p.X) > 0.3 || math.Abs(p.Y) > 0.3 {
				t.Errorf("%s pushed towards (%g, %g) ended at %v", shape, c.x, c.y, p)
			}
		}
	}
}

// A thing between hand and rim must not be squeezed flat, nor shot away.
func TestHandStallsWhenTheRimHoldsAgainst(t *testing.T) {
	s := newSim(t, at(0.1, 0, 0.015), thing("red", "cube", 0.18, 0))
	drives(t, s, 0.3, 0, 0, 0, 2*time.Second)
	st := s.State()
	front := st.Arm.X + s.stage.Arm.Pad[0]/2
	near(t, "front of the fingers against the cube", front, st.Objects[0].Pose.X-0.0225, 0.004)
	drives(t, s, -0.2, 0, 0, 0, 500*time.Millisecond)
	if x := s.State().Arm.X; x > st.Arm.X-0.07 {
		t.Errorf("the hand got from x = %.3f to %.3f only: it is stuck", st.Arm.X, x)
	}
	near(t, "x of the cube let be", s.State().Objects[0].Pose.X, st.Objects[0].Pose.X, 0.003)
}

func TestOverlappingThingsComeApart(t *testing.T) {
	s := newSim(t, at(-0.2, 0, 0.2), thing("red", "cube", 0, 0), thing("blue", "cube", 0.03, 0))
	drives(t, s, 0, 0, 0, 0, 2*time.Second)
	a, b := s.State().Objects[0].Pose, s.State().Objects[1].Pose
	near(t, "distance", math.Hypot(a.X-b.X, a.Y-b.Y), 0.045, 0.001)
}

func TestFootprintDistances(t *testing.T) {
	box := func(x, y, yaw, hx, hy float64) footprint {
		sin, cos := math.Sincos(yaw)
		return footprint{x: x, y: y, sin: sin, cos: cos, hx: hx, hy: hy}
	}
	disc := func(x, y, r float64) footprint { return footprint{x: x, y: y, cos: 1, hx: r, hy: r, round: true} }
	for _, c := range []struct {
		name string
		a, b footprint
		want float64
	}{
		{"boxes side by side", box(0, 0, 0, 1, 1), box(3, 0, 0, 1, 1), 1},
		{"boxes corner to corner", box(0, 0, 0, 1, 1), box(5, 6, 0, 1, 1), 5},
		{"a turned box before a face", box(0, 0, 0, 1, 1), box(3, 0, math.Pi/4, 1, 1), 2 - math.Sqrt2},
		{"a corner in a box", box(0, 0, 0, 1, 1), box(2, 0, math.Pi/4, 1, 1), 0},
		{"a bar through a box", box(0, 0, 0, 1, 1), box(0, 0, 0.3, 9, 0.1), 0},
		{"discs", disc(0, 0, 1), disc(3, 4, 1), 3},
		{"disc beside a box", disc(0, 0, 1), box(5, 0, 0, 1, 3), 3},
		{"disc inside a box", disc(0, 0, 0.1), box(0, 0, 1, 1, 1), 0},
	} {
		if got := distance(&c.a, &c.b); math.Abs(got-c.want) > 1e-12 {
			t.Errorf("%s: %g, want %g", c.name, got, c.want)
		}
		if got := distance(&c.b, &c.a); math.Abs(got-c.want) > 1e-12 {
			t.Errorf("%s, other way: %g, want %g", c.name, got, c.want)
		}
	}
}

var _ sim.Sim = (*Sim)(nil)
