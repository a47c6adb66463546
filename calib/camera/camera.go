// Package camera has the camera models of ROS: points in front of a camera to
// pixels and back, with analytic Jacobians, and the CameraInfo message and YAML
// file that image_proc and camera_info_manager read.
//
// Points are metres in the optical frame (x right, y down, z forward); pixels
// have the centre of the first pixel at (0, 0).
package camera

import (
	"fmt"
	"math"

	"hyt/calib/geom"
	"hyt/calib/view"
)

// Model is a distortion model of sensor_msgs/CameraInfo.
type Model int

const (
	PlumbBob           Model = iota // k1 k2 p1 p2 k3: Brown's polynomial, ordinary lenses
	RationalPolynomial              // k1 k2 p1 p2 k3 k4 k5 k6: wide lenses
	Equidistant                     // k1 k2 k3 k4 on the angle from the axis: fisheyes
)

var models = [...]struct {
	name string // as in CameraInfo.distortion_model
	d    []string
}{
	PlumbBob:           {"plumb_bob", []string{"k1", "k2", "p1", "p2", "k3"}},
	RationalPolynomial: {"rational_polynomial", []string{"k1", "k2", "p1", "p2", "k3", "k4", "k5", "k6"}},
	Equidistant:        {"equidistant", []string{"k1", "k2", "k3", "k4"}},
}

func (m Model) String() string { return models[m].name }

// NumD returns how many distortion coefficients the model has.
func (m Model) NumD() int { return len(models[m].d) }

// MaxParams is the largest number of parameters of any model.
const MaxParams = 4 + 8

// ParamNames returns the names of Params in their order.
func (m Model) ParamNames() []string { return append([]string{"fx", "fy", "cx", "cy"}, models[m].d...) }

// ParseModel reads a distortion model's ROS name; fisheye is equidistant's other name.
func ParseModel(name string) (Model, error) {
	for m := range models {
		if models[m].name == name {
			return Model(m), nil
		}
	}
	if name == "fisheye" {
		return Equidistant, nil
	}
	return 0, fmt.Errorf("distortion model %q is not known; use plumb_bob, rational_polynomial or equidistant", name)
}

// Camera is one calibrated camera. It is a value: copies share nothing.
type Camera struct {
	Name          string // camera_name of the YAML file
	Width, Height int    // pixels
	Model         Model
	Fx, Fy        float64    // focal lengths, pixels
	Cx, Cy        float64    // principal point, pixels
	D             [8]float64 // the first Model.NumD() count
}

// Params returns fx fy cx cy and the distortion coefficients.
func (c Camera) Params() []float64 {
	return append([]float64{c.Fx, c.Fy, c.Cx, c.Cy}, c.D[:c.Model.NumD()]...)
}

// WithParams returns c with its parameters replaced, in Params' order.
func (c Camera) WithParams(p []float64) Camera {
	c.Fx, c.Fy, c.Cx, c.Cy = p[0], p[1], p[2], p[3]
	copy(c.D[:c.Model.NumD()], p[4:])
	return c
}

// Jacobian is how a pixel moves with what made it: rows are x and y.
type Jacobian struct {
	Point  [2][3]float64         // pixels per metre of the point
	Params [2][MaxParams]float64 // pixels per unit of each of Params
}

// Project returns the pixel of the point p. ok is false where the camera cannot
// see: behind it, or where the distortion is folded over locally.
func (c *Camera) Project(p geom.Vec) (px view.Point2, ok bool) {
	return c.ProjectJacobian(p, nil)
}

// ProjectJacobian is Project with derivatives, written to j unless it is nil.
func (c *Camera) ProjectJacobian(p geom.Vec, j *Jacobian) (px view.Point2, ok bool) {
	var b bent
	if c.Model == Equidistant {
		ok = c.bendAngle(p, &b)
	} else {
		ok = c.bendPlane(p, &b)
	}
	px = view.Point2{X: c.Fx*b.x + c.Cx, Y: c.Fy*b.y + c.Cy}
	if j != nil {
		*j = Jacobian{}
		for k := range 3 {
			j.Point[0][k], j.Point[1][k] = c.Fx*b.dp[0][k], c.Fy*b.dp[1][k]
		}
		j.Params[0][0], j.Params[1][1], j.Params[0][2], j.Params[1][3] = b.x, b.y, 1, 1
		for k := range c.Model.NumD() {
			j.Params[0][4+k], j.Params[1][4+k] = c.Fx*b.dd[0][k], c.Fy*b.dd[1][k]
		}
	}
	return px, ok
}

