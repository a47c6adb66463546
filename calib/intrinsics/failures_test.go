package intrinsics

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"hyt/calib/camera"
	"hyt/calib/geom"
	"hyt/calib/planar"
	"hyt/calib/synth"
	"hyt/calib/view"
)

func says(t *testing.T, err error, words ...string) {
	t.Helper()
	for _, w := range words {
		if err == nil || !strings.Contains(err.Error(), w) {
			t.Errorf("got %v, want it to say %q", err, w)
		}
	}
}

func TestTooFewViewsSayHowMany(t *testing.T) {
	_, _, views := problem(1, camera.PlumbBob)
	for n := range MinViews {
		_, err := Calibrate(views[:n], Options{})
		if !errors.Is(err, ErrTooFewViews) {
			t.Errorf("%d views: got %v", n, err)
		}
	}
	_, err := Calibrate(views[:1], Options{})
	says(t, err, "1 of 1 can be used", "at least 3")
}

func TestFrontalViewsAloneAreRefused(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 3))
	c := camera.Camera{Width: 640, Height: 480, Fx: 600, Fy: 600, Cx: 319.5, Cy: 239.5}
	board := synth.Board(5, 4, 0.05)
	for _, noise := range []float64{0, 0.2} {
		var views []view.View
		for i := range 8 {
			turn := geom.Exp(geom.Vec{0, 0, 0.3 * float64(i)})
			at := geom.Vec{0.05 * float64(i%3), 0.03 * float64(i%4), 0.5 + 0.05*float64(i)}
			views = append(views, synth.See(r, c, board, geom.Pose{R: turn, T: at.Sub(turn.Apply(geom.Vec{0.1, 0.075, 0}))}, noise))
		}
		_, err := Calibrate(views, Options{})
		if !errors.Is(err, ErrUndetermined) {
			t.Errorf("noise %g px: got %v", noise, err)
		}
		says(t, err, "parallel", "tilt the board")
	}
}

func TestPixelsFromNowhereAreNotACamera(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 8))
	for range 5 {
		_, _, views := problem(9, camera.PlumbBob)
		for _, v := range views {
			for i := range v.Pixels {
				v.Pixels[i] = view.Point2{X: float64(v.Size[0]) * r.Float64(), Y: float64(v.Size[1]) * r.Float64()}
			}
		}
		res, err := Calibrate(views, Options{})
		if err == nil {
			t.Errorf("noise made a camera: %+v, RMS %.1f px", res.Camera, res.RMS)
		}
	}
}

func TestViewsThatAreNoneAreDroppedWithReasons(t *testing.T) {
	truth, _, views := problem(4, camera.PlumbBob)
	views[0].Pixels[3].X = math.NaN()
	line := view.View{Name: "row", Size: views[1].Size}
	for i, p := range views[1].Points {
		if p.Y == 0.03 {
			line.Points, line.Pixels = append(line.Points, p), append(line.Pixels, views[1].Pixels[i])
		}
	}
	views[1] = line
	views = append(views, views[2])
	mirrored := slices.Clone(views[3].Points)
	for i := range mirrored {
		mirrored[i].X *= -1
	}
	views[3].Points = mirrored
	shuffled := slices.Clone(views[4].Points) // corners paired wrongly
	slices.Reverse(shuffled[:len(shuffled)/2])
	views[4].Points = shuffled
	blurred := slices.Clone(views[5].Pixels)
	r := rand.New(rand.NewPCG(5, 5))
	for i := range blurred {
		blurred[i].X += 1 * r.NormFloat64()
		blurred[i].Y += 1 * r.NormFloat64()
	}
	views[5].Pixels = blurred
	views[6].Pixels[7].X += 15 // one corner caught a reflection

	res, err := Calibrate(views, Options{})
	if err != nil {
		t.Fatal(err)
	}
	for k, want := range map[int]string{0: "not finite", 1: "one line", 3: "mirrored", 4: "corners", 5: "px", 20: "same picture as view 2"} {
		if v := res.Views[k]; v.Used || !strings.Contains(v.Reason, want) {
			t.Errorf("view %d: used %v, reason %q, want %q", k, v.Used, v.Reason, want)
		}
	}
	if got := res.used(); len(got) != 15 {
		t.Errorf("%d views used, want 15", len(got))
	}
	if v := res.Views[6]; !v.Used || !v.Outlier[7] || slices.Index(v.Outlier, true) != 7 {
		t.Errorf("the one stray corner: used %v, outliers %v", v.Used, v.Outlier)
	}
	for i, p := range truth.Params() {
		if d := math.Abs(p - res.Camera.Params()[i]); d > 4*res.Sigma[i] {
			t.Errorf("%s is off by %g, σ is %g", res.Camera.Model.ParamNames()[i], d, res.Sigma[i])
		}
	}
}

