// Package actuator is how the simulated arm answers to commands, the same in each
// simulator: limits of speed, a lag, a disturbance on request, and a gripper that
// keeps what it holds.
package actuator

import (
	"math"
	"math/rand/v2"
)

const (
	// MaxSpeed is that of the fingertips along any line, m/s; joints have limits of
	// their own.
	MaxSpeed = 0.30
	// Lag is the time constant of velocities, s.
	Lag = 0.03
	// LetGo is how much wider than the thing in it the gripper must be asked to
	// open, as a share of the full opening: a command that trembles does not drop
	// things.
	LetGo = 0.1
)

// Velocity is that of the fingertips.
type Velocity struct {
	Linear [3]float64 // m/s
	Yaw    float64    // rad/s
}

// Follow lets the velocity follow what is asked for, for dt seconds. Limits are
// those of the joints x, y, z and yaw.
func (v *Velocity) Follow(asked Velocity, limits [4]float64, dt float64) {
	l := asked.Linear
	if n := math.Sqrt(l[0]*l[0] + l[1]*l[1] + l[2]*l[2]); n > MaxSpeed {
		for i := range l {
			l[i] *= MaxSpeed / n
		}
	}
	share := 1 - math.Exp(-dt/Lag)
	for i := range l {
		v.Linear[i] += share * (clamp(l[i], limits[i]) - v.Linear[i])
	}
	v.Yaw += share * (clamp(asked.Yaw, limits[3]) - v.Yaw)
}

func clamp(v, limit float64) float64 { return max(-limit, min(limit, v)) }

// noiseTime is how long a disturbance of the arm lasts, seconds.
const noiseTime = 0.3

// Noise is an Ornstein-Uhlenbeck process along each axis: it wanders about zero
// with a standing deviation and forgets over noiseTime.
type Noise struct {
	rng   *rand.Rand
	sigma float64 // m/s
	now   [3]float64
}

// NewNoise makes one of standard deviation sigma, m/s; zero is silence. The same
// seed gives the same disturbance.
func NewNoise(seed int64, sigma float64) Noise {
	n := Noise{rng: rand.New(rand.NewPCG(uint64(seed), 0x6879745f61726d)), sigma: sigma}
	for i := range n.now {
		n.now[i] = sigma * n.rng.NormFloat64()
	}
	return n
}

// Next goes on for dt seconds and returns the disturbance, m/s.
func (n *Noise) Next(dt float64) [3]float64 {
	if n.sigma == 0 {
		return n.now
	}
	keep := math.Exp(-dt / noiseTime)
	fresh := n.sigma * math.Sqrt(1-keep*keep)
	for i := range n.now {
		n.now[i] = keep*n.now[i] + fresh*n.rng.NormFloat64()
	}
	return n.now
}

// Silent is the same disturbance turned off: it keeps its place.
func (n Noise) Silent() Noise {
	n.sigma, n.now = 0, [3]float64{}
	return n
}
