package geom

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"
)

// Quat is a unit quaternion; q and -q are the same rotation.
type Quat struct{ W, X, Y, Z float64 }

// Quat returns the quaternion of the rotation m with W ≥ 0. It divides by the
// largest component, so no rotation is badly conditioned.
func (m Mat) Quat() Quat {
	xx, yy, zz := m[0][0], m[1][1], m[2][2]
	var q Quat
	switch {
	case xx+yy+zz > 0:
		q = Quat{1 + xx + yy + zz, m[2][1] - m[1][2], m[0][2] - m[2][0], m[1][0] - m[0][1]}
	case xx >= yy && xx >= zz:
		q = Quat{m[2][1] - m[1][2], 1 + xx - yy - zz, m[0][1] + m[1][0], m[0][2] + m[2][0]}
	case yy >= zz:
		q = Quat{m[0][2] - m[2][0], m[0][1] + m[1][0], 1 - xx + yy - zz, m[1][2] + m[2][1]}
	default:
		q = Quat{m[1][0] - m[0][1], m[0][2] + m[2][0], m[1][2] + m[2][1], 1 - xx - yy + zz}
	}
	n := math.Sqrt(q.W*q.W + q.X*q.X + q.Y*q.Y + q.Z*q.Z)
	if q.W < 0 {
		n = -n
	}
	return Quat{q.W / n, q.X / n, q.Y / n, q.Z / n}
}

// Mat returns the rotation of q, which is normalised first. A quaternion whose
// length is off by more than 1 % is an error: its sender meant something else.
func (q Quat) Mat() (Mat, error) {
	n := math.Sqrt(q.W*q.W + q.X*q.X + q.Y*q.Y + q.Z*q.Z)
	if !(math.Abs(n-1) < 0.01) {
		return Mat{}, fmt.Errorf("quaternion (x %g, y %g, z %g, w %g) has length %.3g, not 1", q.X, q.Y, q.Z, q.W, n)
	}
	w, x, y, z := q.W/n, q.X/n, q.Y/n, q.Z/n
	return Mat{
		{1 - 2*(y*y+z*z), 2 * (x*y - w*z), 2 * (x*z + w*y)},
		{2 * (x*y + w*z), 1 - 2*(x*x+z*z), 2 * (y*z - w*x)},
		{2 * (x*z - w*y), 2 * (y*z + w*x), 1 - 2*(x*x+y*y)},
	}, nil
}

// Nearest returns the rotation closest to m by the sum of squares, from its
// singular value decomposition. Where m is not finite, neither is the result.
func Nearest(m Mat) Mat {
	for _, row := range m {
		for _, v := range row {
			if math.IsNaN(v) || math.IsInf(v, 0) { // the decomposition would not end
				return Mat{{math.NaN()}}
			}
		}
	}
	d := mat.NewDense(3, 3, []float64{m[0][0], m[0][1], m[0][2], m[1][0], m[1][1], m[1][2], m[2][0], m[2][1], m[2][2]})
	var svd mat.SVD
	if !svd.Factorize(d, mat.SVDFull) {
		return Mat{{math.NaN()}}
	}
	var u, v, r mat.Dense
	svd.UTo(&u)
	svd.VTo(&v)
	r.Mul(&u, v.T())
	if mat.Det(&r) < 0 { // a reflection is closer: turn the weakest direction back
		for i := range 3 {
			u.Set(i, 2, -u.At(i, 2))
		}
		r.Mul(&u, v.T())
	}
	var out Mat
	for i := range 3 {
		for j := range 3 {
			out[i][j] = r.At(i, j)
		}
	}
	return out
}
