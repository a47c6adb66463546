package handeye

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"hyt/calib/geom"
)

// What data can lack. Each error says what to do about it.
var (
	ErrTooFew      = errors.New("too few poses")
	ErrNoRotation  = errors.New("no rotation")
	ErrOneAxis     = errors.New("only one rotation axis")
	ErrMismatch    = errors.New("robot and camera do not turn alike")
	ErrWrongMount  = errors.New("the poses fit another set-up")
	ErrUnexplained = errors.New("no mount explains the samples")
	ErrWeak        = errors.New("the motions hardly determine the mount")
)

// MinSamples is the fewest that have an answer; ten to twenty have a good one.
const MinSamples = 3

const (
	minTurn    = 3 * deg // between the two most different poses
	minAxes    = 0.08    // spread of rotations off the main axis, against along it
	sameTurn   = 3 * deg // by which robot's and camera's turns may differ, or 5 noises
	deg        = math.Pi / 180
	badShare   = 0.5 // of a sample's pairs that disagree before it is dropped
	robotGate  = 6.0 // noises by which a robot's pose may be off before it is dropped
	farFetched = 8.0 // times better that another set-up must fit to be named
)

func (res *Result) enough() error {
	n := len(res.used())
	if n >= MinSamples {
		return nil
	}
	err := fmt.Errorf("%w: %d of %d can be used, at least %d with turns about two axes are needed; ten to twenty do it well", ErrTooFew, n, len(res.Samples), MinSamples)
	for _, s := range res.Samples {
		if !s.Used {
			err = fmt.Errorf("%w; %s: %s", err, s.View.Name, s.Reason)
		}
	}
	return err
}

// motion is what happened between two samples, from both ends.
func (res *Result) motion(i, j *SampleFit) Motion {
	gi, gj := i.Hand, j.Hand
	if res.Mount == EyeInHand {
		gi, gj = gi.Inv(), gj.Inv()
	}
	return Motion{A: gi.Mul(gj.Inv()), B: i.Found.Pose.Mul(j.Found.Pose.Inv())}
}

// checkMotions refuses turns that leave the answer open, and samples whose turns
// the camera did not see: a turn is as large from either end, whatever the mount.
func (res *Result) checkMotions() error {
	if err := res.turns(); err != nil {
		return err
	}
	all := res.used()
	tol := max(sameTurn, 5*math.Sqrt2*res.RobotR)
	bad := make([]int, len(all))
	pairs, wrong := 0, 0
	var worst Motion
	var worstOff float64
	for i, a := range all {
		for j, b := range all[:i] {
			m := res.motion(a, b)
			pairs++
			if off := math.Abs(m.A.R.Angle() - m.B.R.Angle()); off > tol {
				wrong++
				bad[i]++
				bad[j]++
				if off > worstOff {
					worst, worstOff = m, off
				}
			}
		}
	}
	if 2*wrong > pairs {
		return fmt.Errorf("%w: in %d of %d pairs of samples the turns differ, once %.1f° by the robot and %.1f° by the camera; are the robot's angles degrees where radians are meant, its quaternions in the order x y z w, and the poses those of these images?",
			ErrMismatch, wrong, pairs, worst.A.R.Angle()/deg, worst.B.R.Angle()/deg)
	}
	for i, s := range all {
		if float64(bad[i]) > badShare*float64(len(all)-1) {
			s.Used, s.Reason = false, fmt.Sprintf("the robot's turn to it from %d of the %d others is not what the camera saw: a pose of another moment?", bad[i], len(all)-1)
		}
	}
	if err := res.enough(); err != nil {
		return err
	}
	return res.turns()
}

// turns looks at the axes that the arm turned about.
func (res *Result) turns() error {
	all := res.used()
	scatter := mat.NewSymDense(3, nil)
	var most float64
	for i, a := range all {
		for _, b := range all[:i] {
			w := res.motion(a, b).A.R.Log()
			most = max(most, w.Norm())
			scatter.SymRankOne(scatter, 1, mat.NewVecDense(3, w[:]))
		}
	}
	if need := max(minTurn, 10*res.opt.RobotR); most < need {
		return fmt.Errorf("%w: the poses differ by %.2f° at most; turn the hand by 20° to 60° about two axes between stops", ErrNoRotation, most/deg)
	}
	var eig mat.EigenSym
	if !eig.Factorize(scatter, true) {
		return fmt.Errorf("%w: the robot's turns are not finite", ErrMismatch)
	}
	v := eig.Values(nil)
	if math.Sqrt(max(0, v[1])/v[2]) < minAxes {
		var vec mat.Dense
		eig.VectorsTo(&vec)
		axis := geom.Vec(mat.Col(nil, 2, &vec))
		frame := "the hand"
		if res.Mount == EyeToHand {
			frame = "the base"
		}
		return fmt.Errorf("%w: the hand turns about %s only, which leaves the camera's place along it open; turn it about a second axis by 20° or more", ErrOneAxis, axisName(axis, frame))
	}
	return nil
}

