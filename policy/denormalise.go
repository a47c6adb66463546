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
// the spec's units: -1..1 is q01..q99. An output that is not finite is an error,
// for the whole chunk.
func denormalise(raw []float32, a *spec.Action) ([][]float64, error) {
	dims := len(a.Names)
	values := make([]float64, a.Chunk*dims)
	rows := make([][]float64, a.Chunk)
	for i := range values {
		v, d := float64(raw[i]), i%dims
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, fmt.Errorf("%w: %q of action %d is %v; the chunk is dropped", ErrNonFinite, a.Names[d], i/dims, v)
		}
		v = max(-margin, min(v, margin))
		values[i] = a.Q01[d] + (v+1)/2*(a.Q99[d]-a.Q01[d])
		if a.Names[d] == gripper {
			values[i] = max(0, min(values[i], 1))
		}
	}
	for k := range rows {
		rows[k] = values[k*dims : (k+1)*dims : (k+1)*dims]
	}
	return rows, nil
}

// gripper is the dimension that is an opening, 0 closed .. 1 open.
const gripper = "gripper"
