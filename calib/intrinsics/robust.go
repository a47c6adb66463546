package intrinsics

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"hyt/calib/planar"
	"hyt/calib/solve"
	"hyt/calib/view"
)

const (
	cornerGate = 6.0 // noise deviations past which a corner is an outlier: Gauss has one in 10⁷
	viewGate   = 3.0 // times the median view's RMS past which a view is dropped
	viewShare  = 0.3 // of a view's corners may be outliers before it is dropped
	minNoise   = 0.01
	otherPose  = 0.05 // radians between poses that are not the same one refined
)

// run refines: with few parameters first, then more, softly, so that outliers and a
// far start do no harm; then all parameters on the corners that hold, by plain squares, so
// that the covariance means what it says.
func (f *fitter) run() error {
	if err := f.res.enough(); err != nil {
		return err
	}
	upTo := func(last int) []int {
		return slices.DeleteFunc(slices.Clone(f.free), func(p int) bool { return p > last })
	}
	wide := solve.Options{Loss: solve.Huber(max(2, 2*f.rough)), MaxSteps: 60, RelTol: 1e-3}
	if err := f.solve(upTo(5), wide); err != nil && !errors.Is(err, solve.ErrNotConverged) { // k1 and k2
		return err
	}
	stages := [][]int{upTo(8), f.free} // all of plumb_bob, then what divides it
	if len(stages[0]) == len(f.free) {
		stages = stages[1:]
	}
	for _, free := range stages {
		for again := 0; again == 0 || again < 4 && f.lookAgain(); again++ {
			if err := f.solve(free, solve.Options{Loss: solve.Huber(1), MaxSteps: 200, RelTol: 1e-6}); err != nil {
				return err
			}
		}
	}
	for range 8 {
		changed := f.sort()
		f.prior = PriorSigma / f.noise
		if err := f.res.enough(); err != nil {
			return err
		}
		if err := f.solve(f.free, solve.Options{MaxSteps: 200}); err != nil {
			return err
		}
		if !changed && !f.lookAgain() {
			break
		}
	}
	return f.finish()
}

// lookAgain gives each view the pose that the camera, now nearly right, finds for
// it alone, where that is another one: a flat board seen from afar has two poses,
// and the search may have settled in the wrong one. Views doubted at the start
// come back if they fit now.
func (f *fitter) lookAgain() (changed bool) {
	var each []float64
	for _, k := range f.res.used() {
		v := &f.res.Views[k]
		v.RMS = rms(residuals(f.cam, v.View, v.Pose), nil)
		each = append(each, v.RMS)
	}
	typical := max(minNoise, median(each))
	for k := range f.res.Views {
		v := &f.res.Views[k]
		if !v.Used && !v.doubted {
			continue
		}
		found, err := planar.Locate(f.cam, v.View)
		if err != nil {
			continue
		}
		if v.Used && (found.RMS > v.RMS || found.Pose.R.Mul(v.Pose.R.T()).Angle() < otherPose) {
			continue
		}
		if !v.Used && found.RMS > 2*viewGate*typical {
			continue
		}
		v.Pose, v.Located, v.Used, v.Reason = found.Pose, true, true, ""
		v.returned, v.doubted = v.returned || v.doubted, false
		changed = true
	}
	return changed
}

// sort decides anew which corners and views are outliers; it reports changes.
func (f *fitter) sort() (changed bool) {
	var all, each []float64
	for _, k := range f.res.used() {
		v := &f.res.Views[k]
		v.Residuals = residuals(f.cam, v.View, v.Pose)
		v.RMS = rms(v.Residuals, nil)
		each = append(each, v.RMS)
		for _, r := range v.Residuals {
			all = append(all, r.X*r.X+r.Y*r.Y)
		}
	}
	// Half of all squared distances lie below 2 ln 2 σ², outliers or none.
	sigma := max(minNoise, math.Sqrt(median(all)/(2*math.Ln2)))
	f.noise = sigma
	typical := max(minNoise, median(each))
	for _, k := range f.res.used() {
		v := &f.res.Views[k]
		out := 0
		for i, r := range v.Residuals {
			bad := math.Hypot(r.X, r.Y) > cornerGate*sigma
			changed = changed || bad != v.Outlier[i]
			v.Outlier[i] = bad
			if bad {
				out++
			}
		}
		switch n := len(v.Points); {
		case float64(out) > viewShare*float64(n):
			f.res.doubt(k, fmt.Sprintf("%d of its %d corners are more than %.2g px from where they should be", out, n, cornerGate*sigma))
		case rms(v.Residuals, v.Outlier) > viewGate*typical:
			f.res.doubt(k, fmt.Sprintf("its RMS is %.3g px, the median view's %.3g px: blurred, moving or bent?", v.RMS, typical))
		case kept(v).Check() != nil:
			f.res.doubt(k, fmt.Sprintf("without %d outlying corners, the rest does not fix its pose", out))
		default:
			continue
		}
		changed = true
	}
	return changed
}

