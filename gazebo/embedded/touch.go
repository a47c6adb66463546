package embedded

import "math"

// touching is the gap at which gripper and object count as in contact, metres.
const touching = 0.003

// touched tells whether a finger is in contact with the object, from the side or
// from above.
func (h *hand) touched(o *object) bool {
	at := o.footprint()
	for i := range h.fingers {
		pad := h.pad(i)
		bottom, top := h.pose.Z, h.pose.Z+h.arm.Pad[2]
		if o.flat() {
			gap := max(0, bottom-o.top, o.bottom-top)
			if math.Hypot(distance(&pad, &at), gap) <= touching {
				return true
			}
			continue
		}
		centre := o.bottom + at.hx
		gap := max(0, bottom-centre, centre-top)
		if math.Hypot(pad.toPoint(at.x, at.y), gap) <= at.hx+touching {
			return true
		}
	}
	return false
}
