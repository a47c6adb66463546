package hybrid

import (
	"fmt"
	"slices"

	"hyt/trainer/contract"
	"hyt/trainer/data"
	"hyt/trainer/model"
)

// Norm maps actions between units and -1..1, by two quantiles of each dimension:
// Q01 goes to -1, Q99 to 1.
type Norm struct{ Q01, Q99 []float64 }

// smallestSpan keeps a dimension that hardly moves in the data (yaw while
// touching) from being blown up, by unit.
func smallestSpan(unit string) float64 {
	switch unit {
	case "m":
		return 0.01
	case "rad":
		return 0.02
	}
	return 0.05
}

// opening says whether a dimension is a gripper's target or the like: absolute and
// 0..1 whatever the data.
func opening(n data.Number, lo, hi float64) bool {
	absolute := n.Kind == contract.Target || n.Kind == contract.State
	return absolute && (n.Unit == "1" || n.Unit == "opening") && lo >= 0 && hi <= 1
}

// FitNorm takes the quantiles of all actions of the set, whose dimensions are dims.
func FitNorm(set Set, dims []data.Number) (Norm, error) {
	if set.Len() == 0 {
		return Norm{}, fmt.Errorf("no samples to take action quantiles from")
	}
	columns := make([][]float32, len(dims))
	for i := range set.Len() {
		// The first row is enough: later rows are first rows of later samples.
		for d, v := range set.At(i).Actions[:len(dims)] {
			columns[d] = append(columns[d], v)
		}
	}
	n := Norm{Q01: make([]float64, len(dims)), Q99: make([]float64, len(dims))}
	for d, column := range columns {
		lo, hi := quantiles(column)
		if missing := smallestSpan(dims[d].Unit) - (hi - lo); missing > 0 {
			lo, hi = lo-missing/2, hi+missing/2
		}
		if opening(dims[d], float64(column[0]), float64(column[len(column)-1])) {
			lo, hi = 0, 1
		}
		n.Q01[d], n.Q99[d] = lo, hi
	}
	return n, nil
}

// quantiles sorts the values and returns the first and the last percent's ends.
func quantiles(values []float32) (lo, hi float64) {
	slices.Sort(values)
	last := float64(len(values) - 1)
	return float64(values[int(0.01*last)]), float64(values[int(0.99*last)])
}

// FitProprio gives each number of proprioception its scale: the known one of its
// name, or half the span of its quantiles in the set.
func FitProprio(set Set, numbers []data.Number) []model.Scale {
	scales := make([]model.Scale, len(numbers))
	for i, n := range numbers {
		var ok bool
		if scales[i], ok = model.KnownScale(n.Name); ok {
			continue
		}
		var column []float32
		for k := range set.Len() {
			column = append(column, set.At(k).Proprio[i])
		}
		lo, hi := quantiles(column)
		scales[i] = model.Scale{Mid: float32(lo+hi) / 2, Span: float32(max(hi-lo, smallestSpan(n.Unit)) / 2)}
	}
	return scales
}

// NeutralNorm is for a model that has seen no actions of the tabletop robot: moves
// of up to the arm's speed limit in one period.
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