func axisName(a geom.Vec, frame string) string {
	for i, n := range []string{"x", "y", "z"} {
		if math.Abs(a[i]) > 0.98 {
			return n + " of " + frame
		}
	}
	return fmt.Sprintf("(%.2f, %.2f, %.2f) of %s", a[0], a[1], a[2], frame)
}

// start tries the closed forms and takes the one whose boards reproject best.
func (res *Result) start() (guess, error) {
	best, cost := res.closedForms()
	// Hand in base or base in hand, camera on hand or beside: the same equations
	// with the arm's poses inverted, so one trial finds both mistakes.
	other := *res
	other.Mount = EyeInHand + EyeToHand - res.Mount
	if _, c := other.closedForms(); cost > 5 && c*farFetched < cost {
		return guess{}, fmt.Errorf("%w: as %s they are %.1f px off, as %s %.1f px; is the camera mounted as told, and are the poses those of the hand in the base frame, not of the base in the hand's?",
			ErrWrongMount, res.Mount, cost, other.Mount, c)
	}
	if best.h == nil {
		return guess{}, fmt.Errorf("%w: none of the closed forms has an answer", ErrWeak)
	}
	return best, nil
}

func (res *Result) closedForms() (best guess, cost float64) {
	all := res.used()
	var ms []Motion
	tol := max(sameTurn, 5*math.Sqrt2*res.RobotR)
	for i, a := range all {
		for _, b := range all[:i] {
			m := res.motion(a, b)
			turn := m.A.R.Angle()
			// Near a half turn an axis may point either way.
			if turn > minTurn && turn < 170*deg && math.Abs(turn-m.B.R.Angle()) < tol {
				ms = append(ms, m)
			}
		}
	}
	cost = math.Inf(1)
	for _, method := range Methods {
		x, err := method.Solve(ms)
		if err != nil || x.Check() != nil {
			continue
		}
		y := res.board(x)
		var each []float64
		for _, s := range all {
			each = append(each, res.reprojection(s, x, y))
		}
		slices.Sort(each)
		if c := each[len(each)/2]; c < cost || best.h == nil {
			best, cost = guess{x: x, y: y, size: 1}, c
			for _, s := range all {
				best.h = append(best.h, s.Hand)
			}
			res.Start = method.Name
		}
	}
	return best, cost
}

// board is the mean of where the samples put the board when the camera is at x:
// the middle one of the positions, so that single samples cannot pull it far.
func (res *Result) board(x geom.Pose) geom.Pose {
	var sum geom.Mat
	var ts [3][]float64
	for _, s := range res.used() {
		h := s.Hand
		if res.Mount == EyeToHand {
			h = h.Inv()
		}
		y := h.Mul(x).Mul(s.Found.Pose)
		for i := range 3 {
			for j := range 3 {
				sum[i][j] += y.R[i][j]
			}
			ts[i] = append(ts[i], y.T[i])
		}
	}
	p := geom.Pose{R: geom.Nearest(sum)}
	for i := range 3 {
		slices.Sort(ts[i])
		p.T[i] = ts[i][len(ts[i])/2]
	}
	return p
}

// reprojection is the RMS per axis of one sample, pixels, the robot taken at its
// word; +Inf where the board would be out of sight.
func (res *Result) reprojection(s *SampleFit, x, y geom.Pose) float64 {
	p := res.Mount.predicted(x, s.Hand, y)
	var sum float64
	for i, q := range s.View.Points {
		px, ok := res.opt.Camera.Project(p.Apply(geom.Vec{q.X, q.Y, q.Z}))
		if !ok {
			return math.Inf(1)
		}
		dx, dy := px.X-s.View.Pixels[i].X, px.Y-s.View.Pixels[i].Y
		sum += dx*dx + dy*dy
	}
	return math.Sqrt(sum / float64(2*len(s.View.Points)))
}
