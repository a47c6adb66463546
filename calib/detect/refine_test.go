package detect

import (
	"math"
	"testing"
)

func TestTheCornerModelKnowsItsDerivatives(t *testing.T) {
	v := [params]float64{iX: 0.3, iY: -0.2, iTurn1: 0.4, iTurn2: 1.7, iBlur: 1.1, iBase: 120, iBaseX: 0.5, iBaseY: -1, iContrast: 70}
	for _, p := range [][2]float64{{0, 0}, {1, 2}, {-3, 0.5}, {2, -4}} {
		var d [params]float64
		m := newModel(&v)
		m.at(p[0], p[1], &d)
		for i := range v {
			const h = 1e-5
			up, down := v, v
			up[i] += h
			down[i] -= h
			a, b := newModel(&up), newModel(&down)
			want := (a.at(p[0], p[1], nil) - b.at(p[0], p[1], nil)) / (2 * h)
			if math.Abs(d[i]-want) > 1e-6*(1+math.Abs(want)) {
				t.Errorf("at %v parameter %d: %g, by differences %g", p, i, d[i], want)
			}
		}
	}
}

func TestACornerOfNothingIsRefused(t *testing.T) {
	p := newPlane(40, 40)
	for i := range p.v {
		p.v[i] = float32(i % 40) // a slope
	}
	if s, ok := sharpen(p, 20, 20, 8, [2]float64{0, 1.6}); ok {
		t.Errorf("a corner in a slope: %+v", s)
	}
	if _, ok := sharpen(p, 1, 20, 8, [2]float64{0, 1.6}); ok {
		t.Error("a window beyond the image was taken")
	}
}
