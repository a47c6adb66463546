// Package synth makes calibration problems for tests, whose answer is known: random
// cameras, boards in their view, pixels with noise. Equal seeds make equal problems.
package synth

import (
	"math"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"

	"hyt/calib/camera"
	"hyt/calib/geom"
	"hyt/calib/view"
)

// Problems is how many random problems a test measures a bar on: few, or as many as the
// environment variable HYT_CALIB_PROBLEMS says.
func Problems(t testing.TB, few int) int {
	s := os.Getenv("HYT_CALIB_PROBLEMS")
	if s == "" {
		return few
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 {
		t.Fatalf("HYT_CALIB_PROBLEMS=%q is not a positive number", s)
	}
	return n
}

// Board returns the inner corners of a chessboard of cols × rows corners with
// squares of the given side (m), its frame at the first corner.
func Board(cols, rows int, square float64) []view.Point3 {
	var ps []view.Point3
	for y := range rows {
		for x := range cols {
			ps = append(ps, view.Point3{X: float64(x) * square, Y: float64(y) * square})
		}
	}
	return ps
}

// Lens returns a random camera of the model with its focal length between 300 and
// 1500 px, its image 640×480 to 1920×1080, and distortion as lenses have it.
func Lens(r *rand.Rand, m camera.Model) camera.Camera {
	f := 300 * math.Pow(5, r.Float64())
	sizes := [][2]int{{640, 480}, {1280, 720}, {1920, 1080}}
	s := sizes[0]
	for _, t := range sizes[1:] { // a diagonal view of about 50 to 110°
		if float64(t[0]) < 2.2*f && (float64(t[0]) < 1.2*f || r.Float64() < 0.5) {
			s = t
		}
	}
	c := camera.Camera{Name: "synthetic", Width: s[0], Height: s[1], Model: m, Fx: f, Fy: f * (1 + 0.01*spread(r))}
	c.Cx = float64(s[0]-1)/2 + 0.02*float64(s[0])*spread(r)
	c.Cy = float64(s[1]-1)/2 + 0.02*float64(s[1])*spread(r)
	for bend(r, &c); folded(c); {
		bend(r, &c)
	}
	return c
}

// folded says whether the distortion turns back within 5 % of the image's corners,
// which no lens does: it is only the polynomial that can.
func folded(c camera.Camera) bool {
	w, h := float64(c.Width), float64(c.Height)
	for _, px := range []view.Point2{{X: -0.05, Y: -0.05}, {X: 1.05, Y: -0.05}, {X: -0.05, Y: 1.05}, {X: 1.05, Y: 1.05}} {
		if _, err := c.Unproject(view.Point2{X: w * px.X, Y: h * px.Y}); err != nil {
			return true
		}
	}
	return false
}

func bend(r *rand.Rand, c *camera.Camera) {
	switch c.Model {
	case camera.PlumbBob:
		c.D = [8]float64{-0.15 + 0.15*spread(r), 0.05 + 0.05*spread(r), 1e-3 * spread(r), 1e-3 * spread(r), 0.01 * spread(r)}
	case camera.RationalPolynomial:
		k := 0.3 * r.Float64()
		c.D = [8]float64{k, 0.05 * spread(r), 1e-3 * spread(r), 1e-3 * spread(r), 0, k + 0.2, 0.05, 0}
	case camera.Equidistant:
		c.D = [8]float64{0.03 * spread(r), 0.01 * spread(r), 0.003 * spread(r), 0}
	}
}

// spread is uniform in -1 … 1.
func spread(r *rand.Rand) float64 { return 2*r.Float64() - 1 }

// Poses returns n poses cameraTboard of the board: 0.3 to 1.5 m away, tilted up to
// 45° from the image plane and up to 60° from the line of sight, turned about it by
// up to 90°, its middle anywhere in the image and at least half its corners in it.
func Poses(r *rand.Rand, c camera.Camera, board []view.Point3, n int) []geom.Pose {
	mid := geom.Vec{}
	for _, p := range board {
		mid = mid.Add(geom.Vec{p.X, p.Y, p.Z}.Scale(1 / float64(len(board))))
	}
	var poses []geom.Pose
	for len(poses) < n {
		px := view.Point2{X: float64(c.Width) * r.Float64(), Y: float64(c.Height) * r.Float64()}
		ray, err := c.Unproject(px)
		if err != nil {
			continue
		}
		dir := 2 * math.Pi * r.Float64()
		tilt := math.Pi / 4 * r.Float64()
		rot := geom.Exp(geom.Vec{math.Cos(dir), math.Sin(dir), 0}.Scale(tilt)).Mul(geom.Exp(geom.Vec{0, 0, math.Pi * spread(r) / 2}))
		p := geom.Pose{R: rot, T: ray.Scale(0.3 + 1.2*r.Float64()).Sub(rot.Apply(mid))}
		if p.R.Col(2).Dot(ray) < 0.5 { // at the rim it could turn its back
			continue
		}
		if v := See(r, c, board, p, 0); 2*len(v.Points) >= len(board) && v.Check() == nil {
			poses = append(poses, p)
		}
	}
	return poses
}

// See returns what the camera sees of the board at the pose: the corners inside
// the image, with Gaussian noise of sigma pixels on each axis.
func See(r *rand.Rand, c camera.Camera, board []view.Point3, p geom.Pose, sigma float64) view.View {
	v := view.View{Size: [2]int{c.Width, c.Height}}
	for _, b := range board {
		px, ok := c.Project(p.Apply(geom.Vec{b.X, b.Y, b.Z}))
		if !ok || px.X < 0 || px.Y < 0 || px.X > float64(c.Width-1) || px.Y > float64(c.Height-1) {
			continue
		}
		v.Points = append(v.Points, b)
		v.Pixels = append(v.Pixels, view.Point2{X: px.X + sigma*r.NormFloat64(), Y: px.Y + sigma*r.NormFloat64()})
	}
	return v
}
