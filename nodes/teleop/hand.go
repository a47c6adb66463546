package teleop

import (
	"math"
	"time"

	"hyt/nodes/control"
)

// axis is what a key moves: an entry of a control.Vector, and which way.
type axis struct {
	index int
	sign  float64
}

// moves are the keys that move the hand, by REP-103: x forward, y left, z up.
var moves = map[byte]axis{
	'w': {0, 1}, 's': {0, -1},
	'a': {1, 1}, 'd': {1, -1},
	'r': {2, 1}, 'f': {2, -1},
	'q': {5, 1}, 'e': {5, -1},
}

// hand is what the keys ask of the end effector. It is not safe for use by several
// goroutines.
type hand struct {
	linear, angular float64       // m/s, rad/s
	timeout         time.Duration // without a key, after which an axis stops

	pressed [6]time.Time // of the newest key, by axis
	way     [6]float64   // -1 or 1
	open    bool         // the gripper
}

// press takes a key and says whether it was one of the hand's.
func (h *hand) press(key byte, now time.Time) bool {
	if a, moves := moves[key]; moves {
		h.pressed[a.index], h.way[a.index] = now, a.sign
		return true
	}
	const step = 1.25
	switch key {
	case ' ':
		h.open = !h.open
	case 'k':
		h.stop()
	case '+', '=':
		h.linear, h.angular = h.linear*step, h.angular*step
	case '-':
		h.linear, h.angular = h.linear/step, h.angular/step
	default:
		return false
	}
	return true
}

func (h *hand) stop() { h.pressed = [6]time.Time{} }

// command is the velocity at time now. Diagonals are no faster than single axes.
func (h *hand) command(now time.Time) control.Command {
	c := control.Command{HasGripper: true}
	if h.open {
		c.Gripper = 1
	}
	var held [6]float64
	for i, at := range h.pressed {
		if !at.IsZero() && now.Sub(at) < h.timeout {
			held[i] = h.way[i]
		}
	}
	linear := math.Hypot(math.Hypot(held[0], held[1]), held[2])
	for i := range 3 {
		if linear > 0 {
			c.Velocity[i] = held[i] / linear * h.linear
		}
	}
	c.Velocity[5] = held[5] * h.angular
	return c
}
