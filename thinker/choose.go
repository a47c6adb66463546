package thinker

import (
	"math"
	"math/rand/v2"
)

// chooser picks the next token by its logit.
type chooser struct {
	temperature float64
	random      *rand.Rand
	weights     []float64 // scratch
}

func newChooser(temperature float64, seed uint64) *chooser {
	return &chooser{temperature: temperature, random: rand.New(rand.NewPCG(seed, 0))}
}

// next is the likeliest token at temperature 0, the first of equals; or else one
// drawn with probability exp(logit / temperature).
func (c *chooser) next(logits []float32) int64 {
	best := 0
	for id, v := range logits {
		if v > logits[best] {
			best = id
		}
	}
	if c.temperature == 0 {
		return int64(best)
	}
	c.weights = c.weights[:0]
	sum := 0.0
	for _, v := range logits {
		w := math.Exp((float64(v) - float64(logits[best])) / c.temperature)
		c.weights = append(c.weights, w)
		sum += w
	}
	at := c.random.Float64() * sum
	for id, w := range c.weights {
		if at -= w; at < 0 {
			return int64(id)
		}
	}
	return int64(best) // rounding left a rest
}
