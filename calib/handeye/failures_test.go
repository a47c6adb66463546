package handeye

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"hyt/calib/geom"
	"hyt/calib/synth"
)

func TestTooFewPosesSaySo(t *testing.T) {
	_, samples, o := problem(1, EyeInHand, 15)
	for n := range MinSamples {
		if _, err := Solve(samples[:n], o); !errors.Is(err, ErrTooFew) {
			t.Errorf("%d poses: got %v", n, err)
		}
	}
}

// turning is a rig whose hand turns about the given axes of its own only, and
// shifts freely.
func turning(t *testing.T, mount Mount, axes ...geom.Vec) ([]Sample, Options) {
	r := rand.New(rand.NewPCG(9, 9))
	rig := synth.Mounted(r, mount == EyeInHand)
	first := rig.Stops(r, 1)[0]
	var ss []Sample
	for len(ss) < 15 {
		d := geom.Pose{R: geom.Identity, T: geom.Vec{0.1 * r.NormFloat64(), 0.1 * r.NormFloat64(), 0.1 * r.NormFloat64()}}
		for _, a := range axes {
			d.R = d.R.Mul(geom.Exp(a.Scale(0.4 * r.NormFloat64())))
		}
		h := first.Mul(d)
		if mount == EyeToHand {
			h = d.Mul(first)
		}
		v := rig.Look(r, h, pixelNoise)
		if v.Check() != nil {
			continue
		}
		ss = append(ss, Sample{Hand: synth.Report(r, h, robotT, robotR), View: v})
	}
	return ss, Options{Mount: mount, Camera: rig.Camera, RobotT: robotT, RobotR: robotR}
}

func TestMotionsThatLeaveTheAnswerOpenAreNamed(t *testing.T) {
	x, z := geom.Vec{1, 0, 0}, geom.Vec{0, 0, 1}
	for _, mount := range []Mount{EyeInHand, EyeToHand} {
		ss, o := turning(t, mount)
		if _, err := Solve(ss, o); !errors.Is(err, ErrNoRotation) {
			t.Errorf("%s, shifts alone: got %v", mount, err)
		}
		ss, o = turning(t, mount, z)
		_, err := Solve(ss, o)
		if !errors.Is(err, ErrOneAxis) || !strings.Contains(err.Error(), "about z of the") {
			t.Errorf("%s, one axis: got %v", mount, err)
		}
		ss, o = turning(t, mount, z, x)
		if _, err := Solve(ss, o); err != nil {
			t.Errorf("%s, two axes: %v", mount, err)
		}
	}
}

func TestMistakesInTheSamplesAreNamed(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(ss []Sample, o *Options)
		is    error
		says  string
	}{
		"degrees for radians": {func(ss []Sample, _ *Options) {
			for i := range ss { // the reader took the rotation vector's degrees as radians
				ss[i].Hand.R = geom.Exp(ss[i].Hand.R.Log().Scale(180 / math.Pi))
			}
		}, ErrMismatch, "radians"},
		"base in hand": {func(ss []Sample, _ *Options) {
			for i := range ss {
				ss[i].Hand = ss[i].Hand.Inv()
			}
		}, ErrWrongMount, "hand in the base"},
		"wrong mount":  {func(_ []Sample, o *Options) { o.Mount = EyeToHand }, ErrWrongMount, "mounted as told"},
		"left-handed":  {func(ss []Sample, _ *Options) { flipZ(ss) }, ErrTooFew, "left-handed"},
		"not a number": {func(ss []Sample, _ *Options) { nan(ss) }, ErrTooFew, "not finite"},
		"images shifted by one": {func(ss []Sample, _ *Options) {
			last := ss[len(ss)-1].View
			for i := len(ss) - 1; i > 0; i-- {
				ss[i].View = ss[i-1].View
			}
			ss[0].View = last
		}, ErrMismatch, "of these images"},
	} {
		for _, seed := range []uint64{2, 3} {
			_, ss, o := problem(seed, EyeInHand, 15)
			c.spoil(ss, &o)
			if _, err := Solve(ss, o); !errors.Is(err, c.is) || !strings.Contains(err.Error(), c.says) {
				t.Errorf("%s: got %v, want %q", name, err, c.says)
			}
		}
	}
}

