package embedded

import (
	"math"
	"testing"
	"time"

	"hyt/gazebo/sim"
)

// newSim is a simulator with these objects on the table.
func newSim(t testing.TB, arm sim.Arm, objects ...sim.Object) *Sim {
	t.Helper()
	s, err := New("tabletop")
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Reset(t.Context(), sim.Scene{Arm: arm, Objects: objects}); err != nil {
		t.Fatal(err)
	}
	return s
}

func at(x, y, z float64) sim.Arm { return sim.Arm{Pose: sim.Pose{X: x, Y: y, Z: z}} }

func open(a sim.Arm) sim.Arm {
	a.Gripper = 1
	return a
}

func thing(color, shape string, x, y float64) sim.Object {
	return sim.Object{Name: color + "_" + shape, Color: color, Shape: shape, Pose: sim.Pose{X: x, Y: y}}
}

// standing puts a thing at a height of its centre.
func standing(o sim.Object, z float64) sim.Object {
	o.Pose.Z = z
	return o
}

// drives holds a velocity for a time.
func drives(t testing.TB, s *Sim, vx, vy, vz, gripper float64, d time.Duration) {
	t.Helper()
	if err := s.Step(sim.Command{Linear: [3]float64{vx, vy, vz}, Gripper: gripper}, d); err != nil {
		t.Fatal(err)
	}
}

// goes moves the arm straight to a place and stops there.
func goes(t testing.TB, s *Sim, x, y, z, gripper float64) {
	t.Helper()
	for range 150 {
		p := s.State().Arm
		drives(t, s, 8*(x-p.X), 8*(y-p.Y), 8*(z-p.Z), gripper, 20*time.Millisecond)
	}
}

func near(t testing.TB, what string, got, want, tolerance float64) {
	t.Helper()
	if math.Abs(got-want) > tolerance || math.IsNaN(got) {
		t.Errorf("%s: %.5f, want %.5f ± %g", what, got, want, tolerance)
	}
}
