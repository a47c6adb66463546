// Package handeye finds how a camera is mounted on or beside a robot arm, from
// views of one board and the arm's poses: three closed forms, the best of which
// starts a joint refinement of mount, board and robot poses on reprojection error.
// Data that do not determine the answer are refused by name.
package handeye

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"hyt/calib/camera"
	"hyt/calib/geom"
	"hyt/calib/planar"
	"hyt/calib/solve"
	"hyt/calib/view"
)

// Mount says where camera and board are.
type Mount int

const (
	EyeInHand Mount = iota // the camera moves with the hand, the board lies still
	EyeToHand              // the camera stands still, the hand holds the board
)

func (m Mount) String() string { return [...]string{"eye in hand", "eye to hand"}[m] }

// Sample is one stop of the arm.
type Sample struct {
	Hand geom.Pose // baseThand as the robot reports it
	View view.View
}

// Options describe the set-up.
type Options struct {
	Mount  Mount
	Camera camera.Camera // calibrated, taken as exact
	// Noise of the robot's poses on each axis, metres and radians; zero: estimated
	// from how the samples disagree.
	RobotT, RobotR float64
	// Noise of a corner on each axis, pixels; zero: estimated from the views alone.
	Pixel float64
}

// Result is a mounted camera and how far to trust it.
type Result struct {
	Mount Mount
	// Camera is handTcamera (eye in hand) or baseTcamera (eye to hand), of the
	// camera's optical frame.
	Camera geom.Pose
	// Board is baseTboard (eye in hand) or handTboard (eye to hand).
	Board geom.Pose
	// Covariance is 12×12: Camera, then Board, each as in geom.Pose.Moved.
	Covariance     *mat.SymDense
	SigmaT, SigmaR float64 // standard deviation of Camera: metres and radians, all axes together
	RMS            float64 // reprojection error per axis, pixels
	Pixel          float64 // noise that was used or estimated, pixels
	RobotT, RobotR float64 // the same of the robot, metres and radians
	Start          string  // the closed form that the search started from
	// BoardSize is how large the board is against what was told, as the robot's
	// motions measure it, and its standard deviation.
	BoardSize, BoardSizeSigma float64
	Samples                   []SampleFit // in the order given
	Warnings                  []string

	opt Options
}

// SampleFit is what became of one sample.
type SampleFit struct {
	Sample
	Used   bool
	Reason string       // why it was not used
	Found  planar.Found // the board as this view alone shows it
	RMS    float64      // reprojection error per axis, pixels
	// Off is how far the robot must have been from what it reported: metres, radians.
	OffT, OffR float64
}

// Solve finds the mount. With an error the result still has what is known of each
// sample.
func Solve(samples []Sample, o Options) (*Result, error) {
	res := &Result{Mount: o.Mount, Samples: make([]SampleFit, len(samples)), opt: o, BoardSize: 1}
	if err := o.Camera.Check(); err != nil {
		return res, err
	}
	if err := res.admit(samples); err != nil {
		return res, err
	}
	res.noise()
	if err := res.checkMotions(); err != nil {
		return res, err
	}
	g, err := res.start()
	if err != nil {
		return res, err
	}
	if g, err = res.refine(g); err != nil {
		return res, err
	}
	return res, res.judge(g)
}

func (res *Result) admit(samples []Sample) error {
	for i, s := range samples {
		fit := &res.Samples[i]
		fit.Sample, fit.Used = s, true
		if err := s.Hand.Check(); err != nil {
			res.drop(i, "its robot pose: "+err.Error())
			continue
		}
		if s.View.Size != [2]int{res.opt.Camera.Width, res.opt.Camera.Height} {
			return fmt.Errorf("view %s is %dx%d, but the camera was calibrated at %dx%d", s.View.Name,
				s.View.Size[0], s.View.Size[1], res.opt.Camera.Width, res.opt.Camera.Height)
		}
		found, err := planar.Locate(res.opt.Camera, s.View)
		if err != nil {
			res.drop(i, err.Error())
			continue
		}
		fit.Found = found
	}
	return res.enough()
}

func (res *Result) drop(i int, reason string) {
	res.Samples[i].Used, res.Samples[i].Reason = false, reason
}

func (res *Result) used() (out []*SampleFit) {
	for i := range res.Samples {
		if res.Samples[i].Used {
			out = append(out, &res.Samples[i])
		}
	}
	return out
}

// noise settles what was not told. A corner's noise shows in the views alone; a
// robot's is first taken to be that of an ordinary arm, and looked at again.
func (res *Result) noise() {
	var sum, n float64
	for _, s := range res.used() {
		k := float64(2 * len(s.View.Points))
		sum, n = sum+s.Found.RMS*s.Found.RMS*k, n+k-6
	}
	res.Pixel, res.RobotT, res.RobotR = res.opt.Pixel, res.opt.RobotT, res.opt.RobotR
	if res.Pixel <= 0 {
		res.Pixel = max(0.02, math.Sqrt(sum/max(1, n)))
	}
	if res.RobotT <= 0 {
		res.RobotT = 0.5e-3
	}
	if res.RobotR <= 0 {
		res.RobotR = 0.05 * math.Pi / 180
	}
}

func (res *Result) bundle(samples []*SampleFit) *bundle {
	return &bundle{cam: &res.opt.Camera, mount: res.Mount, samples: samples, pixel: res.Pixel, robotT: res.RobotT, robotR: res.RobotR}
}

// predicted is cameraTboard as the chain of the arm has it.
func (m Mount) predicted(x, h, y geom.Pose) geom.Pose {
	if m == EyeInHand {
		h = h.Inv()
	}
	return x.Inv().Mul(h).Mul(y)
}

// misfit is how far the chain is from what the view alone shows, at the middle of
// the board: metres and radians.
func (res *Result) misfit(s *SampleFit, x, y geom.Pose) (t, r float64) {
	p := res.Mount.predicted(x, s.Hand, y)
	var mid geom.Vec
	for _, q := range s.View.Points {
		mid = mid.Add(geom.Vec{q.X, q.Y, q.Z}.Scale(1 / float64(len(s.View.Points))))
	}
	return p.Apply(mid).Sub(s.Found.Pose.Apply(mid)).Norm(), p.R.T().Mul(s.Found.Pose.R).Angle()
}

// LeaveOneOut returns, for each sample used, how far the mount found from the
// others puts the board from where this sample's view shows it: metres and
// radians at the middle of the board.
func (res *Result) LeaveOneOut() (ts, rs []float64, err error) {
	all := res.used()
	for i, s := range all {
		rest := append(append([]*SampleFit(nil), all[:i]...), all[i+1:]...)
		g := guess{x: res.Camera, y: res.Board, size: 1}
		for _, r := range rest {
			g.h = append(g.h, r.Hand)
		}
		r, err := solve.Minimise(res.bundle(rest), g, solve.Options{RelTol: 1e-6})
		if err != nil {
			return nil, nil, fmt.Errorf("without %s: %w", s.View.Name, err)
		}
		t, a := res.misfit(s, r.State.x, r.State.y)
		ts, rs = append(ts, t), append(rs, a)
	}
	return ts, rs, nil
}
