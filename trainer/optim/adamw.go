// Package optim updates weights from gradients: AdamW with global-norm clipping,
// a warm-up and cosine schedule, and a running average of the weights.
//
// It works on plain slices in Go. For a network of about a million weights one
// update takes a few milliseconds, a small part of the step that made the
// gradients, and it stays readable and exactly repeatable.
package optim

import "math"

// AdamW holds the optimiser's constants. See Loshchilov and Hutter, "Decoupled
// weight decay regularization", arXiv 1711.05101.
type AdamW struct {
	Beta1, Beta2 float64
	Epsilon      float64
	WeightDecay  float64 // per unit of learning rate, on arrays with Decay
	Clip         float64 // largest global norm of the gradient; 0: no clipping
}

// Default suits small transformers and batches of 16 to 64.
func Default() AdamW {
	return AdamW{Beta1: 0.9, Beta2: 0.98, Epsilon: 1e-8, WeightDecay: 0.02, Clip: 1}
}

// State is what the optimiser remembers, by array. Its fields are exported for
// checkpoints.
type State struct {
	Step int
	M, V [][]float32 // running means of gradient and squared gradient
}

// NewState returns a fresh state for arrays of these sizes.
func NewState(weights [][]float32) *State {
	s := &State{}
	for _, w := range weights {
		s.M = append(s.M, make([]float32, len(w)))
		s.V = append(s.V, make([]float32, len(w)))
	}
	return s
}

// Norm is the global norm of all gradients together.
func Norm(grads [][]float32) float64 {
	sum := 0.0
	for _, grad := range grads {
		part := float32(0) // float32 within an array is exact enough, and fast
		for _, v := range grad {
			part += v * v
		}
		sum += float64(part)
	}
	return math.Sqrt(sum)
}

// Update moves the weights once, in place, with learning rate lr. decay says
// which arrays decay; an array whose gradient is nil is not trained. It returns
// the gradient's norm before clipping; where that is not finite, nothing is
// changed.
func (o AdamW) Update(s *State, weights, grads [][]float32, decay []bool, lr float64) float64 {
	norm := Norm(grads)
	if math.IsNaN(norm) || math.IsInf(norm, 0) {
		return norm
	}
	scale := 1.0
	if o.Clip > 0 && norm > o.Clip {
		scale = o.Clip / norm
	}
	s.Step++
	b1, b2, gs := float32(o.Beta1), float32(o.Beta2), float32(scale)
	rate := float32(lr / (1 - math.Pow(o.Beta1, float64(s.Step))))
	correct := float32(1 / math.Sqrt(1-math.Pow(o.Beta2, float64(s.Step))))
	eps := float32(o.Epsilon)
	for i, w := range weights {
		if grads[i] == nil {
			continue
		}
		keep := float32(1)
		if decay[i] {
			keep = float32(1 - lr*o.WeightDecay)
		}
		m, v, grad := s.M[i][:len(w)], s.V[i][:len(w)], grads[i][:len(w)]
		for j, g := range grad {
			g *= gs
			m[j] = b1*m[j] + (1-b1)*g
			v[j] = b2*v[j] + (1-b2)*g*g
			w[j] = keep*w[j] - rate*m[j]/(sqrt(v[j])*correct+eps)
		}
	}
	return norm
}

func sqrt(x float32) float32 { return float32(math.Sqrt(float64(x))) }

// Schedule is a linear warm-up, then half a cosine down to Floor times the peak.
type Schedule struct {
	Peak   float64
	Warmup int // steps
	Steps  int // in all
	Floor  float64
}

// At is the learning rate of a step, the first being 0.
func (s Schedule) At(step int) float64 {
	if step < s.Warmup {
		return s.Peak * float64(step+1) / float64(s.Warmup)
	}
	done := min(1, float64(step-s.Warmup)/float64(max(1, s.Steps-s.Warmup)))
	return s.Peak * (s.Floor + (1-s.Floor)*(1+math.Cos(math.Pi*done))/2)
}

// Average moves avg towards weights: avg = decay*avg + (1-decay)*weights. The
// decay rises from 0 with the step, so that the first steps are forgotten.
func Average(avg, weights [][]float32, decay float64, step int) {
	d := float32(min(decay, float64(1+step)/float64(10+step)))
	for i, w := range weights {
		a := avg[i][:len(w)]
		for j, v := range w {
			a[j] += (1 - d) * (v - a[j])
		}
	}
}
