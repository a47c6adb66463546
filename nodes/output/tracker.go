package output

import (
	"fmt"
	"math"
	"sync"
	"time"

	"hyt/msgs/builtin_interfaces"
	"hyt/msgs/sensor_msgs"
	"hyt/msgs/trajectory_msgs"
	"hyt/nodes/control"
)

// tracker turns velocities into points ahead of where the joints are measured to be.
// A point that does not build on the one before cannot run away from a robot that
// lags; standing still keeps the position where the hold began, so that the joints do
// not sag.
type tracker struct {
	axes    []Axis
	ahead   time.Duration
	timeout time.Duration

	mu       sync.Mutex
	position []float64 // measured
	at       []time.Time
	anchor   control.Anchor
}

func newTracker(axes []Axis, s Settings) *tracker {
	return &tracker{axes: axes, ahead: s.Ahead, timeout: s.Timeout,
		position: make([]float64, len(axes)), at: make([]time.Time, len(axes))}
}

// message is one with a point that the calls of point fill.
func (t *tracker) message() *trajectory_msgs.JointTrajectory {
	m := &trajectory_msgs.JointTrajectory{Points: []trajectory_msgs.JointTrajectoryPoint{{
		Positions: make([]float64, len(t.axes)), Velocities: make([]float64, len(t.axes)),
		TimeFromStart: builtin_interfaces.FromDuration(t.ahead),
	}}}
	for _, a := range t.axes {
		m.JointNames = append(m.JointNames, a.Joint)
	}
	return m
}

// measured takes joint_states; several nodes may publish parts of them.
func (t *tracker) measured(m *sensor_msgs.JointState, now time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for i, name := range m.Name {
		if i >= len(m.Position) {
			return
		}
		for k, a := range t.axes {
			if a.Joint == name && !math.IsNaN(m.Position[i]) && !math.IsInf(m.Position[i], 0) {
				t.position[k], t.at[k] = m.Position[i], now
			}
		}
	}
}

// point is where the joints shall be after ahead.
func (t *tracker) point(p *trajectory_msgs.JointTrajectoryPoint, v control.Vector, now time.Time) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	for k, a := range t.axes {
		if t.at[k].IsZero() {
			return fmt.Errorf("joint %s is not in joint_states: a trajectory needs its position", a.Joint)
		}
		if age := now.Sub(t.at[k]); age > t.timeout {
			return fmt.Errorf("the position of joint %s is %v old", a.Joint, age.Round(time.Millisecond))
		}
	}
	from := t.position
	if v == (control.Vector{}) {
		from = t.anchor.Hold(t.position)
	} else {
		t.anchor.Release()
	}
	for k, a := range t.axes {
		p.Velocities[k] = a.Scale * v[a.index]
		p.Positions[k] = from[k] + p.Velocities[k]*t.ahead.Seconds()
	}
	return nil
}
