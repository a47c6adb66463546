package observe

import (
	"math"
	"time"

	"hyt/msgs/builtin_interfaces"
)

// history keeps the last values of something measured, so that an image can be
// paired with what held when it was taken.
type history[T any] struct {
	stamps [depth]time.Time
	values [depth]T
	count  int // added so far
}

// depth covers half a second at 250 Hz.
const depth = 128

func (h *history[T]) add(stamp time.Time, v T) {
	at := h.count % depth
	h.stamps[at], h.values[at] = stamp, v
	h.count++
}

// nearest is the value whose stamp is closest to t, and how far that is.
func (h *history[T]) nearest(t time.Time) (value T, distance time.Duration, ok bool) {
	for i := range min(h.count, depth) {
		d := t.Sub(h.stamps[i]).Abs()
		if !ok || d < distance {
			value, distance, ok = h.values[i], d, true
		}
	}
	return value, distance, ok
}

// angles are the rotations about fixed x, y, z of a unit quaternion. The zero
// quaternion, which some publishers leave, is no rotation.
func angles(x, y, z, w float64) (roll, pitch, yaw float64) {
	roll = math.Atan2(2*(w*x+y*z), 1-2*(x*x+y*y))
	pitch = math.Asin(min(1, max(-1, 2*(w*y-z*x))))
	yaw = math.Atan2(2*(w*z+x*y), 1-2*(y*y+z*z))
	return roll, pitch, yaw
}

func stampOr(stamp builtin_interfaces.Time, now time.Time) time.Time {
	if stamp == (builtin_interfaces.Time{}) {
		return now
	}
	return stamp.AsTime()
}
