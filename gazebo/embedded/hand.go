package embedded

import (
	"math"

	"github.com/jakecoffman/cp/v2"

	"hyt/gazebo/sdf/stage"
	"hyt/gazebo/sim"
	"hyt/gazebo/sim/actuator"
)

// hand is the arm as far as it matters: the fingertips' pose, speeds, opening.
type hand struct {
	arm     *stage.Arm
	pose    sim.Pose
	v       actuator.Velocity
	opening float64   // m from the middle to each finger's inner face
	fingers [2]finger // left (+y at yaw 0), right
	// obstacles are those that the last physics step met.
	obstacles []obstacle
}

// fingers is the group of both: they have nothing to do with each other. Closed, they
// touch all along, and the library would search for contacts at length and log so.
const fingers = 1

// finger is one pad; its body is moved, never pushed.
type finger struct {
	side float64 // +1 left, -1 right
	body *cp.Body
	extent
}

func newHand(arm *stage.Arm, start sim.Arm) *hand {
	h := &hand{arm: arm}
	h.pose.X = clamp(start.X, arm, stage.X)
	h.pose.Y = clamp(start.Y, arm, stage.Y)
	h.pose.Z = clamp(start.Z, arm, stage.Z)
	h.pose.Yaw = clamp(start.Yaw, arm, stage.Yaw)
	h.opening = clamp(start.Gripper*h.fullOpening(), arm, stage.LeftFinger)
	h.fingers[0].side, h.fingers[1].side = 1, -1
	return h
}

func clamp(v float64, arm *stage.Arm, joint int) float64 {
	return max(arm.Joints[joint].Lower, min(arm.Joints[joint].Upper, v))
}

func (h *hand) fullOpening() float64 { return h.arm.Joints[stage.LeftFinger].Upper }

// heading is the sine and cosine of the yaw.
func (h *hand) heading() (sin, cos float64) { return math.Sincos(h.pose.Yaw) }

func (h *hand) state() sim.Arm {
	return sim.Arm{Pose: h.pose, Gripper: h.opening / h.fullOpening()}
}

// enter puts the fingers into the planar physics.
func (h *hand) enter(space *cp.Space) {
	for i := range h.fingers {
		f := &h.fingers[i]
		f.body = space.AddBody(cp.NewKinematicBody())
		at := h.pad(i)
		f.body.SetPosition(cp.Vector{X: at.x, Y: at.y})
		f.body.SetAngle(h.pose.Yaw)
		shape := cp.NewBox(f.body, h.arm.Pad[0], h.arm.Pad[1], 0)
		shape.SetFriction(1)
		shape.UserData = &f.extent
		shape.Filter.Group = fingers
		space.AddShape(shape)
		f.extent = extent{h.pose.Z, h.pose.Z + h.arm.Pad[2]}
	}
}

// pad is what finger i covers.
func (h *hand) pad(i int) footprint {
	sin, cos := h.heading()
	across := h.fingers[i].side * (h.opening + h.arm.Pad[1]/2)
	return footprint{
		x: h.pose.X - sin*across, y: h.pose.Y + cos*across,
		sin: sin, cos: cos, hx: h.arm.Pad[0] / 2, hy: h.arm.Pad[1] / 2,
	}
}

// speedUp lets the velocities follow what is asked, within the limits.
func (h *hand) speedUp(asked actuator.Velocity, dt float64) {
	joints := &h.arm.Joints
	h.v.Follow(asked, [4]float64{
		joints[stage.X].Velocity, joints[stage.Y].Velocity, joints[stage.Z].Velocity, joints[stage.Yaw].Velocity,
	}, dt)
}

// move goes on for dt, as far as the joints and the floor below the hand allow.
func (h *hand) move(floor, dt float64) {
	advance := func(at, v *float64, joint int) {
		want := *at + *v*dt
		*at = clamp(want, h.arm, joint)
		if *at != want {
			*v = 0
		}
	}
	advance(&h.pose.X, &h.v.Linear[0], stage.X)
	advance(&h.pose.Y, &h.v.Linear[1], stage.Y)
	advance(&h.pose.Yaw, &h.v.Yaw, stage.Yaw)
	before := h.pose.Z
	advance(&h.pose.Z, &h.v.Linear[2], stage.Z)
	if h.pose.Z < floor {
		h.pose.Z = max(h.pose.Z, min(before, floor)) // who came in from the side may go up
		h.v.Linear[2] = max(0, h.v.Linear[2])
	}
}

// close moves the fingers towards a target opening, metres.
func (h *hand) close(target, dt float64) {
	step := h.arm.Joints[stage.LeftFinger].Velocity * dt
	target = clamp(target, h.arm, stage.LeftFinger)
	if h.stuck(math.Copysign(1, target-h.opening)) {
		return
	}
	h.opening += max(-step, min(step, target-h.opening))
}

// place gives the fingers the speed that brings them where they belong at the end
// of the next physics step.
func (h *hand) place(dt float64) {
	for i := range h.fingers {
		f := &h.fingers[i]
		at := h.pad(i)
		drive(f.body, at.x, at.y, h.pose.Yaw, dt)
		f.extent = extent{h.pose.Z, h.pose.Z + h.arm.Pad[2]}
	}
}

// drive gives a kinematic body the speed that brings it to a pose in dt.
func drive(b *cp.Body, x, y, yaw, dt float64) {
	p := b.Position()
	b.SetVelocity((x-p.X)/dt, (y-p.Y)/dt)
	b.SetAngularVelocity((yaw - b.Angle()) / dt)
}

// floor is the lowest that the fingertips may go, for things that lie below them.
// Things that reach higher than the fingertips are beside the hand: they are
// pushed, not stood upon.
func (h *hand) floor(objects []*object) float64 {
	floor := math.Inf(-1)
	for i := range h.fingers {
		pad := h.pad(i)
		for _, o := range objects {
			if !o.held {
				floor = max(floor, topUnder(&pad, h.pose.Z, o))
			}
		}
	}
	return floor
}

// topUnder is the height at which a face at height z meets the object from above,
// or -Inf when the object is not below it.
func topUnder(face *footprint, z float64, o *object) float64 {
	const tolerance = 0.0005
	at := o.footprint()
	if math.Abs(at.x-face.x)+math.Abs(at.y-face.y) > 2*(at.reach()+face.reach()) {
		return math.Inf(-1)
	}
	top := o.top
	if o.flat() {
		if distance(face, &at) > 0 {
			return math.Inf(-1)
		}
	} else {
		d := face.toPoint(at.x, at.y)
		if d >= at.hx {
			return math.Inf(-1)
		}
		top = o.bottom + at.hx + math.Sqrt(at.hx*at.hx-d*d)
	}
	if top > z+tolerance {
		return math.Inf(-1)
	}
	return top
}
