package classic

import (
	"math"
	"strings"
	"testing"
	"time"

	"hyt/gazebo/sdf/stage"
	"hyt/gazebo/sim"
)

func newTestHand(t *testing.T, start sim.Arm) *hand {
	t.Helper()
	st, err := stage.Load("tabletop")
	if err != nil {
		t.Fatal(err)
	}
	q := [stage.NumJoints]float64{start.X, start.Y, start.Z, start.Yaw, start.Gripper * 0.04, start.Gripper * 0.04}
	return newHand(&st.Arm, q, sim.Scene{Arm: start})
}

// follow drives the hand as if Gazebo did exactly what it is asked for.
func follow(h *hand, cmd sim.Command, holding bool, steps int) sim.Arm {
	var now sim.Arm
	for range steps {
		now = sim.Arm{Pose: sim.Pose{X: h.at[0], Y: h.at[1], Z: h.at[2], Yaw: h.at[3]}, Gripper: max(0, h.opening/h.fullOpening())}
		h.drive(cmd, now, holding, FramePeriod)
	}
	return now
}

func TestHandGoesAtTheSpeedThatIsAskedFor(t *testing.T) {
	h := newTestHand(t, sim.Arm{Pose: sim.Pose{Z: 0.1}})
	arm := follow(h, sim.Command{Linear: [3]float64{0.1, 0, 0}}, false, 51)
	if math.Abs(arm.X-0.1*(1-0.03)) > 0.001 {
		t.Errorf("after a second at 0.1 m/s, with a lag of 0.03 s, x = %.4f", arm.X)
	}
	arm = follow(h, sim.Command{Linear: [3]float64{9, 0, 0}}, false, 200)
	if arm.X != 0.26 {
		t.Errorf("it goes to x = %g, over the limit of 0.26", arm.X)
	}
}

func TestAHandThatIsHeldBackIsNotAskedFarAhead(t *testing.T) {
	h := newTestHand(t, sim.Arm{Pose: sim.Pose{Z: 0.1}})
	stuck := sim.Arm{Pose: sim.Pose{Z: 0.1}}
	var last []servo
	for range 100 {
		last = h.drive(sim.Command{Linear: [3]float64{0.2, 0, 0}}, stuck, false, FramePeriod)
	}
	for k, j := range h.order {
		if force := last[k].velocity * last[k].damping; j == stage.X && (force < 50 || force > 400) {
			t.Errorf("it presses with %.0f N", force)
		}
	}
	if h.at[0] > leadLinear+0.2*FramePeriod.Seconds()+1e-9 {
		t.Errorf("it is asked to be %.3f m ahead", h.at[0])
	}
}

func TestFingersKeepWhatTheyHold(t *testing.T) {
	h := newTestHand(t, sim.Arm{Pose: sim.Pose{Z: 0.1}, Gripper: 0.5})
	now := sim.Arm{Pose: sim.Pose{Z: 0.1}, Gripper: 0.5}
	for range 20 {
		h.drive(sim.Command{Gripper: 0}, now, true, FramePeriod)
	}
	if !h.squeezing(0.02) || h.opening < 0.02-squeeze-1e-9 {
		t.Errorf("fingers that close on a thing 4 cm wide are asked to be %.4f m from the middle", h.opening)
	}
	h.drive(sim.Command{Gripper: 0.55}, now, true, FramePeriod)
	if !h.squeezing(0.02) {
		t.Error("a trembling command opens them")
	}
	for range 20 {
		h.drive(sim.Command{Gripper: 0.8}, now, true, FramePeriod)
	}
	if h.squeezing(0.02) {
		t.Error("asked to open wide, they still squeeze")
	}
}

func TestBadCommandsAreRefused(t *testing.T) {
	for _, c := range []struct {
		cmd sim.Command
		dt  time.Duration
		say string
	}{
		{sim.Command{Linear: [3]float64{math.NaN()}}, PhysicsStep, "must be finite"},
		{sim.Command{YawRate: math.Inf(1)}, PhysicsStep, "must be finite"},
		{sim.Command{}, 3 * time.Millisecond, "a multiple of 2ms"},
		{sim.Command{}, -PhysicsStep, "a multiple of 2ms"},
	} {
		if err := checkCommand(c.cmd, c.dt); err == nil || !strings.Contains(err.Error(), c.say) {
			t.Errorf("%+v for %v: %v", c.cmd, c.dt, err)
		}
	}
}
