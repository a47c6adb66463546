// Package planar finds where a flat board is: the homography between board and
// image, and the board's pose before a known camera.
package planar

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"hyt/calib/geom"
	"hyt/calib/view"
)

// Homography returns H with pixel ~ H (x, y, 1): the direct linear transform of
// normalised points (Hartley & Zisserman, algorithm 4.2). H has the sign that
// puts the board's points in front.
func Homography(board []view.Point3, pixels []view.Point2) (geom.Mat, error) {
	n := len(board)
	if n < view.MinPoints || n != len(pixels) {
		return geom.Mat{}, fmt.Errorf("a homography takes at least %d pairs of points, got %d and %d", view.MinPoints, n, len(pixels))
	}
	flat := make([]view.Point2, n)
	for i, p := range board {
		flat[i] = view.Point2{X: p.X, Y: p.Y}
	}
	tb, ti := normaliser(flat), normaliser(pixels)
	// AᵀA of the 2n × 9 system; the points are normalised, so squaring costs no
	// digits that the noise has not taken already.
	ata := mat.NewSymDense(9, nil)
	for i := range flat {
		x, y := tb.apply(flat[i])
		u, v := ti.apply(pixels[i])
		for _, row := range [2][9]float64{
			{x, y, 1, 0, 0, 0, -u * x, -u * y, -u},
			{0, 0, 0, x, y, 1, -v * x, -v * y, -v},
		} {
			for a := range 9 {
				for b := a; b < 9; b++ {
					ata.SetSym(a, b, ata.At(a, b)+row[a]*row[b])
				}
			}
		}
	}
	var eig mat.EigenSym
	if !eig.Factorize(ata, true) {
		return geom.Mat{}, fmt.Errorf("the homography of %d points has no solution", n)
	}
	values := eig.Values(nil)
	if values[1] < 1e-9*values[8] {
		return geom.Mat{}, fmt.Errorf("the %d points do not fix a homography: all but one lie on one line", n)
	}
	var vec mat.Dense
	eig.VectorsTo(&vec)
	var h geom.Mat
	for i := range 9 {
		h[i/3][i%3] = vec.At(i, 0)
	}
	h = ti.inverse().Mul(h).Mul(tb.matrix())
	var side float64
	for _, p := range flat {
		side += h[2][0]*p.X + h[2][1]*p.Y + h[2][2]
	}
	scale := 1 / math.Abs(side/float64(n))
	if side < 0 {
		scale = -scale
	}
	for i := range 3 {
		h[i] = geom.Vec(h[i]).Scale(scale)
	}
	return h, nil
}

// shift moves points to their centroid and scales their mean distance to √2.
type shift struct{ x, y, k float64 }

func normaliser(ps []view.Point2) (s shift) {
	n := float64(len(ps))
	for _, p := range ps {
		s.x, s.y = s.x+p.X/n, s.y+p.Y/n
	}
	var d float64
	for _, p := range ps {
		d += math.Hypot(p.X-s.x, p.Y-s.y) / n
	}
	s.k = math.Sqrt2 / max(d, 1e-300)
	return s
}

func (s shift) apply(p view.Point2) (x, y float64) { return s.k * (p.X - s.x), s.k * (p.Y - s.y) }

func (s shift) matrix() geom.Mat {
	return geom.Mat{{s.k, 0, -s.k * s.x}, {0, s.k, -s.k * s.y}, {0, 0, 1}}
}

func (s shift) inverse() geom.Mat {
	return geom.Mat{{1 / s.k, 0, s.x}, {0, 1 / s.k, s.y}, {0, 0, 1}}
}
