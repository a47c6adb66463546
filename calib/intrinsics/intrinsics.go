// Package intrinsics finds a camera's focal lengths, principal point and
// distortion from views of a flat board: Zhang's closed form, then a joint
// refinement of all parameters, with bad views dropped and said, and with the
// covariance of everything that was estimated.
package intrinsics

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/gonum/mat"

	"hyt/calib/camera"
	"hyt/calib/geom"
	"hyt/calib/planar"
	"hyt/calib/solve"
	"hyt/calib/view"
)

// MinViews is the fewest views that calibrate; ten to twenty do it well.
const MinViews = 3

// Options choose what is estimated.
type Options struct {
	Model camera.Model
	Fix   []string // parameters (camera.Model.ParamNames) held at 0; cx, cy at the image's middle
	Name  string   // Camera.Name of the result
}

// Result is a calibrated camera and how far to trust it.
type Result struct {
	Camera camera.Camera
	// Covariance is that of Camera.Params(), in their units; fixed ones have none.
	Covariance *mat.SymDense
	Sigma      []float64 // its standard deviations
	// RMS is the reprojection error per axis, pixels, over corners used. OpenCV's
	// figure, the root mean squared distance, is √2 times this.
	RMS float64
	// Noise is the standard deviation of a corner on each axis that RMS implies,
	// given how many parameters were fitted.
	Noise float64
	Views []ViewFit // in the order given
	// Joint is the covariance of all that was estimated: free camera parameters,
	// then each used view's pose as in geom.Pose.Moved.
	Joint    *mat.SymDense
	Warnings []string // sentences a person should read
	Steps    int      // of the solver, over all rounds
}

// ViewFit is what became of one view.
type ViewFit struct {
	view.View
	Used      bool
	Reason    string        // why it was not used
	Pose      geom.Pose     // cameraTboard; set when Located
	Located   bool          // false when no pose explains the view
	RMS       float64       // per axis, pixels, over all corners
	Residuals []view.Point2 // found minus predicted, pixels, for each corner
	Outlier   []bool        // corners that were left out

	doubted  bool // dropped on a rough camera: a better one shall look again
	returned bool // which it did: the next time is for good
}

// Calibrate finds the camera that took the views. Views that do not fit are
// dropped with their reasons; an error says what is missing when the rest does
// not determine the camera, and then the result has what is known of each view.
func Calibrate(views []view.View, o Options) (*Result, error) {
	res := &Result{Views: make([]ViewFit, len(views))}
	if err := res.admit(views); err != nil {
		return res, err
	}
	free, err := freeParams(o)
	if err != nil {
		return res, err
	}
	used := res.used()
	st, err := firstStart(res.pick(used), o.Model)
	if err != nil {
		if tilt := res.roughTilts(); tilt < minTilt {
			err = parallel(len(used), tilt)
		}
		return res, err
	}
	st.cam.Name = o.Name
	if slices.Contains(o.Fix, "cx") || slices.Contains(o.Fix, "cy") {
		st.cam.Cx, st.cam.Cy = float64(st.cam.Width-1)/2, float64(st.cam.Height-1)/2
	}
	f := &fitter{res: res, free: free, cam: st.cam, rough: st.cost, prior: narrowPrior}
	behind := 0
	for i, k := range used {
		res.Views[k].Pose, res.Views[k].Located = st.poses[i], !math.IsInf(st.rms[i], 1)
		switch p := st.poses[i]; {
		case p.R.Col(2).Dot(p.T) < 0:
			behind++
			res.doubt(k, planar.ErrBehind.Error())
		case st.rms[i] > max(10*st.cost, 5):
			res.doubt(k, fmt.Sprintf("its corners fit no flat board as the others do (%.3g px off where half of the views are within %.3g px)", st.rms[i], st.cost))
		}
	}
	if 2*behind > len(used) {
		return res, fmt.Errorf("in %d of %d views %w", behind, len(used), planar.ErrBehind)
	}
	if err := f.run(); err != nil {
		return res, res.diagnose(err)
	}
	if err := res.judge(); err != nil {
		return res, err
	}
	f.measureBoard()
	return res, nil
}

