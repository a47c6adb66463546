package embedded

import (
	"cmp"
	"math"
	"slices"
)

// point is one of the table's plane, metres.
type point [2]float64

// rim is the number of corners that stand for a disc.
const rim = 16

// outline is the footprint's corners, counter-clockwise.
func (f *footprint) outline() []point {
	if !f.round {
		c := f.corners()
		return []point{c[0], c[1], c[2], c[3]}
	}
	out := make([]point, rim)
	for i := range out {
		sin, cos := math.Sincos(2 * math.Pi * float64(i) / rim)
		out[i] = point{f.x + f.hx*cos, f.y + f.hx*sin}
	}
	return out
}

// common is the outline of what two footprints have in common.
func common(a, b *footprint) []point {
	poly := a.outline()
	knife := b.outline()
	for i, p := range knife {
		q := knife[(i+1)%len(knife)]
		poly = cut(poly, p, q)
	}
	return poly
}

// cut keeps what is to the left of the line from p to q.
func cut(poly []point, p, q point) []point {
	var kept []point
	for i, b := range poly {
		a := poly[(i+len(poly)-1)%len(poly)]
		sa, sb := turnOf(p, q, a), turnOf(p, q, b)
		if (sa < 0) != (sb < 0) {
			k := sa / (sa - sb)
			kept = append(kept, point{a[0] + k*(b[0]-a[0]), a[1] + k*(b[1]-a[1])})
		}
		if sb >= 0 {
			kept = append(kept, b)
		}
	}
	return kept
}

// turnOf is above zero when c lies to the left of the line from a to b.
func turnOf(a, b, c point) float64 {
	return (b[0]-a[0])*(c[1]-a[1]) - (b[1]-a[1])*(c[0]-a[0])
}

// hull is the convex hull of points, counter-clockwise. It sorts them.
func hull(points []point) []point {
	slices.SortFunc(points, func(a, b point) int {
		return cmp.Or(cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1]))
	})
	var h []point
	half := func(add func(func(point))) {
		start := len(h)
		add(func(p point) {
			for len(h) >= start+2 && turnOf(h[len(h)-2], h[len(h)-1], p) <= 0 {
				h = h[:len(h)-1]
			}
			h = append(h, p)
		})
		if len(h) > start {
			h = h[:len(h)-1]
		}
	}
	half(func(see func(point)) {
		for _, p := range points {
			see(p)
		}
	})
	half(func(see func(point)) {
		for i := len(points) - 1; i >= 0; i-- {
			see(points[i])
		}
	})
	return h
}

// tips returns the edge over which a weight at (x, y) tips, nil when the convex
// outline carries it.
func tips(outline []point, x, y float64) *edge {
	if len(outline) == 0 {
		return &edge{x: x, y: y, dx: 1}
	}
	inside := len(outline) > 2
	nearest, near := point{}, math.Inf(1)
	for i, a := range outline {
		b := outline[(i+1)%len(outline)]
		if turnOf(a, b, point{x, y}) < 0 {
			inside = false
		}
		ux, uy := b[0]-a[0], b[1]-a[1]
		k := 0.0
		if length := ux*ux + uy*uy; length > 0 {
			k = max(0, min(1, ((x-a[0])*ux+(y-a[1])*uy)/length))
		}
		p := point{a[0] + k*ux, a[1] + k*uy}
		if d := math.Hypot(x-p[0], y-p[1]); d < near {
			nearest, near = p, d
		}
	}
	if inside || near == 0 {
		return nil
	}
	return &edge{nearest[0], nearest[1], (x - nearest[0]) / near, (y - nearest[1]) / near}
}
