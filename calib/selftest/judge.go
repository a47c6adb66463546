package selftest

import (
	"fmt"
	"math"
	"slices"

	"hyt/calib/camera"
	"hyt/calib/geom"
	"hyt/calib/view"
)

// Bars are what a calibration in simulation must reach.
const (
	maxCorner = 0.15 // median, pixels
	maxFocal  = 2e-3 // of the focal length
	maxOff    = 0.3  // RMS over the whole image, pixels
	maxT      = 0.7e-3
	maxR      = 0.1 * math.Pi / 180
)

// Faults says in sentences which bars were missed.
func (r *Result) Faults() (all []string) {
	say := func(bad bool, format string, args ...any) {
		if bad {
			all = append(all, fmt.Sprintf(format, args...))
		}
	}
	c := r.Found.Camera
	say(len(r.Unseen) > 0, "the board was not found in %d pictures", len(r.Unseen))
	say(r.Corner > maxCorner, "the median corner is %.3f px from the truth, more than %g", r.Corner, maxCorner)
	say(math.Abs(c.Fx/r.Truth.Fx-1) > maxFocal || math.Abs(c.Fy/r.Truth.Fy-1) > maxFocal,
		"the focal lengths are %.2f and %.2f px, in truth %.2f and %.2f", c.Fx, c.Fy, r.Truth.Fx, r.Truth.Fy)
	say(r.Off > maxOff, "the camera is %.2f px off over its image, more than %g", r.Off, maxOff)
	for _, m := range r.Mounts {
		say(m.OffT > maxT || m.OffR > maxR, "%s: the camera is %.2f mm and %.3f° off, more than %.1f mm or %.1f°",
			m.Mount, 1e3*m.OffT, m.OffR*180/math.Pi, 1e3*maxT, maxR*180/math.Pi)
	}
	return all
}

// misses are the distances of a view's corners from where the camera sees them.
func misses(c camera.Camera, v view.View, at geom.Pose) (d []float64) {
	for i, p := range v.Points {
		px, _ := c.Project(at.Apply(geom.Vec{p.X, p.Y, p.Z}))
		d = append(d, math.Hypot(px.X-v.Pixels[i].X, px.Y-v.Pixels[i].Y))
	}
	return d
}

func middle(vs []float64) float64 {
	if len(vs) == 0 {
		return math.NaN()
	}
	vs = slices.Clone(vs)
	slices.Sort(vs)
	return vs[len(vs)/2]
}

// apart is how far apart the pictures of two cameras of one size are, RMS over the
// image, when one is turned so that they agree in its middle.
func apart(truth, found camera.Camera) float64 {
	mid := view.Point2{X: float64(truth.Width-1) / 2, Y: float64(truth.Height-1) / 2}
	a, errA := truth.Unproject(mid)
	b, errB := found.Unproject(mid)
	if errA != nil || errB != nil {
		return math.Inf(1)
	}
	turn := geom.Exp(a.Cross(b)) // small: its sine is its angle
	var sum, n float64
	const steps = 20
	for i := 0; i <= steps; i++ {
		for j := 0; j <= steps; j++ {
			px := view.Point2{X: float64((truth.Width-1)*i) / steps, Y: float64((truth.Height-1)*j) / steps}
			ray, err := truth.Unproject(px)
			if err != nil {
				continue
			}
			q, ok := found.Project(turn.Apply(ray))
			if !ok {
				return math.Inf(1)
			}
			sum, n = sum+(q.X-px.X)*(q.X-px.X)+(q.Y-px.Y)*(q.Y-px.Y), n+1
		}
	}
	return math.Sqrt(sum / n)
}
