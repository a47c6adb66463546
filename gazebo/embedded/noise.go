package embedded

import (
	"math"
	"math/rand/v2"
)

// noiseTime is how long a disturbance of the arm lasts, seconds.
const noiseTime = 0.3

// noise is an Ornstein-Uhlenbeck process along each axis: it wanders about zero
// with a standing deviation and forgets over noiseTime.
type noise struct {
	rng   *rand.Rand
	sigma float64 // m/s
	now   [3]float64
}

func newNoise(seed int64, sigma float64) noise {
	n := noise{rng: rand.New(rand.NewPCG(uint64(seed), 0x6879745f61726d)), sigma: sigma}
	for i := range n.now {
		n.now[i] = sigma * n.rng.NormFloat64()
	}
	return n
}

// next goes on for dt and returns the disturbance, m/s.
func (n *noise) next(dt float64) [3]float64 {
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
