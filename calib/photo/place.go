package photo

import (
	"math"
	"math/rand/v2"

	"hyt/calib/geom"
	"hyt/calib/view"
)

// apart is the least distance of two corners in a picture, pixels: closer ones
// cannot be told apart.
const apart = 9

// Place moves the board to a place of its own in view: anywhere in the image,
// turned at random about the line of sight, tilted by up to maxTilt radians, as
// near as makes it fill the image or up to twice as far, with all its corners in
// view.
func (s *Scene) Place(r *rand.Rand, maxTilt float64) {
	lo, hi := s.Board.Extent()
	mid := geom.Vec{(lo.X + hi.X) / 2, (lo.Y + hi.Y) / 2, 0}
	w, h := float64(s.Camera.Width), float64(s.Camera.Height)
	near := max(hi.X-lo.X, hi.Y-lo.Y) * s.Camera.Fx / w
	corners := len(s.Board.Corners())
	for {
		turn := geom.Exp(geom.Vec{0, 0, math.Pi * (2*r.Float64() - 1)})
		sin, cos := math.Sincos(2 * math.Pi * r.Float64())
		tilt := geom.Exp(geom.Vec{cos, sin, 0}.Scale(maxTilt * r.Float64()))
		ray, err := s.Camera.Unproject(view.Point2{X: w * r.Float64(), Y: h * r.Float64()})
		if err != nil {
			continue
		}
		s.Pose.R = tilt.Mul(turn)
		s.Pose.T = ray.Scale(near * (1 + r.Float64())).Sub(s.Pose.R.Apply(mid))
		if v := s.Truth(); len(v.Points) == corners && Closest(v) > apart {
			return
		}
	}
}

// Closest is the least distance of two corners of a view in pixels.
func Closest(v view.View) float64 {
	least := math.Inf(1)
	for i, p := range v.Pixels {
		for _, q := range v.Pixels[:i] {
			least = min(least, math.Hypot(p.X-q.X, p.Y-q.Y))
		}
	}
	return least
}
