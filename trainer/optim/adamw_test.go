package optim

import (
	"math"
	"testing"
)

func TestAdamWFindsTheMinimumOfABowl(t *testing.T) {
	w := [][]float32{{3, -2}}
	o := Default()
	o.WeightDecay = 0
	s := NewState(w)
	for range 400 {
		grad := [][]float32{{2 * (w[0][0] - 1), 20 * (w[0][1] - 5)}}
		o.Update(s, w, grad, []bool{true}, 0.05)
	}
	if math.Abs(float64(w[0][0]-1)) > 0.05 || math.Abs(float64(w[0][1]-5)) > 0.05 {
		t.Errorf("ended at %v, want 1, 5", w[0])
	}
}

// TestFirstStep: bias correction makes the first step lr long whatever the
// gradient's size, plus the decay.
func TestFirstStep(t *testing.T) {
	for _, grad := range []float32{1e-3, 0.5} {
		w := [][]float32{{1}, {1}}
		o := Default()
		o.WeightDecay = 0.1
		o.Update(NewState(w), w, [][]float32{{grad}, {grad}}, []bool{true, false}, 0.01)
		if got := float64(w[0][0]); math.Abs(got-(1-0.01*0.1-0.01)) > 1e-5 {
			t.Errorf("gradient %v: decayed weight is %v", grad, got)
		}
		if got := float64(w[1][0]); math.Abs(got-(1-0.01)) > 1e-5 {
			t.Errorf("gradient %v: weight without decay is %v", grad, got)
		}
	}
}

func TestClippingKeepsTheDirection(t *testing.T) {
	s := NewState([][]float32{{0, 0}})
	o := Default()
	norm := o.Update(s, [][]float32{{0, 0}}, [][]float32{{30, 40}}, []bool{false}, 1e-3)
	if math.Abs(norm-50) > 1e-3 {
		t.Errorf("norm %v, want 50", norm)
	}
	// After clipping to 1 the gradient is 0.6, 0.8; M holds a tenth of it.
	if m := s.M[0]; math.Abs(float64(m[0])-0.06) > 1e-6 || math.Abs(float64(m[1])-0.08) > 1e-6 {
		t.Errorf("means %v, want 0.06, 0.08", m)
	}
}

func TestANonFiniteGradientChangesNothing(t *testing.T) {
	w := [][]float32{{1}}
	s := NewState(w)
	norm := Default().Update(s, w, [][]float32{{float32(math.NaN())}}, []bool{true}, 1)
	if !math.IsNaN(norm) || w[0][0] != 1 || s.Step != 0 {
		t.Errorf("norm %v, weight %v, step %d", norm, w[0][0], s.Step)
	}
}

func TestSchedule(t *testing.T) {
	s := Schedule{Peak: 1, Warmup: 10, Steps: 110, Floor: 0.1}
	for _, test := range []struct {
		step int
		want float64
	}{{0, 0.1}, {9, 1}, {10, 1}, {60, 0.55}, {110, 0.1}, {500, 0.1}} {
		if got := s.At(test.step); math.Abs(got-test.want) > 1e-9 {
			t.Errorf("step %d: %v, want %v", test.step, got, test.want)
		}
	}
}

func TestAverageForgetsTheStart(t *testing.T) {
	avg := [][]float32{{100}}
	for step := 1; step <= 300; step++ {
		Average(avg, [][]float32{{2}}, 0.99, step)
	}
	if math.Abs(float64(avg[0][0])-2) > 0.05 {
		t.Errorf("average %v after 300 steps at 2", avg[0][0])
	}
}