func TestMirroredPrintIsNamed(t *testing.T) {
	_, _, views := problem(5, camera.PlumbBob)
	for _, v := range views {
		for i := range v.Points {
			v.Points[i].X *= -1
		}
	}
	if _, err := Calibrate(views, Options{}); !errors.Is(err, planar.ErrBehind) {
		t.Errorf("got %v, want ErrBehind", err)
	}
}

func TestStretchedPrintIsMeasured(t *testing.T) {
	for stretch, want := range map[float64]string{1: "", 1.01: "-0.9", 0.95: "5."} { // told over true
		_, _, views := problem(6, camera.PlumbBob)
		for _, v := range views {
			for i := range v.Points {
				v.Points[i].Y *= stretch
			}
		}
		res, err := Calibrate(views, Options{})
		if err != nil {
			t.Fatal(err)
		}
		i := slices.IndexFunc(res.Warnings, func(w string) bool { return strings.Contains(w, "measure the print") })
		if (i >= 0) != (want != "") || i >= 0 && !strings.Contains(res.Warnings[i], want) {
			t.Errorf("told %g of the length: %q", stretch, res.Warnings)
		}
	}
}

func TestSizesMustAgreeAndFixedParametersExist(t *testing.T) {
	_, _, views := problem(7, camera.PlumbBob)
	views[5].Size = [2]int{320, 240}
	_, err := Calibrate(views, Options{})
	says(t, err, "320x240", "one image size")
	_, _, views = problem(7, camera.PlumbBob)
	_, err = Calibrate(views, Options{Fix: []string{"k9"}})
	says(t, err, "k9", "cannot be fixed", "k3")
	res, err := Calibrate(views, Options{Fix: []string{"k3", "p1", "p2"}})
	if err != nil {
		t.Fatal(err)
	}
	if d := res.Camera.D; d[2] != 0 || d[3] != 0 || d[4] != 0 || res.Sigma[4+4] != 0 || res.Sigma[4] == 0 {
		t.Errorf("fixed coefficients moved: %v, σ %v", d, res.Sigma)
	}
}

// The rational model's numerator and denominator do much the same, so it is judged
// by where its pixels land, not by its coefficients.
func TestRationalModelMapsPixelsRight(t *testing.T) {
	truth, _, views := problem(8, camera.RationalPolynomial)
	res, err := Calibrate(views, Options{Model: camera.RationalPolynomial})
	if err != nil {
		t.Fatal(err)
	}
	if res.RMS > 1.05*noise {
		t.Errorf("RMS %.3f px", res.RMS)
	}
	var worst float64
	for _, v := range res.Views {
		for _, q := range v.Points {
			p := v.Pose.Apply(geom.Vec{q.X, q.Y, q.Z})
			a, _ := truth.Project(p)
			b, _ := res.Camera.Project(p)
			worst = max(worst, math.Hypot(a.X-b.X, a.Y-b.Y))
		}
	}
	t.Logf("RMS %.3f px, f %.1f ± %.1f (true %.1f), largest shift of a pixel %.2f px", res.RMS, res.Camera.Fx, res.Sigma[0], truth.Fx, worst)
	if worst > 10 || math.Abs(truth.Fx-res.Camera.Fx) > 4*res.Sigma[0] {
		t.Errorf("f %.1f ± %.1f, true %.1f", res.Camera.Fx, res.Sigma[0], truth.Fx)
	}
}

func BenchmarkCalibrate20Views(b *testing.B) {
	_, _, views := problem(1, camera.PlumbBob)
	for b.Loop() {
		if _, err := Calibrate(views, Options{}); err != nil {
			b.Fatal(err)
		}
	}
}
