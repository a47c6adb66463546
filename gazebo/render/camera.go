package render

import (
	"math"

	"hyt/gazebo/sdf"
	"hyt/gazebo/sdf/stage"
	"hyt/gazebo/sim"
)

// Camera is a pinhole that looks at the world. Image places are fractions: u from
// 0 at the left edge to 1 at the right, v from 0 at the top to 1 at the bottom.
type Camera struct {
	at                   [3]float64
	forward, right, down [3]float64
	fu, fv               float64 // focal length in image widths and heights
}

// NewCamera is the stage's overhead camera, moved as the scene's light says.
func NewCamera(s *stage.Stage, l sim.Light) Camera {
	at := s.Camera.Frame
	at.R = sdf.Rotation([3]float64{0, 0, 1}, l.CameraYaw).Mul(sdf.Frame{R: at.R}).R
	at.P[0] += l.CameraX
	at.P[1] += l.CameraY
	return pinhole(&s.Camera.Camera, at)
}

// pinhole is a sensor at a place in the world: it looks along its own +x, with +y
// to the left and +z up.
func pinhole(sensor *sdf.Camera, at sdf.Frame) Camera {
	column := func(k int, sign float64) [3]float64 {
		return [3]float64{sign * at.R[0][k], sign * at.R[1][k], sign * at.R[2][k]}
	}
	fu := 1 / (2 * math.Tan(sensor.HorizontalFOV/2))
	return Camera{
		at: at.P, forward: column(0, 1), right: column(1, -1), down: column(2, -1),
		fu: fu, fv: fu * float64(sensor.Width) / float64(sensor.Height),
	}
}

// Project returns where a point of the world, metres, is seen. Points outside the
// image are outside 0..1; points beside or behind the camera give NaN.
func (c *Camera) Project(x, y, z float64) (u, v float64) {
	u, v, inverse := c.project([3]float64{x, y, z})
	if inverse <= 0 {
		return math.NaN(), math.NaN()
	}
	return u, v
}

// project also returns one over the distance along the optical axis, 1/m.
func (c *Camera) project(p [3]float64) (u, v, inverse float64) {
	d := [3]float64{p[0] - c.at[0], p[1] - c.at[1], p[2] - c.at[2]}
	inverse = 1 / dot(d, c.forward)
	return 0.5 + c.fu*dot(d, c.right)*inverse, 0.5 + c.fv*dot(d, c.down)*inverse, inverse
}

// depth is the distance along the optical axis, metres.
func (c *Camera) depth(p [3]float64) float64 {
	return dot([3]float64{p[0] - c.at[0], p[1] - c.at[1], p[2] - c.at[2]}, c.forward)
}

// Unproject returns the point of the table's top, z = 0, that is seen at (u, v).
// It gives NaN where the line of sight does not meet the table's plane.
func (c *Camera) Unproject(u, v float64) (x, y float64) {
	d := c.ray(u, v)
	t := -c.at[2] / d[2]
	if !(t > 0) || math.IsInf(t, 0) {
		return math.NaN(), math.NaN()
	}
	return c.at[0] + t*d[0], c.at[1] + t*d[1]
}

// ray is the line of sight at (u, v), one metre long along the optical axis.
func (c *Camera) ray(u, v float64) [3]float64 {
	a, b := (u-0.5)/c.fu, (v-0.5)/c.fv
	return [3]float64{
		c.forward[0] + a*c.right[0] + b*c.down[0],
		c.forward[1] + a*c.right[1] + b*c.down[1],
		c.forward[2] + a*c.right[2] + b*c.down[2],
	}
}

func dot(a, b [3]float64) float64 { return a[0]*b[0] + a[1]*b[1] + a[2]*b[2] }

func unit(a [3]float64) [3]float64 {
	n := 1 / math.Sqrt(dot(a, a))
	return [3]float64{a[0] * n, a[1] * n, a[2] * n}
}
