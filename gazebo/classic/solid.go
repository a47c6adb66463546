package classic

import (
	"math"

	"hyt/gazebo/sdf"
)

// solid is a box, cylinder or sphere at a place in the world.
type solid struct {
	sdf.Geometry
	at sdf.Frame
}

// nearest is the point of the solid that is nearest to p.
func (s *solid) nearest(p [3]float64) [3]float64 {
	inverse := s.at.Inverse()
	q := inverse.Point(p)
	half := [3]float64{s.Size[0] / 2, s.Size[1] / 2, s.Size[2] / 2}
	switch s.Shape {
	case sdf.Sphere:
		shorten(q[:], half[0])
	case sdf.Cylinder:
		shorten(q[:2], half[0])
		q[2] = max(-half[2], min(half[2], q[2]))
	default:
		for i := range q {
			q[i] = max(-half[i], min(half[i], q[i]))
		}
	}
	return s.at.Point(q)
}

// shorten brings a vector to a length of at most limit.
func shorten(v []float64, limit float64) {
	n := 0.0
	for _, x := range v {
		n += x * x
	}
	if n = math.Sqrt(n); n > limit {
		for i := range v {
			v[i] *= limit / n
		}
	}
}

// distance between two solids, 0 when they overlap, to a tenth of a millimetre:
// going from each one's nearest point to the other's comes to where they are
// nearest, for both are convex.
func distance(a, b *solid) float64 {
	p := b.at.P
	var gap float64
	for range 60 {
		q := a.nearest(p)
		p = b.nearest(q)
		next := length(p, q)
		if math.Abs(gap-next) < 1e-7 && gap > 0 {
			return next
		}
		gap = next
	}
	return gap
}

func length(p, q [3]float64) float64 {
	return math.Sqrt((p[0]-q[0])*(p[0]-q[0]) + (p[1]-q[1])*(p[1]-q[1]) + (p[2]-q[2])*(p[2]-q[2]))
}

// frame turns a pose of the wire into a transform.
func (p placement) frame() sdf.Frame {
	w, x, y, z := p.rotation[0], p.rotation[1], p.rotation[2], p.rotation[3]
	return sdf.Frame{P: p.position, R: [3][3]float64{
		{1 - 2*(y*y+z*z), 2 * (x*y - w*z), 2 * (x*z + w*y)},
		{2 * (x*y + w*z), 1 - 2*(x*x+z*z), 2 * (y*z - w*x)},
		{2 * (x*z - w*y), 2 * (y*z + w*x), 1 - 2*(x*x+y*y)},
	}}
}
