package control

import (
	"math"
	"time"
)

// Vector is a motion of the end effector in base_link: x y z (metres or m/s), then
// the rotation about x y z (radians or rad/s).
type Vector [6]float64

func (v Vector) scaled(s float64) Vector {
	for i := range v {
		v[i] *= s
	}
	return v
}

func (v Vector) linear() float64  { return math.Hypot(math.Hypot(v[0], v[1]), v[2]) }
func (v Vector) angular() float64 { return math.Hypot(math.Hypot(v[3], v[4]), v[5]) }

func (v Vector) finite() bool {
	for _, x := range v {
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return false
		}
	}
	return true
}

// Row is one action: a displacement over one action period, and the gripper's
// target opening, 0 closed .. 1 open.
type Row struct {
	Motion  Vector
	Gripper float64
}

// Chunk is a plan: row k holds during [Stamp + k*Period, Stamp + (k+1)*Period).
type Chunk struct {
	Stamp  time.Time // of the observation that led to it, on the node's clock
	Period time.Duration
	Rows   []Row
}

// end is when the last row is used up.
func (c *Chunk) end() time.Time {
	return c.Stamp.Add(time.Duration(len(c.Rows)) * c.Period)
}

// at is the row for time t. A chunk stamped up to one period ahead of the clock
// counts as just begun: stamps come from another machine.
func (c *Chunk) at(t time.Time) (Row, bool) {
	age := t.Sub(c.Stamp)
	if age < 0 && age > -c.Period {
		age = 0
	}
	if age < 0 || !t.Before(c.end()) {
		return Row{}, false
	}
	return c.Rows[age/c.Period], true
}

func (c *Chunk) finite() bool {
	for _, r := range c.Rows {
		if !r.Motion.finite() || math.IsNaN(r.Gripper) || math.IsInf(r.Gripper, 0) {
			return false
		}
	}
	return true
}
