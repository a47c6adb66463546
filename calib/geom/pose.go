package geom

import (
	"fmt"
	"math"

	"hyt/msgs/geometry_msgs"
)

// Pose is a rigid motion: p ↦ R p + T.
type Pose struct {
	R Mat
	T Vec // metres
}

// Still is the motion that moves nothing.
var Still = Pose{R: Identity}

// Optical is linkToptical of any camera: REP-103 has a camera's body x forward, y
// left, z up, and its optical frame z forward, x right, y down.
var Optical = Pose{R: Mat{{0, 0, 1}, {-1, 0, 0}, {0, -1, 0}}}

// Apply maps the point v.
func (p Pose) Apply(v Vec) Vec { return p.R.Apply(v).Add(p.T) }

// Mul returns p after q.
func (p Pose) Mul(q Pose) Pose { return Pose{p.R.Mul(q.R), p.Apply(q.T)} }

// Inv returns the motion back.
func (p Pose) Inv() Pose {
	rt := p.R.T()
	return Pose{rt, rt.Apply(p.T).Scale(-1)}
}

// Moved returns p turned by the rotation vector d[0:3] about its own origin, as
// seen from outside, and shifted by d[3:6]: the small change that the solvers
// use, because rotation and shift stay apart in it.
func (p Pose) Moved(d []float64) Pose {
	return Pose{Exp(Vec(d[:3])).Mul(p.R), p.T.Add(Vec(d[3:6]))}
}

// Difference is Moved's inverse: q.Moved(q.Difference(p)) is p.
func (p Pose) Difference(to Pose) [6]float64 {
	w, v := to.R.Mul(p.R.T()).Log(), to.T.Sub(p.T)
	return [6]float64{w[0], w[1], w[2], v[0], v[1], v[2]}
}

// Toward is the pose at a part of the way from p (0) to another (1), turning and moving
// evenly.
func (p Pose) Toward(to Pose, part float64) Pose {
	d := p.Difference(to)
	for i := range d {
		d[i] *= part
	}
	return p.Moved(d[:])
}

// ExpSE3 returns the motion of the twist (w, v): one unit of time of turning with
// w rad/s while moving with v m/s, a screw.
func ExpSE3(w, v Vec) Pose {
	return Pose{Exp(w), leftJacobian(w).Apply(v)}
}

// LogSE3 is ExpSE3's inverse, for turns below π.
func (p Pose) LogSE3() (w, v Vec) {
	w = p.R.Log()
	return w, inverse(leftJacobian(w)).Apply(p.T)
}

// Adjoint returns the matrix that carries a twist (w, v) of the inner frame to
// the outer one: p ExpSE3(ξ) p⁻¹ = ExpSE3(Ad ξ).
func (p Pose) Adjoint() (ad [6][6]float64) {
	tr := Skew(p.T).Mul(p.R)
	for i := range 3 {
		for j := range 3 {
			ad[i][j], ad[i+3][j+3], ad[i+3][j] = p.R[i][j], p.R[i][j], tr[i][j]
		}
	}
	return ad
}

// leftJacobian integrates the rotation of w over one unit of time.
func leftJacobian(w Vec) Mat {
	th2 := w.Dot(w)
	b, c := 0.5-th2/24, 1.0/6-th2/120
	if th2 > 1e-6 {
		th := math.Sqrt(th2)
		b, c = (1-math.Cos(th))/th2, (th-math.Sin(th))/(th2*th)
	}
	k := Skew(w)
	k2 := k.Mul(k)
	m := Identity
	for i := range 3 {
		for j := range 3 {
			m[i][j] += b*k[i][j] + c*k2[i][j]
		}
	}
	return m
}

func inverse(m Mat) Mat {
	d := m.Det()
	a, b, c := Vec(m[1]).Cross(m[2]), Vec(m[2]).Cross(m[0]), Vec(m[0]).Cross(m[1])
	return Columns(a.Scale(1/d), b.Scale(1/d), c.Scale(1/d))
}

// Check returns nil when p is a finite rigid motion, else one sentence.
func (p Pose) Check() error {
	for _, x := range p.T {
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return fmt.Errorf("the translation (%g, %g, %g) is not finite", p.T[0], p.T[1], p.T[2])
		}
	}
	return p.R.CheckRotation()
}

// Message returns p as a ROS transform.
func (p Pose) Message() geometry_msgs.Transform {
	q := p.R.Quat()
	return geometry_msgs.Transform{
		Translation: geometry_msgs.Vector3{X: p.T[0], Y: p.T[1], Z: p.T[2]},
		Rotation:    geometry_msgs.Quaternion{X: q.X, Y: q.Y, Z: q.Z, W: q.W},
	}
}

// FromMessage reads a ROS transform.
func FromMessage(m geometry_msgs.Transform) (Pose, error) {
	q := Quat{m.Rotation.W, m.Rotation.X, m.Rotation.Y, m.Rotation.Z}
	r, err := q.Mat()
	if err != nil {
		return Pose{}, err
	}
	p := Pose{r, Vec{m.Translation.X, m.Translation.Y, m.Translation.Z}}
	return p, p.Check()
}

// FromPoseMessage reads a ROS pose, such as an end effector's.
func FromPoseMessage(m geometry_msgs.Pose) (Pose, error) {
	return FromMessage(geometry_msgs.Transform{
		Translation: geometry_msgs.Vector3{X: m.Position.X, Y: m.Position.Y, Z: m.Position.Z},
		Rotation:    m.Orientation,
	})
}
