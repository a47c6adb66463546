package control

import (
	"fmt"
	"math"
	"slices"
	"strings"
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

// Layout maps the named dimensions of a model's action vector to a Row.
type Layout struct {
	index   []int // by dimension: of Vector, or gripperIndex
	gripper bool
}

const gripperIndex = 6

// canonical are the names of an action in Cartesian space, in a Row's order.
var canonical = []string{"x", "y", "z", "roll", "pitch", "yaw", "gripper"}

// NewLayout reads the names of an action vector.
func NewLayout(names []string) (Layout, error) {
	l := Layout{index: make([]int, len(names))}
	for i, name := range names {
		at := slices.Index(canonical, name)
		if at < 0 {
			return Layout{}, fmt.Errorf("action dimension %q is not one of %s: this node drives Cartesian models only",
				name, strings.Join(canonical, " "))
		}
		if slices.Contains(l.index[:i], at) {
			return Layout{}, fmt.Errorf("action dimension %q is named twice", name)
		}
		l.index[i] = at
		l.gripper = l.gripper || at == gripperIndex
	}
	return l, nil
}

// HasGripper says whether the action moves a gripper.
func (l Layout) HasGripper() bool { return l.gripper }

// Rows converts actions (chunk x dims, in the spec's units).
func (l Layout) Rows(actions [][]float64) ([]Row, error) {
	rows := make([]Row, len(actions))
	for k, action := range actions {
		if len(action) != len(l.index) {
			return nil, fmt.Errorf("row %d of the chunk has %d values, the action has %d dimensions", k, len(action), len(l.index))
		}
		for i, x := range action {
			if l.index[i] == gripperIndex {
				rows[k].Gripper = x
				continue
			}
			rows[k].Motion[l.index[i]] = x
		}
	}
	return rows, nil
}
