package policy

import (
	"fmt"
	"math"

	"hyt/policy/spec"
)

// margin is how far outside -1..1 a model's output counts. A little, because the
// quantiles cut off the outer 2 % of what was demonstrated.
const margin = 1.05

// denormalise turns the model's output, row-major chunk x dims, into actions in
// the spec's units: -1..1 is q01..q99. It writes into dst where that has the shape,
// or else into fresh memory. An output that is not finite is an error, for the whole
// chunk.
func denormalise(raw []float32, a *spec.Action, dst [][]float64) ([][]float64, error) {
	dims := len(a.Names)
	if !fits(dst, a.Chunk, dims) {
		dst = newRows(a.Chunk, dims)
	}
	for i := range a.Chunk * dims {
		v, k, d := float64(raw[i]), i/dims, i%dims
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, fmt.Errorf("%w: %q of action %d is %v; the chunk is dropped", ErrNonFinite, a.Names[d], k, v)
		}
		v = max(-margin, min(v, margin))
		v = a.Q01[d] + (v+1)/2*(a.Q99[d]-a.Q01[d])
		if a.Names[d] == gripper {
			v = max(0, min(v, 1))
		}
		dst[k][d] = v
	}
	return dst, nil
}

func fits(rows [][]float64, n, dims int) bool {
	if len(rows) != n {
		return false
	}
	for _, row := range rows {
		if len(row) != dims {
			return false
		}
	}
	return true
}

func newRows(n, dims int) [][]float64 {
	values := make([]float64, n*dims)
	rows := make([][]float64, n)
	for k := range rows {
		rows[k] = values[k*dims : (k+1)*dims : (k+1)*dims]
	}
	return rows
}

// gripper is the dimension that is an opening, 0 closed .. 1 open.
const gripper = "gripper"
