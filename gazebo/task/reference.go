package task

import (
	"math/rand/v2"
	"time"

	"hyt/gazebo/sim"
)

// Still never moves: the floor of every success table.
type Still struct{}

// Decide keeps the arm and its fingers as they are.
func (Still) Decide(s sim.State) Decision {
	return Decision{Command: sim.Command{Gripper: s.Arm.Gripper}}
}

// Random moves about without looking: the other floor.
type Random struct {
	rng  *rand.Rand
	next time.Duration
	now  Decision
}

// NewRandom returns a random mover; the same seed gives the same motion.
func NewRandom(seed int64) *Random { return &Random{rng: stream("random", ID, seed)} }

// randomHold is how long Random keeps one velocity: long enough to get somewhere.
const randomHold = 500 * time.Millisecond

// Decide draws a new velocity and opening every randomHold.
func (r *Random) Decide(s sim.State) Decision {
	if s.Time < r.next {
		return r.now
	}
	r.next = s.Time + randomHold
	c := &r.now.Command
	for i := range c.Linear {
		c.Linear[i] = between(r.rng, -maxSpeed, maxSpeed)
	}
	c.Linear = limit(c.Linear, maxSpeed)
	c.YawRate = between(r.rng, -0.5, 0.5)
	c.Gripper = r.rng.Float64()
	return r.now
}
