package thinker

import "time"

// budget is a token bucket of thoughts, by the stamps of observations: in a
// simulation that runs faster, thoughts come faster too.
type budget struct {
	rate  float64 // thoughts a second
	burst float64 // most that it holds
	left  float64
	at    time.Time // of left; zero before the first
}

// newBudget is full. 0 means 1, of both.
func newBudget(rate, burst float64) budget {
	if rate == 0 {
		rate = 1
	}
	if burst == 0 {
		burst = 1
	}
	return budget{rate: rate, burst: burst, left: burst}
}

// take spends one thought, if there is one. When the clock jumps back nothing is
// added.
func (b *budget) take(now time.Time) bool {
	if !b.at.IsZero() {
		b.left = min(b.burst, b.left+b.rate*max(0, now.Sub(b.at).Seconds()))
	}
	b.at = now
	if b.left < 1 {
		return false
	}
	b.left--
	return true
}
