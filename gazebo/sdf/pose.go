package sdf

import "math"

// Pose is a position and a rotation, as SDF writes it: roll, pitch and yaw about
// the fixed axes x, y and z, in that order.
type Pose struct{ X, Y, Z, Roll, Pitch, Yaw float64 }

// Frame returns the pose as a transform from its own frame to its parent's.
func (p Pose) Frame() Frame {
	sr, cr := math.Sincos(p.Roll)
	sp, cp := math.Sincos(p.Pitch)
	sy, cy := math.Sincos(p.Yaw)
	return Frame{
		R: [3][3]float64{
			{cy * cp, cy*sp*sr - sy*cr, cy*sp*cr + sy*sr},
			{sy * cp, sy*sp*sr + cy*cr, sy*sp*cr - cy*sr},
			{-sp, cp * sr, cp * cr},
		},
		P: [3]float64{p.X, p.Y, p.Z},
	}
}

// Frame is a rigid transform: a point p of the child is R·p + P in the parent.
type Frame struct {
	R [3][3]float64
	P [3]float64
}

// Identity is the transform that changes nothing.
func Identity() Frame {
	return Frame{R: [3][3]float64{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}}
}

// Translation is a transform that only moves.
func Translation(x, y, z float64) Frame {
	f := Identity()
	f.P = [3]float64{x, y, z}
	return f
}

// Upright is a transform of a turn about z and a move, which is all that things
// on a table need.
func Upright(x, y, z, yaw float64) Frame {
	return Pose{X: x, Y: y, Z: z, Yaw: yaw}.Frame()
}

// Rotation is a turn by angle about a unit axis.
func Rotation(axis [3]float64, angle float64) Frame {
	s, c := math.Sincos(angle)
	x, y, z, t := axis[0], axis[1], axis[2], 1-c
	return Frame{R: [3][3]float64{
		{t*x*x + c, t*x*y - s*z, t*x*z + s*y},
		{t*x*y + s*z, t*y*y + c, t*y*z - s*x},
		{t*x*z - s*y, t*y*z + s*x, t*z*z + c},
	}}
}

// Mul returns the transform that applies g first and f after it.
func (f Frame) Mul(g Frame) Frame {
	var h Frame
	for i := range 3 {
		for j := range 3 {
			h.R[i][j] = f.R[i][0]*g.R[0][j] + f.R[i][1]*g.R[1][j] + f.R[i][2]*g.R[2][j]
		}
	}
	h.P = f.Point(g.P)
	return h
}

// Inverse returns the transform back.
func (f Frame) Inverse() Frame {
	var h Frame
	for i := range 3 {
		for j := range 3 {
			h.R[i][j] = f.R[j][i]
		}
	}
	p := h.Vector(f.P)
	h.P = [3]float64{-p[0], -p[1], -p[2]}
	return h
}

// Point moves a point.
func (f Frame) Point(p [3]float64) [3]float64 {
	v := f.Vector(p)
	return [3]float64{v[0] + f.P[0], v[1] + f.P[1], v[2] + f.P[2]}
}

// Vector turns a direction, without moving it.
func (f Frame) Vector(v [3]float64) [3]float64 {
	return [3]float64{
		f.R[0][0]*v[0] + f.R[0][1]*v[1] + f.R[0][2]*v[2],
		f.R[1][0]*v[0] + f.R[1][1]*v[1] + f.R[1][2]*v[2],
		f.R[2][0]*v[0] + f.R[2][1]*v[1] + f.R[2][2]*v[2],
	}
}
