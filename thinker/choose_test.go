package thinker

import (
	"math"
	"slices"
	"testing"
)

func TestTemperatureZeroTakesTheLikeliest(t *testing.T) {
	c := newChooser(0, 1)
	for _, l := range []struct {
		logits []float32
		want   int64
	}{
		{[]float32{0, 3, 1}, 1},
		{[]float32{2, 2, 2}, 0},
		{[]float32{-5, -4, float32(math.Inf(-1))}, 1},
	} {
		if got := c.next(l.logits); got != l.want {
			t.Errorf("%v: took %d, want %d", l.logits, got, l.want)
		}
	}
}

func TestDrawsFollowTheModelsBelief(t *testing.T) {
	c := newChooser(1, 1)
	logits := []float32{float32(math.Log(0.1)), float32(math.Log(0.6)), float32(math.Log(0.3)), float32(math.Inf(-1))}
	const draws = 20000
	var seen [4]int
	for range draws {
		seen[c.next(logits)]++
	}
	for id, p := range []float64{0.1, 0.6, 0.3, 0} {
		if got := float64(seen[id]) / draws; math.Abs(got-p) > 0.02 {
			t.Errorf("token %d was drawn in %.3f of cases, want %.3f", id, got, p)
		}
	}
}

func TestSameSeedDrawsTheSame(t *testing.T) {
	draw := func(seed uint64) (ids []int64) {
		c := newChooser(2, seed)
		for range 50 {
			ids = append(ids, c.next([]float32{0, 1, 2, 1}))
		}
		return ids
	}
	if !slices.Equal(draw(7), draw(7)) {
		t.Error("one seed gave two sequences")
	}
	if slices.Equal(draw(7), draw(8)) {
		t.Error("two seeds gave one sequence")
	}
}
