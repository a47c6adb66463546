package detect

import (
	"cmp"
	"slices"

	"hyt/calib/view"
)

// axes are the steps to the next column and the next row at a corner, in
// pixels, from its neighbours on either side or, without any, from those of the
// cells beside it. ok is false for a corner that stands alone.
func (m measured) axes(at cell) (ex, ey view.Point2, ok bool) {
	ex, okX := m.step(at, steps[0], steps[1])
	ey, okY := m.step(at, steps[1], steps[0])
	return ex, ey, okX && okY
}

// step is the mean step along d at a corner, or else at its neighbours along side.
func (m measured) step(at, d, side cell) (view.Point2, bool) {
	for _, from := range []cell{at, {at.x + side.x, at.y + side.y}, {at.x - side.x, at.y - side.y}} {
		a, b, n := from, from, 0.0
		if next := (cell{from.x + d.x, from.y + d.y}); m.has(next) {
			b, n = next, n+1
		}
		if last := (cell{from.x - d.x, from.y - d.y}); m.has(last) {
			a, n = last, n+1
		}
		if n == 0 || n == 1 && !m.has(from) {
			continue
		}
		return view.Point2{X: (m[b].x - m[a].x) / n, Y: (m[b].y - m[a].y) / n}, true
	}
	return view.Point2{}, false
}

func (m measured) has(at cell) bool { _, ok := m[at]; return ok }

// guessed is m with a guess for each missing corner that lies between two known
// ones, or in line with two.
func (m measured) guessed(w, h int) measured {
	all := make(measured, w*h)
	for y := range h {
		for x := range w {
			at := cell{x, y}
			if c, ok := m[at]; ok {
				all[at] = c
			} else if g, ok := m.guess(at); ok {
				all[at] = g
			}
		}
	}
	return all
}

func (m measured) guess(at cell) (sharp, bool) {
	on := func(d cell, n int) (sharp, bool) { c, ok := m[cell{at.x + n*d.x, at.y + n*d.y}]; return c, ok }
	for _, d := range steps[:2] {
		a, okA := on(d, 1)
		b, okB := on(d, -1)
		if okA && okB {
			return sharp{x: (a.x + b.x) / 2, y: (a.y + b.y) / 2}, true
		}
	}
	for _, d := range steps {
		a, okA := on(d, 1)
		b, okB := on(d, 2)
		if okA && okB {
			return sharp{x: 2*a.x - b.x, y: 2*a.y - b.y}, true
		}
	}
	return sharp{}, false
}

// reaches tells whether at least two corners stand on each side of the board.
func (m measured) reaches(w, h int) bool {
	var left, right, top, bottom int
	for at := range m {
		for _, side := range []struct {
			on bool
			n  *int
		}{{at.x == 0, &left}, {at.x == w-1, &right}, {at.y == 0, &top}, {at.y == h-1, &bottom}} {
			if side.on {
				*side.n++
			}
		}
	}
	return min(left, right, top, bottom) >= 2
}

// median is the middle of what of gives for each corner.
func (m measured) median(of func(sharp) float64) float64 {
	var vs []float64
	for _, c := range m {
		vs = append(vs, of(c))
	}
	if len(vs) == 0 {
		return 0
	}
	slices.SortFunc(vs, cmp.Compare)
	return vs[len(vs)/2]
}

// dropOdd removes corners that the model fits far worse than the others, which is
// so where something covers a part of their surroundings.
func (m measured) dropOdd() {
	const odd, quantisation = 2.0, 1.0 // grey levels
	limit := odd*m.median(func(c sharp) float64 { return c.rest }) + quantisation
	for at, c := range m {
		if c.rest > limit {
			delete(m, at)
		}
	}
}