func flipZ(ss []Sample) {
	for i := range ss {
		for k := range 3 {
			ss[i].Hand.R[k][2] *= -1
		}
	}
}

func nan(ss []Sample) {
	for i := range ss {
		ss[i].Hand.T[1] = math.NaN()
	}
}

func TestStraySamplesAreDroppedAndTheRestHolds(t *testing.T) {
	rig, ss, o := problem(4, EyeInHand, 15)
	ss[3].View, ss[8].View = ss[8].View, ss[3].View          // swapped images
	ss[11].Hand.T = ss[11].Hand.T.Add(geom.Vec{0.012, 0, 0}) // a pose taken on the move
	res, err := Solve(ss, o)
	if err != nil {
		t.Fatal(err)
	}
	for i, s := range res.Samples {
		if want := !slices.Contains([]int{3, 8, 11}, i); s.Used != want {
			t.Errorf("sample %d: used %v (%s)", i, s.Used, s.Reason)
		}
	}
	if d := res.Camera.T.Sub(rig.Eye.T).Norm(); d > 3*res.SigmaT {
		t.Errorf("off by %.2f mm, σ %.2f mm", 1e3*d, 1e3*res.SigmaT)
	}
}

func TestWrongSquareSizeIsMeasured(t *testing.T) {
	_, ss, o := problem(6, EyeInHand, 15)
	for _, s := range ss {
		for k := range s.View.Points {
			s.View.Points[k].X *= 1.03
			s.View.Points[k].Y *= 1.03
		}
	}
	res, err := Solve(ss, o)
	if err != nil {
		t.Fatal(err)
	}
	if math.Abs(res.BoardSize-1/1.03) > 4*res.BoardSizeSigma || res.BoardSizeSigma > 0.003 {
		t.Errorf("board measured as %.4f ± %.4f of what was told, want %.4f", res.BoardSize, res.BoardSizeSigma, 1/1.03)
	}
	if !slices.ContainsFunc(res.Warnings, func(w string) bool { return strings.Contains(w, "measure its squares") }) {
		t.Errorf("no word of it: %q", res.Warnings)
	}
}

func TestUntoldNoiseIsEstimated(t *testing.T) {
	r := rand.New(rand.NewPCG(12, 12))
	rig := synth.Mounted(r, true)
	var ss []Sample
	for _, h := range rig.Stops(r, 25) {
		ss = append(ss, Sample{synth.Report(r, h, 4*robotT, 4*robotR), rig.Look(r, h, pixelNoise)})
	}
	res, err := Solve(ss, Options{Camera: rig.Camera})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("estimated %.2f px, %.2f mm, %.3f°; given were 0.2 px, 2 mm, 0.2°", res.Pixel, 1e3*res.RobotT, res.RobotR/deg)
	if res.Pixel < 0.15 || res.Pixel > 0.25 || res.RobotT < 1e-3 || res.RobotT > 6e-3 {
		t.Error("that is not it")
	}
	if d := res.Camera.T.Sub(rig.Eye.T).Norm(); d > 3*res.SigmaT {
		t.Errorf("off by %.2f mm, σ %.2f mm", 1e3*d, 1e3*res.SigmaT)
	}
}

func TestLeaveOneOutSeesTheNoise(t *testing.T) {
	_, ss, o := problem(7, EyeToHand, 15)
	res, err := Solve(ss, o)
	if err != nil {
		t.Fatal(err)
	}
	ts, rs, err := res.LeaveOneOut()
	if err != nil || len(ts) != 15 {
		t.Fatalf("%d errors, %v", len(ts), err)
	}
	t.Logf("median %.2f mm and %.3f°", 1e3*middle(ts), middle(rs)/deg)
	if m := middle(ts); m < 0.2e-3 || m > 5e-3 {
		t.Errorf("median %.2f mm where the robot's noise is 0.5 mm an axis", 1e3*m)
	}
}
