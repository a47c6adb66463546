package hybrid

import (
	"math"

	"hyt/trainer/data"
)

// Errors sums up how far actions are from recorded ones, in their units.
type Errors struct {
	dims []data.Number
	sum  map[string]float64
	n    int // actions
}

// NewErrors is for actions of these dimensions.
func NewErrors(dims []data.Number) *Errors {
	return &Errors{dims: dims, sum: map[string]float64{}}
}

// Add compares two chunks of the same length, in units.
func (e *Errors) Add(got, want []float32) {
	for at := 0; at < len(want); at += len(e.dims) {
		for name, v := range e.of(got[at:], want[at:]) {
			e.sum[name] += v
		}
		e.n++
	}
}

// of is the error of one action: "mm", the distance over all dimensions in metres;
// "rad", the mean over those in radians; and NAME_error of each other one.
func (e *Errors) of(got, want []float32) map[string]float64 {
	square, turn, turns := 0.0, 0.0, 0
	errors := map[string]float64{}
	for d, n := range e.dims {
		off := math.Abs(float64(got[d]) - float64(want[d]))
		switch n.Unit {
		case "m":
			square += off * off
			errors["mm"] = 1000 * math.Sqrt(square)
		case "rad":
			turn, turns = turn+off, turns+1
			errors["rad"] = turn / float64(turns)
		default:
			errors[n.Name+"_error"] = off
		}
	}
	return errors
}

// Mean is the mean error of an action, by the names that of gives.
func (e *Errors) Mean() map[string]float64 {
	mean := map[string]float64{}
	for name, sum := range e.sum {
		mean[name] = sum / float64(e.n)
	}
	return mean
}
