package policy

import (
	"errors"
	"math"
	"testing"

	"hyt/policy/spec"
)

func TestQuantilesMapTheModelsRange(t *testing.T) {
	a := &spec.Action{Names: []string{"x", "gripper"}, Chunk: 1, Q01: []float64{-0.02, 0.1}, Q99: []float64{0.06, 1}}
	for _, c := range []struct{ raw, x, gripper float64 }{
		{-1, -0.02, 0.1},
		{0, 0.02, 0.55},
		{1, 0.06, 1},
		{1.04, 0.0616, 1}, // a little outside counts, but an opening ends at 1
		{50, 0.062, 1},    // far outside is the margin's edge
		{-50, -0.022, 0.0775},
	} {
		got, err := denormalise([]float32{float32(c.raw), float32(c.raw)}, a, nil)
		if err != nil {
			t.Fatal(err)
		}
		if math.Abs(got[0][0]-c.x) > 1e-8 || math.Abs(got[0][1]-c.gripper) > 1e-7 {
			t.Errorf("%v gives %v, want x %v and gripper %v", c.raw, got[0], c.x, c.gripper)
		}
	}
}

func TestOneBadNumberDropsTheChunk(t *testing.T) {
	a := &spec.Action{Names: []string{"x", "y"}, Chunk: 2, Q01: []float64{0, 0}, Q99: []float64{1, 1}}
	for _, bad := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		got, err := denormalise([]float32{0, 0, 0, float32(bad)}, a, nil)
		if !errors.Is(err, ErrNonFinite) || got != nil {
			t.Errorf("%v: %v, %v, want ErrNonFinite", bad, got, err)
		}
	}
}
