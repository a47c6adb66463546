package embedded

import "math"

// footprint is what a thing covers of the table: a disc or a turned rectangle.
type footprint struct {
	x, y     float64
	sin, cos float64 // of the yaw
	hx, hy   float64 // half extents of a rectangle; of a disc both its radius
	round    bool
}

// local returns a point in the footprint's own frame.
func (f *footprint) local(x, y float64) (u, v float64) {
	dx, dy := x-f.x, y-f.y
	return f.cos*dx + f.sin*dy, f.cos*dy - f.sin*dx
}

// toPoint is the distance from the footprint to a point, 0 inside.
func (f *footprint) toPoint(x, y float64) float64 {
	if f.round {
		return max(0, math.Hypot(x-f.x, y-f.y)-f.hx)
	}
	u, v := f.local(x, y)
	return math.Hypot(max(0, math.Abs(u)-f.hx), max(0, math.Abs(v)-f.hy))
}

// reach is the radius of the circle round the footprint.
func (f *footprint) reach() float64 {
	if f.round {
		return f.hx
	}
	return math.Hypot(f.hx, f.hy)
}

// distance is that between two footprints, 0 when they overlap.
func distance(a, b *footprint) float64 {
	switch {
	case a.round:
		return max(0, b.toPoint(a.x, a.y)-a.hx)
	case b.round:
		return max(0, a.toPoint(b.x, b.y)-b.hx)
	case overlap(a, b):
		return 0
	}
	// Two rectangles apart are nearest at a corner of one of them.
	nearest := math.Inf(1)
	for _, pair := range [2][2]*footprint{{a, b}, {b, a}} {
		for _, c := range pair[0].corners() {
			nearest = min(nearest, pair[1].toPoint(c[0], c[1]))
		}
	}
	return nearest
}

func (f *footprint) corners() [4][2]float64 {
	var out [4][2]float64
	for i, s := range [4][2]float64{{1, 1}, {-1, 1}, {-1, -1}, {1, -1}} {
		u, v := s[0]*f.hx, s[1]*f.hy
		out[i] = [2]float64{f.x + f.cos*u - f.sin*v, f.y + f.sin*u + f.cos*v}
	}
	return out
}

// overlap tells whether two rectangles have a common point: none of their four
// axes separates them.
func overlap(a, b *footprint) bool {
	cos := math.Abs(a.cos*b.cos + a.sin*b.sin) // of the angle between them
	sin := math.Abs(a.cos*b.sin - a.sin*b.cos)
	u, v := a.local(b.x, b.y)
	if math.Abs(u) > a.hx+b.hx*cos+b.hy*sin || math.Abs(v) > a.hy+b.hx*sin+b.hy*cos {
		return false
	}
	u, v = b.local(a.x, a.y)
	return math.Abs(u) <= b.hx+a.hx*cos+a.hy*sin && math.Abs(v) <= b.hy+a.hx*sin+a.hy*cos
}
