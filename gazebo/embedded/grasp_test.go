package embedded

import (
	"math"
	"testing"
	"time"

	"hyt/gazebo/sim"
	"hyt/gazebo/sim/actuator"
)

func TestPicksUpAndPutsDownOnTop(t *testing.T) {
	for _, shape := range []string{"cube", "bar", "cylinder", "ball"} {
		for _, support := range []string{"cube", "cylinder"} {
			t.Run(shape+" on "+support, func(t *testing.T) {
				s := newSim(t, open(at(0.1, 0, 0.12)), thing("red", shape, 0.1, 0), thing("blue", support, -0.1, 0))
				half := s.State().Objects[0].Size[2] / 2
				goes(t, s, 0.1, 0, 0.015, 1)
				drives(t, s, 0, 0, 0, 0, 600*time.Millisecond)
				if !s.State().Objects[0].Held {
					t.Fatalf("not held: %+v", s.State())
				}
				goes(t, s, 0.1, 0, 0.12, 0)
				near(t, "height in the hand", s.State().Objects[0].Pose.Z, half+0.105, 0.002)
				goes(t, s, -0.1, 0, 0.12, 0)
				goes(t, s, -0.1, 0, 0.08, 0)
				drives(t, s, 0, 0, 0, 1, 300*time.Millisecond)
				goes(t, s, -0.1, 0, 0.2, 1)
				o := s.State().Objects[0]
				if o.Held {
					t.Error("still held by open fingers")
				}
				near(t, "height on top", o.Pose.Z, 0.045+half, 1e-9)
				near(t, "x on top", o.Pose.X, -0.1, 0.004)
				near(t, "x of the support", s.State().Objects[1].Pose.X, -0.1, 1e-9)
			})
		}
	}
}

func TestHeldThingStopsOnWhatIsBelow(t *testing.T) {
	s := newSim(t, open(at(0, 0, 0.015)), thing("red", "cube", 0, 0), thing("blue", "cube", 0.15, 0))
	drives(t, s, 0, 0, 0, 0, 600*time.Millisecond)
	goes(t, s, 0, 0, 0.1, 0)
	goes(t, s, 0.15, 0, 0.1, 0)
	drives(t, s, 0, 0, -0.2, 0, time.Second)
	near(t, "bottom of the held cube", s.State().Objects[0].Pose.Z-0.0225, 0.045, 1e-6)
}

func TestHeldThingTurnsWithTheHand(t *testing.T) {
	s := newSim(t, open(at(0, 0, 0.015)), thing("red", "bar", 0, 0))
	drives(t, s, 0, 0, 0, 0, 600*time.Millisecond)
	goes(t, s, 0, 0, 0.1, 0)
	for range 20 {
		if err := s.Step(sim.Command{YawRate: 1}, 50*time.Millisecond); err != nil {
			t.Fatal(err)
		}
	}
	if s.State().Arm.Yaw < 0.9 {
		t.Fatalf("the hand turned by %.3f rad only", s.State().Arm.Yaw)
	}
	near(t, "yaw of the bar", s.State().Objects[0].Pose.Yaw, s.State().Arm.Yaw, 1e-6)
}

func TestHoldsAThingUntilAskedToOpenWider(t *testing.T) {
	s := newSim(t, open(at(0, 0, 0.015)), thing("red", "cube", 0, 0))
	drives(t, s, 0, 0, 0, 0, 600*time.Millisecond)
	opening := s.State().Arm.Gripper
	near(t, "opening round a cube", opening, 0.045/0.08, 0.05)
	drives(t, s, 0, 0, 0, opening+0.5*actuator.LetGo, 200*time.Millisecond)
	if !s.State().Objects[0].Held {
		t.Error("a trembling command dropped it")
	}
	drives(t, s, 0, 0, 0, opening+2*actuator.LetGo, 200*time.Millisecond)
	if s.State().Objects[0].Held {
		t.Error("opened, but still held")
	}
}

func TestDoesNotGrasp(t *testing.T) {
	for _, c := range []struct {
		name string
		arm  sim.Arm
		o    sim.Object
	}{
		{"with the fingertips too high", open(at(0, 0, 0.04)), thing("red", "cube", 0, 0)},
		{"what is beside the fingers", open(at(0, 0, 0.015)), thing("red", "cube", 0.06, 0)},
		{"what is too wide", open(at(0, 0, 0.045)), sim.Object{Name: "b", Color: "red", Shape: "bar", Pose: sim.Pose{Yaw: math.Pi / 2}}},
	} {
		s := newSim(t, c.arm, c.o)
		drives(t, s, 0, 0, 0, 0, 600*time.Millisecond)
		if s.State().Objects[0].Held {
			t.Errorf("grasped %s", c.name)
		}
	}
}

func TestStackedThingRidesAndFalls(t *testing.T) {
	stack := func() *Sim {
		return newSim(t, at(0, -0.1, 0.015), thing("blue", "cube", 0, 0), standing(thing("red", "cube", 0, 0), 0.0675))
	}
	s := stack()
	near(t, "height of the upper cube", s.State().Objects[1].Pose.Z, 0.0675, 1e-12)
	drives(t, s, 0, 0.1, 0, 0, 1500*time.Millisecond)
	st := s.State()
	if st.Objects[0].Pose.Y < 0.05 {
		t.Fatalf("the lower cube went to y = %.3f only", st.Objects[0].Pose.Y)
	}
	near(t, "upper cube rides", st.Objects[1].Pose.Y, st.Objects[0].Pose.Y, 0.01)
	near(t, "height while riding", st.Objects[1].Pose.Z, 0.0675, 1e-9)

	// Gone from under its centre, it falls and is pushed clear.
	s = stack()
	s.objects[0].body.SetPosition(vector(0, 0.03))
	s.settle()
	near(t, "height after the support has gone", s.State().Objects[1].Pose.Z, 0.0225, 1e-12)
	drives(t, s, 0, 0, 0, 0, 2*time.Second)
	near(t, "distance after falling", math.Abs(s.State().Objects[0].Pose.Y-s.State().Objects[1].Pose.Y), 0.045, 0.001)
}

func TestLiftedSupportTakesWhatStandsOnIt(t *testing.T) {
	s := newSim(t, open(at(0, 0, 0.015)), thing("blue", "cube", 0, 0), standing(thing("red", "bar", 0, 0), 0.065))
	drives(t, s, 0, 0, 0, 0, 600*time.Millisecond)
	if !s.State().Objects[0].Held {
		t.Fatal("the lower cube is not held")
	}
	goes(t, s, 0, 0, 0.1, 0)
	near(t, "height of the bar on top", s.State().Objects[1].Pose.Z, s.State().Objects[0].Pose.Z+0.0225+0.02, 1e-9)
}

func TestNothingStandsOnABall(t *testing.T) {
	s := newSim(t, at(0.2, 0, 0.2), thing("blue", "ball", 0, 0), standing(thing("red", "cube", 0, 0.01), 0.0675))
	near(t, "height of the cube", s.State().Objects[1].Pose.Z, 0.0225, 1e-12)
}
