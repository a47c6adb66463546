package handeye

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"hyt/calib/solve"
)

// refine solves the joint problem, softly first, then without the samples whose
// robot pose would have to be wrong, and settles the robot's noise where it was
// not told.
func (res *Result) refine(g guess) (guess, error) {
	soft := solve.Options{Loss: solve.Huber(3), MaxSteps: 200, RelTol: 1e-7}
	for round := 0; ; round++ {
		all := res.used()
		r, err := solve.Minimise(res.bundle(all), g, soft)
		if errors.Is(err, solve.ErrNoStart) {
			return g, fmt.Errorf("%w: with the best closed form (%s) a board would be behind the camera", ErrUnexplained, res.Start)
		} else if err != nil {
			return g, fmt.Errorf("%w: %w", ErrUnexplained, err)
		}
		g = r.State
		changed := res.rescale(all, g)
		if !changed {
			changed = res.dropOff(all, g)
		}
		if err := res.enough(); err != nil {
			return g, err
		}
		if !changed || round == 8 {
			break
		}
		g.h = nil
		for _, s := range res.used() {
			g.h = append(g.h, s.Hand)
		}
	}
	if err := res.turns(); err != nil {
		return g, err
	}
	r, err := solve.Minimise(res.bundle(res.used()), g, solve.Options{MaxSteps: 200})
	if err != nil {
		return g, fmt.Errorf("%w: %w", ErrUnexplained, err)
	}
	return r.State, res.finish(r)
}

// off measures each sample's correction of the robot in its noises, all six axes
// together, and stores it in metres and radians.
func (res *Result) off(all []*SampleFit, g guess) (each []float64) {
	for i, s := range all {
		d := s.Hand.Difference(g.h[i])
		s.OffR, s.OffT = math.Sqrt(d[0]*d[0]+d[1]*d[1]+d[2]*d[2]), math.Sqrt(d[3]*d[3]+d[4]*d[4]+d[5]*d[5])
		each = append(each, math.Hypot(s.OffR/res.RobotR, s.OffT/res.RobotT))
	}
	return each
}

// rescale adjusts a robot noise that was not told to the disagreement seen. Views
// and robot share the disagreement, so this is a cautious upper figure.
func (res *Result) rescale(all []*SampleFit, g guess) bool {
	if res.opt.RobotT > 0 && res.opt.RobotR > 0 {
		return false
	}
	var ts, rs []float64
	for _, s := range all {
		t, r := res.misfit(s, g.x, g.y)
		ts, rs = append(ts, t), append(rs, r)
	}
	// The median length of three Gaussian numbers is 1.54 of their deviation.
	t, r := max(1e-5, middle(ts)/1.54), max(1e-5, middle(rs)/1.54)
	changed := false
	if res.opt.RobotT <= 0 && math.Abs(math.Log(t/res.RobotT)) > 0.1 {
		res.RobotT, changed = t, true
	}
	if res.opt.RobotR <= 0 && math.Abs(math.Log(r/res.RobotR)) > 0.1 {
		res.RobotR, changed = r, true
	}
	return changed
}

// dropOff drops the worst sample when it stands out, one a round: a bad one drags
// its neighbours along.
func (res *Result) dropOff(all []*SampleFit, g guess) bool {
	each := res.off(all, g)
	// Half of honest samples lie within 2.31, the median length of six numbers.
	usual := max(1, middle(each)/2.31)
	worst := 0
	for i := range each {
		if each[i] > each[worst] {
			worst = i
		}
	}
	if each[worst] <= robotGate*usual {
		return false
	}
	s := all[worst]
	s.Used, s.Reason = false, fmt.Sprintf("the robot would have to be %.1f mm and %.2f° off what it reported: a pose of another moment, or a slipped board?", 1e3*s.OffT, s.OffR/deg)
	return true
}

func (res *Result) finish(r solve.Result[guess]) error {
	cov, err := solve.Covariance(r.Information)
	if err != nil {
		return fmt.Errorf("%w: %w; add poses that turn about two axes, 20° to 60°", ErrWeak, err)
	}
	res.Camera, res.Board = r.State.x, r.State.y
	res.Covariance = mat.NewSymDense(12, nil)
	for i := range 12 {
		for j := range i + 1 {
			res.Covariance.SetSym(i, j, cov.At(i, j))
		}
	}
	res.SigmaR = math.Sqrt(cov.At(0, 0) + cov.At(1, 1) + cov.At(2, 2))
	res.SigmaT = math.Sqrt(cov.At(3, 3) + cov.At(4, 4) + cov.At(5, 5))
	all := res.used()
	res.off(all, r.State)
	var sum, n float64
	for i, s := range all {
		kept := *s
		kept.Hand = r.State.h[i]
		s.RMS = res.reprojection(&kept, res.Camera, res.Board)
		k := float64(2 * len(s.View.Points))
		sum, n = sum+k*s.RMS*s.RMS, n+k
	}
	res.RMS = math.Sqrt(sum / n)
	return nil
}

const (
	maxSigmaT = 0.020 // metres: worse is no calibration
	maxSigmaR = 2 * deg
)

// judge refuses what must not be used, and warns of what is odd.
func (res *Result) judge(g guess) error {
	if res.SigmaT > maxSigmaT || res.SigmaR > maxSigmaR {
		return fmt.Errorf("%w: the camera's place is known to %.0f mm and %.1f° only; add poses that turn about two axes, 20° to 60°, and where there are such: is the camera's image mirrored?", ErrWeak, 1e3*res.SigmaT, res.SigmaR/deg)
	}
	if res.RMS > 10*res.Pixel && res.RMS > 2 {
		return fmt.Errorf("%w: the best is %.1f px off where the corners are good to %.2f px; is the board fixed, the camera's calibration its own, and each pose that of its image?", ErrUnexplained, res.RMS, res.Pixel)
	}
	all := res.used()
	warn := func(format string, args ...any) { res.Warnings = append(res.Warnings, fmt.Sprintf(format, args...)) }
	b := res.bundle(all)
	b.sized = true
	g.size = 1
	if r, err := solve.Minimise(b, g, solve.Options{}); err == nil {
		if cov, err := solve.Covariance(r.Information); err == nil {
			n := b.Size() - 1
			res.BoardSize, res.BoardSizeSigma = r.State.size, math.Sqrt(cov.At(n, n))
			if d := math.Abs(res.BoardSize - 1); d > 4*res.BoardSizeSigma && d > 0.004 {
				warn("by the robot's motions the board is %.2f ± %.2f %% of the size told: measure its squares", 100*res.BoardSize, 100*res.BoardSizeSigma)
			}
		}
	}
	if m := middle(res.off(all, g)); m > 1.5*2.31 {
		warn("the robot is about %.1f times as noisy as told, so the covariance is too small", m/2.31)
	}
	if len(all) < 10 {
		warn("only %d samples: ten to twenty average out the robot's noise", len(all))
	}
	if lost := len(res.Samples) - len(all); 4*lost > len(res.Samples) {
		warn("%d of %d samples were dropped: look at their reasons", lost, len(res.Samples))
	}
	return nil
}

func middle(xs []float64) float64 {
	s := slices.Sorted(slices.Values(xs))
	return s[len(s)/2]
}
