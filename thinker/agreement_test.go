package thinker

import (
	"math"
	"testing"

	"hyt/policy"
)

func chunkOf(names []string, rows ...[]float64) policy.Chunk {
	return policy.Chunk{Names: names, Actions: rows}
}

func TestAgreementIsTheAngleBetweenMeanDisplacements(t *testing.T) {
	arm := []string{"x", "y", "z", "yaw", "gripper"}
	joints := []string{"shoulder", "elbow", "gripper"}
	right := chunkOf(arm, []float64{0, -0.01, 0, 0, 1}, []float64{0, -0.03, 0, 0, 1})
	still := chunkOf(arm, []float64{0.0001, 0, 0, 0, 0})
	for _, c := range []struct {
		what string
		a, b policy.Chunk
		want float64
	}{
		{"the same", right, right, 1},
		{"another length", right, chunkOf(arm, []float64{0, -0.2, 0, 0, 1}), 1},
		{"turn and grip do not count", right, chunkOf(arm, []float64{0, -0.01, 0, 3, 0}), 1},
		{"opposite", right, chunkOf(arm, []float64{0, 0.01, 0, 0, 1}), -1},
		{"across", right, chunkOf(arm, []float64{0, 0, 0.05, 0, 1}), 0},
		{"half across", right, chunkOf(arm, []float64{0.01, -0.01, 0, 0, 1}), math.Sqrt2 / 2},
		{"neither moves", still, still, 1},
		{"one moves", still, right, 0},
		{"to and fro is no move", right, chunkOf(arm, []float64{0, 0.1, 0, 0, 0}, []float64{0, -0.1, 0, 0, 0}), 0},
		{"joints", chunkOf(joints, []float64{0.1, 0, 1}), chunkOf(joints, []float64{0.1, 0, 0}), 1},
		{"no actions", right, policy.Chunk{}, 0},
		{"other dimensions", right, chunkOf(joints, []float64{0.1, 0, 1}), 0},
	} {
		if got := Agreement(c.a, c.b); math.Abs(got-c.want) > 1e-9 {
			t.Errorf("%s: %v, want %v", c.what, got, c.want)
		}
	}
}
