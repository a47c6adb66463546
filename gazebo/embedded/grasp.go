package embedded

import (
	"math"

	"github.com/jakecoffman/cp/v2"

	"hyt/gazebo/sdf/stage"
	"hyt/gazebo/sim/actuator"
)

// When closing fingers take hold, metres.
const (
	gripContact = 0.0015 // between a pad and the object, on both sides
	gripDepth   = 0.010  // the fingertips are this far below the object's top
	gripAlong   = 0.020  // between the object's centre and the pads' middle
	gripBall    = 0.005  // a ball slips out of fingertips this far above its centre
)

// moveFingers opens and closes them, taking hold of and letting go what is between.
func (s *Sim) moveFingers(gripper, dt float64) {
	h := s.hand
	target := max(0, min(1, gripper)) * h.fullOpening()
	if s.holding >= 0 {
		if target <= h.opening+actuator.LetGo*h.fullOpening() {
			return
		}
		s.release()
	}
	closing := target < h.opening
	h.close(target, dt)
	if !closing {
		return
	}
	if i := s.between(); i >= 0 {
		s.flush(s.objects[i])
		s.hold(i)
	}
}

// between returns the object that both pads touch, or -1.
func (s *Sim) between() int {
	left, right := s.hand.pad(0), s.hand.pad(1)
	found, nearest := -1, gripAlong
	for i, o := range s.objects {
		z := s.hand.pose.Z
		if z > o.top-gripDepth || z+s.hand.arm.Pad[2] < o.bottom+gripDepth {
			continue
		}
		if !o.flat() && z > o.bottom+o.lies[2]/2+gripBall {
			continue
		}
		at := o.footprint()
		if distance(&left, &at) > gripContact || distance(&right, &at) > gripContact {
			continue
		}
		along, across := s.hand.local(at.x, at.y)
		if math.Abs(along) <= nearest && math.Abs(across) < s.hand.opening {
			found, nearest = i, math.Abs(along)
		}
	}
	return found
}

// local returns a place on the table in the hand's frame.
func (h *hand) local(x, y float64) (along, across float64) {
	sin, cos := h.heading()
	dx, dy := x-h.pose.X, y-h.pose.Y
	return cos*dx + sin*dy, cos*dy - sin*dx
}

// How far from flush a box may be between closing fingers and still be turned by
// them, radians: a long one by its sides, a square one until it jams between its
// corners.
const (
	flushLong   = math.Pi / 4
	flushSquare = 0.35
	// flushGap keeps pads and box a hair apart, metres: faces that coincide are the
	// hardest thing for a planar physics to measure.
	flushGap = 0.0005
)

// flush turns a box between the fingers until its faces lie on the pads.
func (s *Sim) flush(o *object) {
	if o.round || !o.flat() {
		return
	}
	h, limit := s.hand, flushLong
	if o.lies[0] < 1.5*o.lies[1] {
		limit = flushSquare
	}
	yaw := o.body.Angle()
	off := h.pose.Yaw - yaw
	off -= math.Pi / 2 * math.Round(off/(math.Pi/2))
	if math.Abs(off) > limit {
		return
	}
	p := o.body.Position()
	along, _ := h.local(p.X, p.Y)
	sin, cos := h.heading()
	o.body.SetAngle(yaw + off)
	o.body.SetPosition(cp.Vector{X: h.pose.X + cos*along, Y: h.pose.Y + sin*along})
	// The pads follow: the side that lies across them is as wide as the opening.
	wide := o.lies[1] / 2
	if math.Abs(math.Sin(yaw+off-h.pose.Yaw)) > 0.5 {
		wide = o.lies[0] / 2
	}
	h.opening = clamp(wide+flushGap, h.arm, stage.LeftFinger)
}

// hold ties an object to the hand as it is.
func (s *Sim) hold(i int) {
	o, h := s.objects[i], s.hand
	p := o.body.Position()
	x, y := h.local(p.X, p.Y)
	o.grip = grip{x: x, y: y, yaw: o.body.Angle() - h.pose.Yaw, rise: o.bottom - h.pose.Z}
	o.held, o.under = true, onTheTable
	o.body.SetType(cp.BODY_KINEMATIC)
	s.holding = i
}

// release leaves the held object to itself, with the hand's speed.
func (s *Sim) release() {
	o := s.objects[s.holding]
	o.held = false
	o.body.SetType(cp.BODY_DYNAMIC)
	o.body.SetMass(o.mass)
	o.body.SetMoment(o.moment)
	o.body.SetVelocity(s.hand.v.Linear[0], s.hand.v.Linear[1])
	o.body.SetAngularVelocity(s.hand.v.Yaw)
	s.holding = -1
}

// carry brings the held object to where the hand has it.
func (s *Sim) carry(dt float64) {
	if s.holding < 0 {
		return
	}
	o, h := s.objects[s.holding], s.hand
	sin, cos := h.heading()
	x := h.pose.X + cos*o.grip.x - sin*o.grip.y
	y := h.pose.Y + sin*o.grip.x + cos*o.grip.y
	drive(o.body, x, y, h.pose.Yaw+o.grip.yaw, dt)
	o.setBottom(h.pose.Z + o.grip.rise)
}

// floor is the lowest that the fingertips may go with what they hold.
func (s *Sim) floor() float64 {
	floor := s.hand.floor(s.objects)
	if s.holding < 0 {
		return floor
	}
	held := s.objects[s.holding]
	at := held.footprint()
	below := 0.0 // the table
	for _, o := range s.objects {
		if o != held {
			below = max(below, topUnder(&at, held.bottom, o))
		}
	}
	return max(floor, below-held.grip.rise)
}
