package eval

import (
	"math"
	"testing"
	"time"
)

func near(a, b, tol float64) bool { return math.Abs(a-b) <= tol }

func TestWilsonKnownAnswers(t *testing.T) {
	tests := []struct {
		successes, trials int
		lo, hi            float64
	}{
		{0, 0, 0, 1},
		{0, 10, 0, 0.2775},
		{10, 10, 0.7225, 1},
		{5, 10, 0.2366, 0.7634},
		{81, 263, 0.2553, 0.3662}, // Newcombe (1998), table I, method 3
		{15, 148, 0.0624, 0.1605},
		{1, 29, 0.0061, 0.1718},
	}
	for _, tt := range tests {
		got := Wilson(tt.successes, tt.trials)
		if !near(got[0], tt.lo, 5e-5) || !near(got[1], tt.hi, 5e-5) {
			t.Errorf("Wilson(%d, %d) = %.4f, want %.4f %.4f", tt.successes, tt.trials, got, tt.lo, tt.hi)
		}
	}
}

// outcomes builds paired results from how many of each kind there are.
func outcomes(both, won, lost, neither int) (before, after []bool) {
	add := func(n int, b, a bool) {
		for range n {
			before, after = append(before, b), append(after, a)
		}
	}
	add(both, true, true)
	add(won, false, true)
	add(lost, true, false)
	add(neither, false, false)
	return before, after
}

func TestPairedKnownAnswers(t *testing.T) {
	tests := []struct {
		name                     string
		both, won, lost, neither int
		gain, lo, hi, p          float64
	}{
		// (13/102 - 3/102) -+ z sqrt((16/102 - (10/102)^2)/102)
		{"some of each", 40, 12, 2, 46, 0.10, 0.02357, 0.17251, 0.012939},
		{"nothing differs", 5, 0, 0, 5, 0, -0.23098, 0.23098, 1},
		{"always won", 0, 10, 0, 0, 1, 0.52058, 1, 0.001953},
		{"always lost", 0, 0, 10, 0, -1, -1, -0.52058, 0.001953},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			g := Paired(outcomes(tt.both, tt.won, tt.lost, tt.neither))
			if g.Won != tt.won || g.Lost != tt.lost || !near(g.Gain, tt.gain, 1e-12) {
				t.Errorf("got %+v", g)
			}
			if !near(g.CI95[0], tt.lo, 2e-5) || !near(g.CI95[1], tt.hi, 2e-5) || !near(g.P, tt.p, 1e-6) {
				t.Errorf("got %.5f, p %.6f, want %.5f %.5f, p %.6f", g.CI95, g.P, tt.lo, tt.hi, tt.p)
			}
		})
	}
}

func TestPairedOfNothingKnowsNothing(t *testing.T) {
	if g := Paired(nil, nil); g.CI95 != [2]float64{-1, 1} || g.P != 1 {
		t.Errorf("got %+v", g)
	}
}

func TestQuantilesAreNearestRank(t *testing.T) {
	var d []time.Duration
	for i := 100; i > 0; i-- {
		d = append(d, time.Duration(i)*time.Millisecond)
	}
	if got, want := quantiles(d), (Quantiles{P50: 50, P99: 99}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if got := quantiles(nil); got != (Quantiles{}) {
		t.Errorf("of nothing: %+v", got)
	}
}
