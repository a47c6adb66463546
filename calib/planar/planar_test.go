package planar

import (
	"errors"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"hyt/calib/camera"
	"hyt/calib/geom"
	"hyt/calib/synth"
	"hyt/calib/view"
)

func TestHomographyIsExactWithoutNoise(t *testing.T) {
	want := geom.Mat{{800, 30, 320}, {-20, 790, 240}, {0.3, -0.2, 1}}
	board := synth.Board(5, 4, 0.03)
	var px []view.Point2
	for _, b := range board {
		q := want.Apply(geom.Vec{b.X, b.Y, 1})
		px = append(px, view.Point2{X: q[0] / q[2], Y: q[1] / q[2]})
	}
	h, err := Homography(board, px)
	if err != nil {
		t.Fatal(err)
	}
	for i, b := range board {
		q := h.Apply(geom.Vec{b.X, b.Y, 1})
		if d := math.Hypot(q[0]/q[2]-px[i].X, q[1]/q[2]-px[i].Y); d > 1e-6 {
			t.Errorf("point %d lands %g px away", i, d)
		}
	}
}

func TestPointsThatFixNoHomographyAreAnError(t *testing.T) {
	line := []view.Point3{{X: 0}, {X: 1}, {X: 2}, {X: 3}, {X: 0, Y: 1}}
	px := []view.Point2{{X: 0}, {X: 10}, {X: 20}, {X: 30}, {X: 0, Y: 10}}
	if _, err := Homography(line, px); err == nil || !strings.Contains(err.Error(), "on one line") {
		t.Errorf("got %v", err)
	}
	if _, err := Homography(line[:3], px[:3]); err == nil {
		t.Error("three points passed")
	}
}

// The information matrix must account for the errors made: over many boards the
// normalised error squared of six parameters averages six.
func TestPosesAreFoundWithHonestCovariance(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	const runs, sigma = 100, 0.2
	for _, m := range []camera.Model{camera.PlumbBob, camera.RationalPolynomial, camera.Equidistant} {
		var nees float64
		for range runs {
			c := synth.Lens(r, m)
			board := synth.Board(9, 6, 0.03)
			truth := synth.Poses(r, c, board, 1)[0]
			f, err := Locate(c, synth.See(r, c, board, truth, sigma))
			if err != nil {
				t.Fatal(err)
			}
			e := f.Pose.Difference(truth)
			for i := range 6 {
				for j := range 6 {
					nees += e[i] * e[j] * f.Information.At(i, j) / (sigma * sigma) / runs
				}
			}
			if f.Flipped < f.RMS {
				t.Errorf("the worse pose was taken: %g px, the other %g px", f.RMS, f.Flipped)
			}
		}
		half := 1.96 * math.Sqrt(2*6.0/runs)
		t.Logf("%s: mean normalised error squared %.2f, 95 %% band %.2f to %.2f", m, nees, 6-half, 6+half)
		if math.Abs(nees-6) > half {
			t.Errorf("%s: the covariance is not honest: %g", m, nees)
		}
	}
}

func TestMirroredBoardsAreRecognised(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 2))
	c := synth.Lens(r, camera.PlumbBob)
	board := synth.Board(9, 6, 0.03)
	for range 20 {
		v := synth.See(r, c, board, synth.Poses(r, c, board, 1)[0], 0.2)
		for i := range v.Points {
			v.Points[i].X *= -1
		}
		if _, err := Locate(c, v); !errors.Is(err, ErrBehind) {
			t.Errorf("got %v, want ErrBehind", err)
		}
	}
}
