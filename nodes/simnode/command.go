package simnode

import (
	"math"
	"sync"
	"time"

	"hyt/gazebo/sim"
	"hyt/msgs/geometry_msgs"
)

// command is the newest thing that the robot was asked to do.
type command struct {
	mu       sync.Mutex
	velocity sim.Command // its gripper is unused
	at       time.Time   // when it came; zero: none yet
	gripper  float64
	gripped  bool // gripper holds
	refused  int  // commands with a value that is not a finite number
}

func (c *command) twist(m *geometry_msgs.TwistStamped, now time.Time) {
	t := m.Twist
	v := sim.Command{Linear: [3]float64{t.Linear.X, t.Linear.Y, t.Linear.Z}, YawRate: t.Angular.Z}
	c.mu.Lock()
	defer c.mu.Unlock()
	if !finite(v.Linear[0], v.Linear[1], v.Linear[2], v.YawRate) {
		c.refused++
		return
	}
	c.velocity, c.at = v, now
}

func (c *command) grip(target float64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !finite(target) {
		c.refused++
		return
	}
	c.gripper, c.gripped = min(1, max(0, target)), true
}

// now is what holds at an instant. Without a velocity for timeout the robot stands
// still, as a real driver's watchdog has it. opening is the gripper's present one,
// which it keeps until it is told another.
func (c *command) now(at time.Time, timeout time.Duration, opening float64) sim.Command {
	c.mu.Lock()
	defer c.mu.Unlock()
	var out sim.Command
	if !c.at.IsZero() && at.Sub(c.at) <= timeout {
		out = c.velocity
	}
	if out.Gripper = opening; c.gripped {
		out.Gripper = c.gripper
	}
	return out
}

// clear forgets what was asked: a new scene begins.
func (c *command) clear() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at, c.gripped = time.Time{}, false
}

func finite(values ...float64) bool {
	for _, v := range values {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return false
		}
	}
	return true
}
