package intrinsics

import (
	"errors"
	"fmt"
	"math"

	"hyt/calib/camera"
	"hyt/calib/planar"
	"hyt/calib/solve"
	"hyt/calib/view"
)

// ErrUndetermined says that the views, though they fit, leave the camera open.
var ErrUndetermined = errors.New("the views do not determine the camera")

const (
	maxFocalSigma = 0.05 // of the focal length: worse is no calibration
	minTilt       = 10.0 // degrees between the most different boards
)

// diagnose turns a failure of the solver into what a person can do about it.
func (res *Result) diagnose(err error) error {
	if errors.Is(err, ErrTooFewViews) {
		return err
	}
	if tilt := min(res.tiltSpread(), res.roughTilts()); tilt < minTilt {
		return parallel(len(res.used()), tilt)
	}
	var free *solve.UndeterminedError
	if errors.As(err, &free) {
		return fmt.Errorf("%w: %w; add views with other tilts and distances, or fix parameters", ErrUndetermined, err)
	}
	return fmt.Errorf("%w: %w; tilt the board by 20° to 45° about both its axes, and look for mispaired corners", ErrUndetermined, err)
}

func parallel(n int, tilt float64) error {
	return fmt.Errorf("%w: all %d boards are parallel to within %.1f°, which leaves the focal length open; tilt the board by 20° to 45° about both its axes", ErrUndetermined, n, tilt)
}

// tiltSpread is the largest angle between the normals of two used boards, degrees.
func (res *Result) tiltSpread() (worst float64) {
	ks := res.used()
	for i, a := range ks {
		for _, b := range ks[:i] {
			na, nb := res.Views[a].Pose.R.Col(2), res.Views[b].Pose.R.Col(2)
			worst = max(worst, math.Atan2(na.Cross(nb).Norm(), na.Dot(nb))*180/math.Pi)
		}
	}
	return worst
}

// roughTilts is tiltSpread for an ordinary lens instead of the fitted one: a fit
// that ran away bends parallel boards as it needs them.
func (res *Result) roughTilts() float64 {
	rough := Result{Views: make([]ViewFit, len(res.Views))}
	for _, k := range res.used() {
		w, h := float64(res.Views[k].Size[0]), float64(res.Views[k].Size[1])
		lens := camera.Camera{Fx: w, Fy: w, Cx: (w - 1) / 2, Cy: (h - 1) / 2}
		p, err := planar.Start(lens, res.Views[k].View)
		rough.Views[k] = ViewFit{Pose: p, Used: err == nil}
	}
	return rough.tiltSpread()
}

// judge refuses a result that must not be used, and warns of what is odd.
func (res *Result) judge() error {
	c := res.Camera
	behind := 0
	for _, k := range res.used() {
		if p := res.Views[k].Pose; p.R.Col(2).Dot(p.T) <= 0 {
			behind++
		}
	}
	if behind > 0 {
		return fmt.Errorf("in %d of %d views %w", behind, len(res.used()), planar.ErrBehind)
	}
	if s := max(res.Sigma[0]/c.Fx, res.Sigma[1]/c.Fy); !(s < maxFocalSigma) {
		if tilt := min(res.tiltSpread(), res.roughTilts()); tilt < minTilt {
			return parallel(len(res.used()), tilt)
		}
		return fmt.Errorf("%w: the focal length is %.0f ± %.0f px; add views with tilts of 20° to 45° about both axes of the board", ErrUndetermined, c.Fx, res.Sigma[0])
	}
	if err := c.Check(); err != nil {
		return err
	}
	warn := func(format string, args ...any) { res.Warnings = append(res.Warnings, fmt.Sprintf(format, args...)) }
	if r := c.Fx / c.Fy; math.Abs(r-1) > 0.02 && math.Abs(r-1) > 4*math.Hypot(res.Sigma[0]/c.Fx, res.Sigma[1]/c.Fy) {
		warn("the pixels seem %.1f %% from square (fx %.1f, fy %.1f): was the print stretched, or its squares given wrongly?", 100*(r-1), c.Fx, c.Fy)
	}
	w, h := float64(c.Width-1), float64(c.Height-1)
	if math.Abs(c.Cx-w/2) > w/5 || math.Abs(c.Cy-h/2) > h/5 {
		warn("the principal point (%.0f, %.0f) is far from the image's middle: a cropped image, or too few tilts", c.Cx, c.Cy)
	}
	for _, px := range []view.Point2{{}, {X: w}, {Y: h}, {X: w, Y: h}} {
		if _, err := c.Unproject(px); err != nil {
			warn("the distortion is not valid at the image's corner (%.0f, %.0f): show the board there too", px.X, px.Y)
			break
		}
	}
	if n := len(res.used()); n < 8 {
		warn("only %d views: ten or more average out the noise of each", n)
	}
	if lost := len(res.Views) - len(res.used()); 4*lost > len(res.Views) {
		warn("%d of %d views were dropped: look at their reasons", lost, len(res.Views))
	}
	return nil
}
