package classic

import (
	"fmt"
	"math"
	"time"

	"hyt/gazebo/sdf/stage"
	"hyt/gazebo/sim"
	"hyt/gazebo/sim/actuator"
)

// How the joints are driven. The gains on velocity bring a joint to its speed
// within 7 ms, whatever hangs on it; what is left of the way is made up for in a
// tenth of a second.
const (
	stiffness = 150 // 1/s: force for each kg and m/s
	catchUp   = 10  // 1/s
	// lead is how far a joint that is held back may be asked ahead of where it is:
	// that bounds its force.
	leadLinear = 0.008 // m
	leadYaw    = 0.15  // rad
	// squeeze is how far the fingers may be asked to close beyond the thing between
	// them, and grip the force for each metre of it: 15 N.
	squeeze = 0.015 // m
	grip    = 1000  // N/m
)

// What each joint moves, kg or kg m², from the masses in the world file.
var inertia = [stage.NumJoints]float64{5.9, 3.9, 1.9, 0.004, 0.2, 0.2}

// hand is the motion that is asked for. Gazebo has the one that is.
type hand struct {
	arm     *stage.Arm
	start   [stage.NumJoints]float64 // from where Gazebo counts
	names   []string                 // of the joints, as Gazebo knows them
	order   []int                    // in which they are told; the last one answers
	v       actuator.Velocity
	at      [4]float64 // x, y, z (m), yaw (rad)
	opening float64    // m from the middle to each finger's inner face
	noise   actuator.Noise
}

func newHand(arm *stage.Arm, start [stage.NumJoints]float64, scene sim.Scene) *hand {
	h := &hand{
		arm: arm, start: start, noise: actuator.NewNoise(scene.Seed, scene.ActuationNoise),
		opening: start[stage.LeftFinger],
		order:   []int{stage.LeftFinger, stage.RightFinger, stage.X, stage.Y, stage.Z, stage.Yaw},
	}
	copy(h.at[:], start[:4])
	for _, j := range h.order {
		h.names = append(h.names, arm.Model.Name+"::"+arm.Joints[j].Name)
	}
	return h
}

// drive plans the next dt and returns what to ask the joints for. now is where the
// arm is, holding whether something is between its fingers.
func (h *hand) drive(cmd sim.Command, now sim.Arm, holding bool, dt time.Duration) []servo {
	is := [4]float64{now.X, now.Y, now.Z, now.Yaw}
	lead := [4]float64{leadLinear, leadLinear, leadLinear, leadYaw}
	var limits [4]float64
	for i := range h.at {
		limits[i] = h.arm.Joints[i].Velocity
		h.at[i] = max(is[i]-lead[i], min(is[i]+lead[i], h.at[i]))
	}
	before := h.at
	for range dt / PhysicsStep {
		h.advance(cmd, limits)
	}
	var velocity [stage.NumJoints]float64
	for i := range h.at {
		velocity[i] = (h.at[i]-before[i])/dt.Seconds() + catchUp*(before[i]-is[i])
	}
	fingers := h.moveFingers(cmd.Gripper, now.Gripper*h.fullOpening(), holding, dt.Seconds())
	servos := make([]servo, len(h.order))
	for k, j := range h.order {
		servos[k] = servo{velocity: velocity[j], damping: stiffness * inertia[j]}
		if j == stage.LeftFinger || j == stage.RightFinger {
			servos[k] = servo{velocity: fingers, damping: stiffness * inertia[j], position: h.opening - h.start[j], hold: grip}
		}
	}
	return servos
}

// advance moves what is asked for by one physics step.
func (h *hand) advance(cmd sim.Command, limits [4]float64) {
	dt := PhysicsStep.Seconds()
	asked := actuator.Velocity{Linear: cmd.Linear, Yaw: cmd.YawRate}
	for i, d := range h.noise.Next(dt) {
		asked.Linear[i] += d
	}
	h.v.Follow(asked, limits, dt)
	speeds := [4]*float64{&h.v.Linear[0], &h.v.Linear[1], &h.v.Linear[2], &h.v.Yaw}
	for i, v := range speeds {
		want := h.at[i] + *v*dt
		h.at[i] = max(h.arm.Joints[i].Lower, min(h.arm.Joints[i].Upper, want))
		if h.at[i] != want {
			*v = 0
		}
	}
}

// moveFingers moves the opening that is asked for and returns its speed, m/s. is
// is the opening as it is, m.
func (h *hand) moveFingers(gripper, is float64, holding bool, dt float64) float64 {
	target := max(0, min(1, gripper)) * h.fullOpening()
	if holding && target <= is+actuator.LetGo*h.fullOpening() {
		target = 0
	}
	before := max(h.opening, is-squeeze)
	step := h.arm.Joints[stage.LeftFinger].Velocity * dt
	h.opening = max(is-squeeze, before+max(-step, min(step, target-before)))
	return (h.opening - before) / dt
}

func (h *hand) fullOpening() float64 { return h.arm.Joints[stage.LeftFinger].Upper }

// squeezing tells whether the fingers press on something.
func (h *hand) squeezing(is float64) bool { return h.opening < is-squeeze/5 }

func checkCommand(cmd sim.Command, dt time.Duration) error {
	l := cmd.Linear
	for _, v := range [5]float64{l[0], l[1], l[2], cmd.YawRate, cmd.Gripper} {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return fmt.Errorf("command %+v: every value must be finite", cmd)
		}
	}
	if dt < 0 || dt%PhysicsStep != 0 {
		return fmt.Errorf("step of %v: a multiple of %v expected", dt, PhysicsStep)
	}
	return nil
}
