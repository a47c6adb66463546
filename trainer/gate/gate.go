// Package gate learns when thinking pays: a small classifier over what the action
// head reads after the instruction, trained on whether the model's own thought
// lowered the error of its actions on data that the model was not trained on.
//
// The order of things: Collect lets the model act and think on samples; Fit learns
// from the outcomes; Judge compares the learned gate with one that thinks as often,
// but by chance.
package gate

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"

	"hyt/trainer/export"
)

// Outcome is what acting and thinking gave on one sample.
type Outcome struct {
	Episode  int
	Features []float32 // what the action head reads after the instruction, Width numbers
	Act      float64   // error of the actions in mode act, in mean |error| of -1..1
	Think    float64   // the same after the model's own thought
}

// gain is by how much thinking lowered the error.
func (o Outcome) gain() float64 { return o.Act - o.Think }

// How a gate is fitted. Outcomes are noisy and there are about as many weights as
// a hundredth of them, so it is held back: ridge is the penalty on the squared
// weights of features with unit spread, per outcome.
const (
	ridge    = 0.1
	newtons  = 25   // steps, of which about eight are needed
	finished = 1e-8 // largest change of a weight that ends them
)

// Fit learns the probability that thinking lowers the error: a logistic regression
// by Newton's method. An outcome counts by how much it did or did not, so that 0.5
// is where thinking neither gains nor loses. The same outcomes give the same gate.
func Fit(outcomes []Outcome) (export.Gate, error) {
	width := len(outcomes[0].Features)
	mean, spread := moments(outcomes, width)
	rows := mat.NewDense(len(outcomes), width+1, nil) // the last column is the bias
	counts, targets := make([]float64, len(outcomes)), make([]float64, len(outcomes))
	total := 0.0
	for _, o := range outcomes {
		total += math.Abs(o.gain())
	}
	for i, o := range outcomes {
		for k, v := range o.Features {
			rows.Set(i, k, float64(v)/spread[k]-mean[k]/spread[k])
		}
		rows.Set(i, width, 1)
		counts[i] = math.Abs(o.gain()) / max(total, 1e-300)
		if o.gain() > 0 {
			targets[i] = 1
		}
	}
	w := mat.NewVecDense(width+1, nil)
	for range newtons {
		change, err := newton(rows, counts, targets, w)
		if err != nil {
			return export.Gate{}, err
		}
		if change < finished {
			break
		}
	}
	// The graph is given the features as they are: the scaling goes into the weights.
	gate := export.Gate{Weights: make([]float32, width)}
	bias := w.AtVec(width)
	for k := range width {
		gate.Weights[k] = float32(w.AtVec(k) / spread[k])
		bias -= w.AtVec(k) * mean[k] / spread[k]
	}
	gate.Bias = float32(bias)
	return gate, nil
}

// newton takes one step of w and returns the largest change of a weight.
func newton(rows *mat.Dense, counts, targets []float64, w *mat.VecDense) (float64, error) {
	n, d := rows.Dims()
	slope, bend := mat.NewVecDense(d, nil), mat.NewSymDense(d, nil)
	for i := range n {
		x := rows.RowView(i)
		p := 1 / (1 + math.Exp(-mat.Dot(x, w)))
		slope.AddScaledVec(slope, counts[i]*(targets[i]-p), x)
		bend.SymRankOne(bend, counts[i]*max(p*(1-p), 1e-6), x)
	}
	for k := range d {
		penalty := ridge
		if k == d-1 {
			penalty = 1e-9 // none on the bias
		}
		slope.SetVec(k, slope.AtVec(k)-penalty*w.AtVec(k))
		bend.SetSym(k, k, bend.At(k, k)+penalty)
	}
	var c mat.Cholesky
	var step mat.VecDense
	if !c.Factorize(bend) {
		return 0, errors.New("gate: the features are not finite")
	}
	if err := c.SolveVecTo(&step, slope); err != nil {
		return 0, fmt.Errorf("gate: %w", err)
	}
	w.AddVec(w, &step)
	return mat.Norm(&step, math.Inf(1)), nil
}

func moments(outcomes []Outcome, width int) (mean, spread []float64) {
	mean, spread = make([]float64, width), make([]float64, width)
	n := float64(len(outcomes))
	for k := range width {
		sum, square := 0.0, 0.0
		for _, o := range outcomes {
			v := float64(o.Features[k])
			sum, square = sum+v/n, square+v*v/n
		}
		mean[k] = sum
		spread[k] = math.Sqrt(max(square-sum*sum, 1e-8))
	}
	return mean, spread
}

// ask is what the gate says about features.
func ask(gate export.Gate, features []float32) float64 {
	sum := float64(gate.Bias)
	for k, v := range features {
		sum += float64(v) * float64(gate.Weights[k])
	}
	return 1 / (1 + math.Exp(-sum))
}

// folds is how many parts the outcomes are judged in, by episode.
const folds = 5

// Held gives each outcome the probability of a gate that was fitted without its
// episode's fold. seed shuffles the episodes.
func Held(outcomes []Outcome, seed uint64) ([]float64, error) {
	fold := map[int]int{}
	r := rand.New(rand.NewPCG(seed, folds))
	var order []int
	for _, o := range outcomes {
		if _, ok := fold[o.Episode]; !ok {
			fold[o.Episode] = 0
			order = append(order, o.Episode)
		}
	}
	for i, at := range r.Perm(len(order)) {
		fold[order[at]] = i % folds
	}
	held := make([]float64, len(outcomes))
	for f := range folds {
		var rest []Outcome
		for _, o := range outcomes {
			if fold[o.Episode] != f {
				rest = append(rest, o)
			}
		}
		if len(rest) == 0 {
			continue
		}
		gate, err := Fit(rest)
		if err != nil {
			return nil, err
		}
		for i, o := range outcomes {
			if fold[o.Episode] == f {
				held[i] = ask(gate, o.Features)
			}
		}
	}
	return held, nil
}