// admit fills res.Views and refuses what cannot be a view.
func (res *Result) admit(views []view.View) error {
	for i, v := range views {
		fit := &res.Views[i]
		fit.View, fit.Used, fit.Outlier = v, true, make([]bool, len(v.Points))
		if err := v.Check(); err != nil {
			res.drop(i, err.Error())
			continue
		}
		if v.Size != views[0].Size {
			return fmt.Errorf("view %s is %dx%d but view %s is %dx%d; one calibration is for one image size",
				v.Name, v.Size[0], v.Size[1], views[0].Name, views[0].Size[0], views[0].Size[1])
		}
		for k := range i {
			if d := apart(v, views[k]); res.Views[k].Used && d < 1e-3 {
				res.drop(i, fmt.Sprintf("it is the same picture as view %s, and would count twice", views[k].Name))
				break
			} else if res.Views[k].Used && d < 0.5 {
				res.Warnings = append(res.Warnings, fmt.Sprintf("views %s and %s show the board in the same place: two such tell no more than one", views[k].Name, v.Name))
			}
		}
	}
	return res.enough()
}

// apart is the largest distance between equal corners of two views, pixels.
func apart(a, b view.View) float64 {
	if len(a.Points) != len(b.Points) || len(a.Points) == 0 {
		return math.Inf(1)
	}
	var d float64
	for i := range a.Points {
		if a.Points[i] != b.Points[i] {
			return math.Inf(1)
		}
		d = max(d, math.Hypot(a.Pixels[i].X-b.Pixels[i].X, a.Pixels[i].Y-b.Pixels[i].Y))
	}
	return d
}

func (res *Result) drop(i int, reason string) {
	res.Views[i].Used, res.Views[i].Reason = false, reason
}

func (res *Result) doubt(i int, reason string) {
	res.drop(i, reason)
	res.Views[i].doubted = !res.Views[i].returned
}

// used returns the indices of the views in use.
func (res *Result) used() (ks []int) {
	for k, v := range res.Views {
		if v.Used {
			ks = append(ks, k)
		}
	}
	return ks
}

func (res *Result) pick(ks []int) (vs []view.View) {
	for _, k := range ks {
		vs = append(vs, res.Views[k].View)
	}
	return vs
}

// ErrTooFewViews says that fewer than MinViews views can be used.
var ErrTooFewViews = errors.New("too few views")

func (res *Result) enough() error {
	n := len(res.used())
	if n >= MinViews {
		return nil
	}
	var why []string
	for _, v := range res.Views {
		if !v.Used {
			why = append(why, v.Name+": "+v.Reason)
		}
	}
	err := fmt.Errorf("%w: %d of %d can be used, at least %d are needed (ten or more, tilted differently, do it well)", ErrTooFewViews, n, len(res.Views), MinViews)
	if len(why) > 0 {
		err = fmt.Errorf("%w; dropped: %s", err, strings.Join(why, "; "))
	}
	return err
}

func freeParams(o Options) (free []int, err error) {
	names := o.Model.ParamNames()
	for _, f := range o.Fix {
		if !slices.Contains(names, f) || f == "fx" || f == "fy" {
			return nil, fmt.Errorf("parameter %q of model %s cannot be fixed; these can: %s", f, o.Model, strings.Join(names[2:], " "))
		}
	}
	for i, n := range names {
		if !slices.Contains(o.Fix, n) {
			free = append(free, i)
		}
	}
	return free, nil
}

// fitter runs the joint refinement, round after round while views and corners
// are dropped or taken back.
type fitter struct {
	res  *Result
	free []int
	cam  camera.Camera
	// rough is how far the start is off in most views, pixels.
	rough float64
	noise float64 // of a corner on each axis, pixels, by the last look at outliers
	prior float64 // of the problem
	last  solve.Result[guess]
}

// problem is the joint problem of the views in use, and where it stands.
func (f *fitter) problem(free []int) (*bundle, guess) {
	b, g := &bundle{free: free, prior: f.prior}, guess{cam: f.cam}
	for _, k := range f.res.used() {
		v := &f.res.Views[k]
		b.views, b.skip, g.poses = append(b.views, v.View), append(b.skip, v.Outlier), append(g.poses, v.Pose)
	}
	return b, g
}

func (f *fitter) solve(free []int, o solve.Options) error {
	b, g := f.problem(free)
	r, err := solve.Minimise(b, g, o)
	f.res.Steps += r.Steps
	if err != nil {
		return err
	}
	f.last, f.cam = r, r.State.cam
	for i, k := range f.res.used() {
		f.res.Views[k].Pose = r.State.poses[i]
	}
	return nil
}