// kept is the view without its outlying corners.
func kept(v *ViewFit) view.View {
	w := view.View{Name: v.Name, Size: v.Size}
	for i := range v.Points {
		if !v.Outlier[i] {
			w.Points, w.Pixels = append(w.Points, v.Points[i]), append(w.Pixels, v.Pixels[i])
		}
	}
	return w
}

// finish fills the result from the last solution.
func (f *fitter) finish() error {
	res := f.res
	res.Camera = f.cam
	dof := f.last.Terms - (len(f.free) + 6*len(res.used()))
	if dof < 1 {
		return fmt.Errorf("%w: %d measured numbers for %d unknown ones; show more corners or more views", ErrTooFewViews, f.last.Terms, f.last.Terms-dof)
	}
	res.RMS = math.Sqrt(2 * f.last.Cost / float64(f.last.Terms))
	res.Noise = math.Sqrt(2 * f.last.Cost / float64(dof))
	cov, err := solve.Covariance(f.last.Information)
	if err != nil {
		return err
	}
	cov.ScaleSym(res.Noise*res.Noise, cov)
	res.Joint = cov
	n := len(f.cam.Params())
	res.Covariance, res.Sigma = mat.NewSymDense(n, nil), make([]float64, n)
	for i, a := range f.free {
		for j, b := range f.free[:i+1] {
			res.Covariance.SetSym(a, b, cov.At(i, j))
		}
		res.Sigma[a] = math.Sqrt(cov.At(i, i))
	}
	for k := range res.Views {
		v := &res.Views[k]
		if !v.Used && v.Check() == nil {
			found, err := planar.Locate(f.cam, v.View)
			v.Pose, v.Located = found.Pose, err == nil
			if errors.Is(err, planar.ErrBehind) {
				v.Reason = planar.ErrBehind.Error()
			}
		}
		if v.Located {
			v.Residuals = residuals(f.cam, v.View, v.Pose)
			v.RMS = rms(v.Residuals, nil)
		}
	}
	return nil
}

// measureBoard asks whether the print is longer one way than was told, which boards
// that were turned about the line of sight tell apart from pixels that are not
// square. It only warns: paper is measured with a ruler.
func (f *fitter) measureBoard() {
	b, g := f.problem(f.free)
	b.stretched = true
	r, err := solve.Minimise(b, g, solve.Options{MaxSteps: 20, RelTol: 1e-6})
	if err != nil {
		return
	}
	cov, err := solve.Covariance(r.Information)
	if err != nil {
		return
	}
	n := b.Size() - 1
	sigma := f.res.Noise * math.Sqrt(cov.At(n, n))
	if s := r.State.stretch; math.Abs(s) > max(5*sigma, 0.003) {
		f.res.Warnings = append(f.res.Warnings, fmt.Sprintf("the board's y is %.2f ± %.2f %% longer against its x than told: measure the print, it may be stretched", 100*s, 100*sigma))
	}
}

// rms is the root mean square per axis of the residuals not skipped.
func rms(rs []view.Point2, skip []bool) float64 {
	var sum float64
	n := 0
	for i, r := range rs {
		if skip == nil || !skip[i] {
			sum, n = sum+r.X*r.X+r.Y*r.Y, n+2
		}
	}
	return math.Sqrt(sum / float64(max(1, n)))
}