// bent is a distorted point on the plane one focal length away.
type bent struct {
	x, y float64
	dp   [2][3]float64 // by the point
	dd   [2][8]float64 // by the coefficients
}

// bendPlane is plumb_bob and rational_polynomial: the plane point (x, y) is scaled
// by g = (1 + k1 r² + k2 r⁴ + k3 r⁶) / (1 + k4 r² + k5 r⁴ + k6 r⁶) and shifted by
// the decentring terms p1, p2.
func (c *Camera) bendPlane(p geom.Vec, b *bent) bool {
	k1, k2, p1, p2, k3 := c.D[0], c.D[1], c.D[2], c.D[3], c.D[4]
	var k4, k5, k6 float64
	if c.Model == RationalPolynomial {
		k4, k5, k6 = c.D[5], c.D[6], c.D[7]
	}
	iz := 1 / p[2]
	x, y := p[0]*iz, p[1]*iz
	r2 := x*x + y*y
	r4, r6 := r2*r2, r2*r2*r2
	den := 1 / (1 + k4*r2 + k5*r4 + k6*r6)
	g := (1 + k1*r2 + k2*r4 + k3*r6) * den
	slope := (k1 + 2*k2*r2 + 3*k3*r4 - g*(k4+2*k5*r2+3*k6*r4)) * den // dg/dr²
	b.x = x*g + 2*p1*x*y + p2*(r2+2*x*x)
	b.y = y*g + 2*p2*x*y + p1*(r2+2*y*y)

	xx := g + 2*x*x*slope + 2*p1*y + 6*p2*x
	xy := 2*x*y*slope + 2*p1*x + 2*p2*y
	yy := g + 2*y*y*slope + 6*p1*y + 2*p2*x
	b.dp = [2][3]float64{
		{xx * iz, xy * iz, -(xx*x + xy*y) * iz},
		{xy * iz, yy * iz, -(xy*x + yy*y) * iz},
	}
	for i, v := range [2]float64{x, y} {
		b.dd[i] = [8]float64{0: v * r2 * den, 1: v * r4 * den, 4: v * r6 * den,
			5: -v * g * r2 * den, 6: -v * g * r4 * den, 7: -v * g * r6 * den}
	}
	b.dd[0][2], b.dd[0][3] = 2*x*y, r2+2*x*x
	b.dd[1][2], b.dd[1][3] = r2+2*y*y, 2*x*y
	// Close to a pole of the denominator the polynomials fit no lens.
	return p[2] > 0 && den > 0 && den < 20 && xx*yy-xy*xy > 0 && xx+yy > 0
}

// bendAngle is equidistant: the angle θ from the optical axis becomes the radius
// θ (1 + k1 θ² + k2 θ⁴ + k3 θ⁶ + k4 θ⁸). It also sees past 90°.
func (c *Camera) bendAngle(p geom.Vec, b *bent) bool {
	k1, k2, k3, k4 := c.D[0], c.D[1], c.D[2], c.D[3]
	rho2 := p[0]*p[0] + p[1]*p[1]
	rho, n2 := math.Sqrt(rho2), rho2+p[2]*p[2]
	th := math.Atan2(rho, p[2])
	t2 := th * th
	g := 1 + t2*(k1+t2*(k2+t2*(k3+t2*k4)))
	dr := 1 + t2*(3*k1+t2*(5*k2+t2*(7*k3+t2*9*k4))) // d radius / dθ
	if rho < 1e-9*p[2] {                            // on the axis it is a pinhole
		iz := 1 / p[2]
		b.x, b.y = p[0]*iz, p[1]*iz
		b.dp[0][0], b.dp[1][1] = iz, iz
		return true
	}
	radius := th * g
	ux, uy := p[0]/rho, p[1]/rho
	b.x, b.y = radius*ux, radius*uy
	along, across := dr*p[2]/n2, radius/rho
	b.dp = [2][3]float64{
		{along*ux*ux + across*uy*uy, (along - across) * ux * uy, -dr * p[0] / n2},
		{(along - across) * ux * uy, along*uy*uy + across*ux*ux, -dr * p[1] / n2},
	}
	pow := th * t2
	for k := range 4 {
		b.dd[0][k], b.dd[1][k] = pow*ux, pow*uy
		pow *= t2
	}
	return n2 > 0 && g > 0 && dr > 0 && th < math.Pi-1e-6
}
