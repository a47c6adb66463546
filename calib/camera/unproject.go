package camera

import (
	"errors"
	"math"

	"hyt/calib/geom"
	"hyt/calib/view"
)

// ErrUnseen says that no ray of the camera ends in this pixel: it lies past the
// edge of where the distortion polynomial is one to one.
var ErrUnseen = errors.New("no ray of this camera ends in this pixel")

// Unproject returns the unit ray, in the optical frame, that ends in the pixel
// px: the inverse of Project to 1e-9 pixels of the focal length, or ErrUnseen.
func (c *Camera) Unproject(px view.Point2) (geom.Vec, error) {
	x, y := (px.X-c.Cx)/c.Fx, (px.Y-c.Cy)/c.Fy
	if c.Model == Equidistant {
		return c.unbendAngle(x, y)
	}
	return c.unbendPlane(x, y)
}

// unbendPlane is Newton's method in the plane, its steps halved while they do not
// come closer, so that it stays on the near side of the fold.
func (c *Camera) unbendPlane(x, y float64) (geom.Vec, error) {
	p, miss := geom.Vec{0, 0, 1}, math.Hypot(x, y)
	var b bent
	if !c.bendPlane(p, &b) {
		return geom.Vec{}, ErrUnseen
	}
	for range 50 {
		if miss < 1e-12*(1+math.Hypot(x, y)) {
			break
		}
		ex, ey := x-b.x, y-b.y
		det := b.dp[0][0]*b.dp[1][1] - b.dp[0][1]*b.dp[1][0]
		sx, sy := (b.dp[1][1]*ex-b.dp[0][1]*ey)/det, (b.dp[0][0]*ey-b.dp[1][0]*ex)/det
		step, better := 1.0, false
		for range 20 {
			q := geom.Vec{p[0] + step*sx, p[1] + step*sy, 1}
			var bq bent
			ok := c.bendPlane(q, &bq)
			if m := math.Hypot(x-bq.x, y-bq.y); ok && m < miss {
				p, b, miss, better = q, bq, m, true
				break
			}
			step /= 2
		}
		if !better {
			break
		}
	}
	if !(miss < 1e-9) {
		return geom.Vec{}, ErrUnseen
	}
	return p.Scale(1 / p.Norm()), nil
}

// unbendAngle finds the angle by bisection between the axis and the fold, so that
// it cannot leave the branch that starts at the axis.
func (c *Camera) unbendAngle(x, y float64) (geom.Vec, error) {
	radius := math.Hypot(x, y)
	if radius < 1e-12 {
		return geom.Vec{x, y, 1}, nil
	}
	at := func(th float64) (r, slope float64) {
		t2 := th * th
		return th * (1 + t2*(c.D[0]+t2*(c.D[1]+t2*(c.D[2]+t2*c.D[3])))),
			1 + t2*(3*c.D[0]+t2*(5*c.D[1]+t2*(7*c.D[2]+t2*9*c.D[3])))
	}
	lo, hi, found := 0.0, 0.0, false
	for i := 1; i <= 64 && !found; i++ { // march to the first angle past the radius
		hi = math.Pi * float64(i) / 64
		r, slope := at(hi)
		found = r >= radius
		if !found {
			if slope <= 0 {
				break
			}
			lo = hi
		}
	}
	if !found {
		return geom.Vec{}, ErrUnseen
	}
	for range 60 {
		mid := (lo + hi) / 2
		if r, _ := at(mid); r < radius {
			lo = mid
		} else {
			hi = mid
		}
	}
	th := (lo + hi) / 2
	if _, slope := at(th); slope <= 0 {
		return geom.Vec{}, ErrUnseen
	}
	s := math.Sin(th) / radius
	return geom.Vec{x * s, y * s, math.Cos(th)}, nil
}

// Normalise returns where the ray of px meets the plane z = 1: the pixel of an
// ideal camera with focal length 1. Rays at 90° or more meet none: ErrUnseen.
func (c *Camera) Normalise(px view.Point2) (view.Point2, error) {
	ray, err := c.Unproject(px)
	if err != nil {
		return view.Point2{}, err
	}
	if ray[2] < 1e-3 {
		return view.Point2{}, ErrUnseen
	}
	return view.Point2{X: ray[0] / ray[2], Y: ray[1] / ray[2]}, nil
}
