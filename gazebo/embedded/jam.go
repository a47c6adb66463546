package embedded

import "github.com/jakecoffman/cp/v2"

const (
	// stallForce is the force at which the arm gives in, N. Hitting one free thing
	// at full speed takes a quarter of it, pushing one a hundredth.
	stallForce = 60
	// stallSteps is how many physics steps the arm gives in for.
	stallSteps = 25
)

// obstacle is a place where something that cannot give way holds the hand.
type obstacle struct {
	finger int       // that meets it, or -1 for the held object
	normal cp.Vector // unit length, from the hand to the obstacle
	arm    cp.Vector // from the fingertips' middle to the contact, m
	left   int       // physics steps until it is forgotten
}

// findObstacles looks at what the last physics step took to move things out of
// the hand's way. Things that are stuck, against the rim or between the fingers,
// take as much force as there is; there the arm stalls.
func (s *Sim) findObstacles(dt float64) {
	h := s.hand
	kept := h.obstacles[:0]
	for _, o := range h.obstacles {
		if o.left--; o.left > 0 {
			kept = append(kept, o)
		}
	}
	h.obstacles = kept
	for i := range h.fingers {
		h.addObstacles(i, h.fingers[i].body, dt)
	}
	if s.holding >= 0 {
		h.addObstacles(-1, s.objects[s.holding].body, dt)
	}
}

func (h *hand) addObstacles(finger int, body *cp.Body, dt float64) {
	body.EachArbiter(func(arb *cp.Arbiter) {
		if arb.TotalImpulse().Length() < stallForce*dt || arb.Count() == 0 {
			return
		}
		contacts := arb.ContactPointSet()
		middle := cp.Vector{X: h.pose.X, Y: h.pose.Y}
		h.obstacles = append(h.obstacles, obstacle{finger, contacts.Normal, contacts.Points[0].PointA.Sub(middle), stallSteps})
	})
}

// stall takes away the speed that would press further.
func (h *hand) stall() {
	for _, o := range h.obstacles {
		if h.v.Yaw*o.arm.Cross(o.normal) > 0 {
			h.v.Yaw = 0
		}
		v := &h.v.Linear
		if into := v[0]*o.normal.X + v[1]*o.normal.Y; into > 0 {
			v[0] -= into * o.normal.X
			v[1] -= into * o.normal.Y
		}
	}
}

// stuck tells whether an obstacle keeps the fingers from moving apart (outwards
// is 1) or together (outwards is -1).
func (h *hand) stuck(outwards float64) bool {
	sin, cos := h.heading()
	for _, o := range h.obstacles {
		if o.finger < 0 {
			continue
		}
		side := outwards * h.fingers[o.finger].side
		if side*(cos*o.normal.Y-sin*o.normal.X) > 0.5 {
			return true
		}
	}
	return false
}
