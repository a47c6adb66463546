package thinker

import (
	"math"
	"strings"
	"testing"

	"hyt/policy"
	"hyt/policy/spec"
)

func TestDifferenceIsInRangesMillimetresAndRadians(t *testing.T) {
	arm := &spec.Action{
		Names: []string{"x", "y", "yaw", "gripper"}, Units: []string{"m", "m", "rad", "1"}, Kind: spec.EEDelta,
		Q01: []float64{-0.02, -0.02, -0.1, 0}, Q99: []float64{0.02, 0.02, 0.1, 1},
	}
	joints := &spec.Action{
		Names: []string{"a", "b"}, Units: []string{"rad", "rad"}, Kind: spec.JointPosition,
		Q01: []float64{-1, -1}, Q99: []float64{1, 1},
	}
	zero := func(n, dims int) policy.Chunk {
		return policy.Chunk{Actions: rows(n, dims)}
	}
	for _, c := range []struct {
		what  string
		spec  *spec.Action
		a, b  policy.Chunk
		span  float64
		worst string
		mm    float64
		rad   float64
	}{
		{"the same", arm, zero(2, 4), zero(2, 4), 0, "x", 0, 0},
		{"3 mm and 4 mm, in the first of two steps", arm,
			policy.Chunk{Actions: [][]float64{{0.003, -0.004, 0, 0}, {0, 0, 0, 0}}}, zero(2, 4), 0.05, "y", 5, 0},
		{"to and fro comes back", arm,
			policy.Chunk{Actions: [][]float64{{0.01, 0, 0, 0}, {-0.01, 0, 0, 0}}}, zero(2, 4), 0.25, "x", 0, 0},
		{"the grip counts in ranges only", arm,
			policy.Chunk{Actions: [][]float64{{0, 0, 0.02, 1}, {0, 0, 0.02, 1}}}, zero(2, 4), 1, "gripper", 0, 0.04},
		{"joint positions end where the last one is", joints,
			policy.Chunk{Actions: [][]float64{{1, 0}, {0.1, -0.3}}}, zero(2, 2), 0.275, "a", 0, 0.3},
		{"as far as both reach", arm, policy.Chunk{Actions: [][]float64{{0.01, 0, 0, 0}}}, zero(2, 4), 0.25, "x", 10, 0},
		{"other dimensions", arm, zero(2, 3), zero(2, 4), 0, "", 0, 0},
		{"no actions", arm, policy.Chunk{}, zero(2, 4), 0, "", 0, 0},
	} {
		d := Differ(c.a, c.b, c.spec)
		if d.Worst != c.worst || far(d.Range, c.span) || far(d.Millimetres, c.mm) || far(d.Radians, c.rad) {
			t.Errorf("%s: %+v, want %v of %q, %v mm, %v rad", c.what, d, c.span, c.worst, c.mm, c.rad)
		}
		if back := Differ(c.b, c.a, c.spec); back.Range != d.Range || back.Millimetres != d.Millimetres {
			t.Errorf("%s: the other way round it is %+v", c.what, back)
		}
	}
}

func rows(n, dims int) [][]float64 {
	out := make([][]float64, n)
	for i := range out {
		out[i] = make([]float64, dims)
	}
	return out
}

func far(a, b float64) bool { return math.Abs(a-b) > 1e-9 }

func TestOnlyADifferenceOverTheThresholdIsADisagreement(t *testing.T) {
	d := Difference{Worst: "y", Range: 0.5, Millimetres: 12.34, Radians: 0.1}
	if err := d.over(0.5); err != nil {
		t.Errorf("at the threshold: %v", err)
	}
	const want = "y differs by 0.50 of its range from direct mode (at most 0.40); the chunks end 12.3 mm and 0.100 rad apart"
	if err := d.over(0.4); err == nil || !strings.HasSuffix(err.Error(), want) {
		t.Errorf("error %v, want %q at its end", err, want)
	}
}
