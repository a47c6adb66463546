// Package solve minimises robust sums of squares by Levenberg-Marquardt, and says
// how far each parameter can be trusted.
package solve

import (
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"
)

// Term is one small residual of the sum, in units of its expected noise (1 means
// one standard deviation), with its derivatives by the blocks of parameters that
// it depends on.
type Term struct {
	R      []float64
	Blocks []Block
	Exact  bool // a prior, which no loss softens
}

// Block is the derivative of a Term by parameters At, At+1, …: row-major,
// len(R) × len(J)/len(R).
type Block struct {
	At int
	J  []float64
}

// Problem is a sum of squares over a state S. Small changes of the state live in
// a flat space of Size numbers, whatever curved thing S itself is.
type Problem[S any] interface {
	// Size is how many numbers a small change has.
	Size() int
	// Terms calls add with each term at s, the same ones in the same order at every
	// state. The solver has read the term when add returns, so its slices may be
	// used again. false means that s is outside the domain.
	Terms(s S, add func(*Term)) bool
	// Moved returns s changed by d; s stays as it is.
	Moved(s S, d []float64) S
}

// Options bound the search. The zero value takes the defaults.
type Options struct {
	Loss     Loss    // Square by default
	MaxSteps int     // 100 by default, rejected steps included
	RelTol   float64 // relative fall of the cost that ends it; 1e-10 by default
}

// Result is where the search ended.
type Result[S any] struct {
	State       S
	Cost        float64 // half the robust sum of squares
	Initial     float64 // cost at the start
	Steps       int
	Terms       int           // residual numbers summed, priors included
	Information *mat.SymDense // JᵀWJ at State, in noise units
}

// ErrNoStart says that the start is outside the problem's domain.
var ErrNoStart = errors.New("the start lies outside the domain of the problem")

// ErrNotConverged says that the search ran out of steps; the result is the best seen.
var ErrNotConverged = errors.New("the search did not settle")

// system is one linearisation: the normal equations H d = -g.
type system struct {
	h     *mat.SymDense
	g     []float64
	cost  float64
	terms int
}

func linearise[S any](p Problem[S], s S, loss Loss) (system, bool) {
	n := p.Size()
	sys := system{h: mat.NewSymDense(n, nil), g: make([]float64, n)}
	raw := sys.h.RawSymmetric() // upper triangle, written directly: this is the hot loop
	ok := p.Terms(s, func(t *Term) {
		rho, w := weigh(t, loss)
		sys.cost += rho / 2
		sys.terms += len(t.R)
		rows := len(t.R)
		for a, ba := range t.Blocks {
			ca := len(ba.J) / rows
			for i := range ca {
				for r := range rows {
					sys.g[ba.At+i] += w * ba.J[r*ca+i] * t.R[r]
				}
			}
			for _, bb := range t.Blocks[a:] {
				cb := len(bb.J) / rows
				for i := range ca {
					for j := range cb {
						row, col := ba.At+i, bb.At+j
						if ba.At == bb.At && col < row {
							continue
						}
						var sum float64
						for r := range rows {
							sum += ba.J[r*ca+i] * bb.J[r*cb+j]
						}
						raw.Data[min(row, col)*raw.Stride+max(row, col)] += w * sum
					}
				}
			}
		}
	})
	return sys, ok && !math.IsNaN(sys.cost) && !math.IsInf(sys.cost, 0)
}

func cost[S any](p Problem[S], s S, loss Loss) (float64, bool) {
	var c float64
	ok := p.Terms(s, func(t *Term) {
		rho, _ := weigh(t, loss)
		c += rho / 2
	})
	return c, ok && !math.IsNaN(c) && !math.IsInf(c, 0)
}

func weigh(t *Term, loss Loss) (rho, w float64) {
	var s float64
	for _, r := range t.R {
		s += r * r
	}
	if t.Exact || loss == nil {
		return s, 1
	}
	return loss.Rho(s)
}

// Minimise searches from start. Damping is scaled by the diagonal of the normal
// equations, so units do not matter, and follows the gain of each step.
func Minimise[S any](p Problem[S], start S, o Options) (Result[S], error) {
	if o.MaxSteps == 0 {
		o.MaxSteps = 100
	}
	if o.RelTol == 0 {
		o.RelTol = 1e-10
	}
	n := p.Size()
	sys, ok := linearise(p, start, o.Loss)
	if !ok {
		return Result[S]{}, ErrNoStart
	}
	res := Result[S]{State: start, Cost: sys.cost, Initial: sys.cost, Terms: sys.terms, Information: sys.h}
	lambda, grow := 1e-4, 2.0
	for ; res.Steps < o.MaxSteps; res.Steps++ {
		d, expected, ok := step(sys, lambda)
		if ok {
			if expected <= o.RelTol*sys.cost+1e-300 {
				return res, nil
			}
			next := p.Moved(res.State, d)
			if c, ok := cost(p, next, o.Loss); ok && c < sys.cost {
				gain := (sys.cost - c) / expected
				// Nearly nothing gained by a nearly free step: this is the floor.
				done := sys.cost-c <= o.RelTol*sys.cost && lambda < 1e-2
				if sys, ok = linearise(p, next, o.Loss); !ok {
					return res, fmt.Errorf("%w: derivatives overflow", ErrNotConverged)
				}
				res.State, res.Cost, res.Information = next, sys.cost, sys.h
				lambda *= max(1.0/3, 1-math.Pow(2*gain-1, 3))
				lambda, grow = max(lambda, 1e-12), 2
				if done {
					res.Steps++
					return res, nil
				}
				continue
			}
		}
		lambda, grow = lambda*grow, grow*2
		if lambda > 1e12 {
			// No direction goes down, so rounding is all that is left.
			if norm := gradientNorm(sys, n); norm < 1e-5 {
				return res, nil
			}
			return res, fmt.Errorf("%w: no step lowers the cost from %.3g", ErrNotConverged, res.Cost)
		}
	}
	return res, fmt.Errorf("%w within %d steps", ErrNotConverged, o.MaxSteps)
}

// step solves (H + λ diag H) d = -g and returns the fall of cost that the
// quadratic model expects of it.
func step(sys system, lambda float64) (d []float64, expected float64, ok bool) {
	n := len(sys.g)
	h := mat.NewSymDense(n, nil)
	h.CopySym(sys.h)
	for i := range n {
		h.SetSym(i, i, h.At(i, i)*(1+lambda)+1e-12)
	}
	var chol mat.Cholesky
	if !chol.Factorize(h) {
		return nil, 0, false
	}
	x := mat.NewVecDense(n, nil)
	if err := chol.SolveVecTo(x, mat.NewVecDense(n, sys.g)); err != nil && !errors.As(err, new(mat.Condition)) {
		return nil, 0, false
	}
	d = make([]float64, n)
	for i := range n {
		d[i] = -x.AtVec(i)
		expected += 0.5 * d[i] * (lambda*sys.h.At(i, i)*d[i] - sys.g[i])
	}
	return d, expected, !math.IsNaN(expected)
}

// gradientNorm is the steepest slope, scaled to the cost and to each parameter.
func gradientNorm(sys system, n int) (worst float64) {
	for i := range n {
		if h := sys.h.At(i, i); h > 0 {
			worst = max(worst, math.Abs(sys.g[i])/math.Sqrt(h*(sys.cost+1e-12)))
		}
	}
	return worst
}
