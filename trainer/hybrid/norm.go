package hybrid

import (
	"fmt"
	"slices"
)

// Norm maps actions between units and -1..1, by two quantiles of each dimension:
// Q01 goes to -1, Q99 to 1.
type Norm struct{ Q01, Q99 []float64 }

// smallestSpan keeps a dimension that hardly moves in the data (yaw while
// touching) from being blown up: metres, radians, opening.
var smallestSpan = []float64{0.01, 0.01, 0.01, 0.02, 1}

// gripperDim is absolute and spans 0..1 whatever the data.
const gripperDim = 4

// FitNorm takes the quantiles of all actions of the set (rows of dims numbers).
func FitNorm(set Set, dims int) (Norm, error) {
	if dims != len(smallestSpan) {
		return Norm{}, fmt.Errorf("actions of %d numbers: only x y z yaw gripper is known", dims)
	}
	if set.Len() == 0 {
		return Norm{}, fmt.Errorf("no samples to take action quantiles from")
	}
	columns := make([][]float32, dims)
	for i := range set.Len() {
		// The first row is enough: later rows are first rows of later samples.
		for d, v := range set.At(i).Actions[:dims] {
			columns[d] = append(columns[d], v)
		}
	}
	n := Norm{Q01: make([]float64, dims), Q99: make([]float64, dims)}
	for d, column := range columns {
		slices.Sort(column)
		last := float64(len(column) - 1)
		lo, hi := float64(column[int(0.01*last)]), float64(column[int(0.99*last)])
		if missing := smallestSpan[d] - (hi - lo); missing > 0 {
			lo, hi = lo-missing/2, hi+missing/2
		}
		n.Q01[d], n.Q99[d] = lo, hi
	}
	n.Q01[gripperDim], n.Q99[gripperDim] = 0, 1
	return n, nil
}

// NeutralNorm is for a model that has seen no actions: moves of up to the arm's
// speed limit in one period.
func NeutralNorm() Norm {
	return Norm{Q01: []float64{-0.03, -0.03, -0.03, -0.15, 0}, Q99: []float64{0.03, 0.03, 0.03, 0.15, 1}}
}

// To maps rows of units to -1..1. Values beyond the quantiles go beyond ±1.
func (n Norm) To(actions []float32) []float32 {
	out := make([]float32, len(actions))
	for i, v := range actions {
		d := i % len(n.Q01)
		out[i] = float32(2*(float64(v)-n.Q01[d])/(n.Q99[d]-n.Q01[d]) - 1)
	}
	return out
}

// From maps rows of -1..1 to units.
func (n Norm) From(actions []float32) []float32 {
	out := make([]float32, len(actions))
	for i, v := range actions {
		d := i % len(n.Q01)
		out[i] = float32(n.Q01[d] + (float64(v)+1)/2*(n.Q99[d]-n.Q01[d]))
	}
	return out
}
