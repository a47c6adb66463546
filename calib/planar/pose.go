package planar

import (
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"hyt/calib/camera"
	"hyt/calib/geom"
	"hyt/calib/solve"
	"hyt/calib/view"
)

// Found is a board before a camera.
type Found struct {
	Pose        geom.Pose     // cameraTboard, camera in its optical frame
	RMS         float64       // reprojection error, pixels, per axis
	Information *mat.SymDense // 6×6 of (rotation vector, translation) as in geom.Pose.Moved, for noise of 1 px
	// Flipped is the RMS of the other pose that explains a flat board seen from afar,
	// its tilt mirrored; where it is close to RMS, the tilt is a guess. +Inf: none.
	Flipped float64
}

// ErrBehind says that the board faces away: its points are mirrored.
var ErrBehind = errors.New("the board is seen from behind: the print or the order of its corners is mirrored, or its frame is left-handed")

// Locate returns the pose of the board of v before the camera c that fits v's
// pixels best: both poses that a flat board allows are tried and refined.
func Locate(c camera.Camera, v view.View) (Found, error) {
	if err := v.Check(); err != nil {
		return Found{}, err
	}
	start, err := Start(c, v)
	if err != nil {
		return Found{}, err
	}
	if start.R.Col(2).Dot(start.T) <= 0 {
		return Found{}, fmt.Errorf("view %s: %w", v.Name, ErrBehind)
	}
	best, err := refine(c, v, start)
	if err != nil {
		return Found{}, fmt.Errorf("view %s: no pose of the board explains its corners: %w", v.Name, err)
	}
	best.Flipped = math.Inf(1)
	if other, err := refine(c, v, flip(best.Pose, v)); err == nil && !same(best.Pose, other.Pose) {
		if other.RMS < best.RMS && other.Pose.R.Col(2).Dot(other.Pose.T) > 0 {
			best, other = other, best
		}
		best.Flipped = other.RMS
	}
	return best, nil
}

// Start returns the pose from the homography of the rays, which is close, not
// best. Corners whose ray the camera does not have are left out.
func Start(c camera.Camera, v view.View) (geom.Pose, error) {
	var board []view.Point3
	var rays []view.Point2
	for i, px := range v.Pixels {
		if q, err := c.Normalise(px); err == nil {
			board, rays = append(board, v.Points[i]), append(rays, q)
		}
	}
	h, err := Homography(board, rays)
	if err != nil {
		return geom.Pose{}, fmt.Errorf("view %s: %w", v.Name, err)
	}
	r1, r2, t := h.Col(0), h.Col(1), h.Col(2)
	k := 2 / (r1.Norm() + r2.Norm())
	r1, r2, t = r1.Scale(k), r2.Scale(k), t.Scale(k)
	p := geom.Pose{R: geom.Nearest(geom.Columns(r1, r2, r1.Cross(r2))), T: t}
	if err := p.Check(); err != nil {
		return geom.Pose{}, fmt.Errorf("view %s: its homography is not that of a board: %w", v.Name, err)
	}
	return p, nil
}

// flip mirrors the board's tilt about the line of sight to its middle: what a
// camera far away could not tell apart.
func flip(p geom.Pose, v view.View) geom.Pose {
	var mid geom.Vec
	for _, q := range v.Points {
		mid = mid.Add(geom.Vec{q.X, q.Y, q.Z}.Scale(1 / float64(len(v.Points))))
	}
	centre := p.Apply(mid)
	sight := centre.Scale(1 / centre.Norm())
	normal := p.R.Col(2)
	axis := normal.Cross(sight)
	angle := 2 * math.Atan2(axis.Norm(), normal.Dot(sight))
	if axis.Norm() < 1e-9 {
		return p
	}
	r := geom.Exp(axis.Scale(angle / axis.Norm())).Mul(p.R)
	return geom.Pose{R: r, T: centre.Sub(r.Apply(mid))}
}

func same(a, b geom.Pose) bool { return a.R.Mul(b.R.T()).Angle() < 1e-3 }

func refine(c camera.Camera, v view.View, start geom.Pose) (Found, error) {
	res, err := solve.Minimise(fit{&c, v}, start, solve.Options{MaxSteps: 50})
	if err != nil && !errors.Is(err, solve.ErrNotConverged) {
		return Found{}, err
	}
	return Found{Pose: res.State, RMS: math.Sqrt(2 * res.Cost / float64(res.Terms)), Information: res.Information}, nil
}

// fit is the reprojection error of one board by its pose, in pixels.
type fit struct {
	c *camera.Camera
	v view.View
}

func (fit) Size() int { return 6 }

func (fit) Moved(p geom.Pose, d []float64) geom.Pose { return p.Moved(d) }

func (f fit) Terms(p geom.Pose, add func(*solve.Term)) bool {
	var j camera.Jacobian
	r, jp := make([]float64, 2), make([]float64, 12)
	term := solve.Term{R: r, Blocks: []solve.Block{{J: jp}}}
	for i, b := range f.v.Points {
		turned := p.R.Apply(geom.Vec{b.X, b.Y, b.Z})
		px, ok := f.c.ProjectJacobian(turned.Add(p.T), &j)
		if !ok {
			return false
		}
		r[0], r[1] = px.X-f.v.Pixels[i].X, px.Y-f.v.Pixels[i].Y
		ByPose(&j.Point, turned, jp)
		add(&term)
	}
	return true
}

// ByPose writes, 2×6 row-major, how a pixel moves with geom.Pose.Moved of the
// pose that took a point to turned + T: by is d pixel / d point.
func ByPose(by *[2][3]float64, turned geom.Vec, out []float64) {
	for row := range 2 {
		g := geom.Vec(by[row])
		w := turned.Cross(g) // gᵀ(ω × turned) = ωᵀ(turned × g)
		copy(out[6*row:], w[:])
		copy(out[6*row+3:], g[:])
	}
}
