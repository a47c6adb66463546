// Package geom has the rigid motions that calibration is made of. Rotations are
// matrices, small changes are rotation vectors (radians about their own
// direction), lengths are metres. Names read as chains: aTb maps points of frame
// b into frame a, so baseThand.Mul(handTcam) is baseTcam.
package geom

import (
	"fmt"
	"math"
)

// Vec is a column of three numbers.
type Vec [3]float64

// Add returns v + w.
func (v Vec) Add(w Vec) Vec { return Vec{v[0] + w[0], v[1] + w[1], v[2] + w[2]} }

// Sub returns v - w.
func (v Vec) Sub(w Vec) Vec { return Vec{v[0] - w[0], v[1] - w[1], v[2] - w[2]} }

// Scale returns k v.
func (v Vec) Scale(k float64) Vec { return Vec{k * v[0], k * v[1], k * v[2]} }

// Dot returns the scalar product.
func (v Vec) Dot(w Vec) float64 { return v[0]*w[0] + v[1]*w[1] + v[2]*w[2] }

// Cross returns v × w.
func (v Vec) Cross(w Vec) Vec {
	return Vec{v[1]*w[2] - v[2]*w[1], v[2]*w[0] - v[0]*w[2], v[0]*w[1] - v[1]*w[0]}
}

// Norm returns the length of v.
func (v Vec) Norm() float64 { return math.Sqrt(v.Dot(v)) }

// Mat is a 3×3 matrix; where a function says rotation, one with orthonormal
// columns and determinant +1.
type Mat [3][3]float64

// Identity turns nothing.
var Identity = Mat{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}

// Mul returns m n.
func (m Mat) Mul(n Mat) (p Mat) {
	for i := range 3 {
		for j := range 3 {
			p[i][j] = m[i][0]*n[0][j] + m[i][1]*n[1][j] + m[i][2]*n[2][j]
		}
	}
	return p
}

// Apply returns m v.
func (m Mat) Apply(v Vec) Vec {
	return Vec{Vec(m[0]).Dot(v), Vec(m[1]).Dot(v), Vec(m[2]).Dot(v)}
}

// T returns the transpose, for a rotation its inverse.
func (m Mat) T() Mat {
	return Mat{{m[0][0], m[1][0], m[2][0]}, {m[0][1], m[1][1], m[2][1]}, {m[0][2], m[1][2], m[2][2]}}
}

// Col returns column j.
func (m Mat) Col(j int) Vec { return Vec{m[0][j], m[1][j], m[2][j]} }

// Columns returns the matrix with these columns.
func Columns(a, b, c Vec) Mat { return Mat{a, b, c}.T() }

// Det returns the determinant.
func (m Mat) Det() float64 { return Vec(m[0]).Dot(Vec(m[1]).Cross(m[2])) }

// Skew returns the matrix of v × ·.
func Skew(v Vec) Mat {
	return Mat{{0, -v[2], v[1]}, {v[2], 0, -v[0]}, {-v[1], v[0], 0}}
}

// Exp returns the rotation by |w| radians about w.
func Exp(w Vec) Mat {
	th2 := w.Dot(w)
	a, b := 1-th2/6, 0.5-th2/24 // sin θ/θ and (1-cos θ)/θ²
	if th2 > 1e-8 {
		th := math.Sqrt(th2)
		s := math.Sin(th / 2)
		a, b = math.Sin(th)/th, 2*s*s/th2
	}
	k := Skew(w)
	k2 := k.Mul(k)
	m := Identity
	for i := range 3 {
		for j := range 3 {
			m[i][j] += a*k[i][j] + b*k2[i][j]
		}
	}
	return m
}

// Log returns the rotation vector of the rotation m, at most π long. It goes
// through the quaternion, which is exact at half turns too.
func (m Mat) Log() Vec {
	q := m.Quat()
	v := Vec{q.X, q.Y, q.Z}
	s := v.Norm()
	if s < 1e-10 {
		return v.Scale(2)
	}
	return v.Scale(2 * math.Atan2(s, q.W) / s)
}

// Angle returns how far the rotation m turns, in radians, 0 to π.
func (m Mat) Angle() float64 { return m.Log().Norm() }

// FromRPY returns the rotation of URDF and static_transform_publisher: roll about
// x, then pitch about y, then yaw about z, all axes fixed; radians.
func FromRPY(roll, pitch, yaw float64) Mat {
	return Exp(Vec{0, 0, yaw}).Mul(Exp(Vec{0, pitch, 0})).Mul(Exp(Vec{roll, 0, 0}))
}

// RPY is FromRPY's inverse; looking straight up or down, roll is 0.
func (m Mat) RPY() (roll, pitch, yaw float64) {
	pitch = math.Atan2(-m[2][0], math.Hypot(m[2][1], m[2][2]))
	if math.Hypot(m[2][1], m[2][2]) < 1e-9 {
		return 0, pitch, math.Atan2(-m[0][1], m[1][1])
	}
	return math.Atan2(m[2][1], m[2][2]), pitch, math.Atan2(m[1][0], m[0][0])
}

// CheckRotation returns nil when m is a rotation, else one sentence.
func (m Mat) CheckRotation() error {
	p := m.T().Mul(m)
	for i := range 3 {
		for j := range 3 {
			d := math.Abs(p[i][j] - Identity[i][j])
			if math.IsNaN(d) {
				return fmt.Errorf("the rotation has an element that is not a number")
			}
			if d > 1e-3 {
				return fmt.Errorf("the rotation's columns are not orthonormal (off by %.2g): it is scaled, sheared or rounded too far", d)
			}
		}
	}
	if m.Det() < 0 {
		return fmt.Errorf("the rotation is left-handed (determinant -1): one axis is flipped")
	}
	return nil
}
