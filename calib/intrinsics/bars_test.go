package intrinsics

import (
	"math"
	"math/rand/v2"
	"strconv"
	"testing"

	"gonum.org/v1/gonum/mat"

	"hyt/calib/camera"
	"hyt/calib/geom"
	"hyt/calib/synth"
	"hyt/calib/view"
)

const noise = 0.2 // px

// problem is 20 views of a 9×6 board, 30 mm squares, by a random camera.
func problem(seed uint64, m camera.Model) (camera.Camera, []geom.Pose, []view.View) {
	r := rand.New(rand.NewPCG(7, seed))
	c := synth.Lens(r, m)
	board := synth.Board(9, 6, 0.03)
	poses := synth.Poses(r, c, board, 20)
	var views []view.View
	for i, p := range poses {
		v := synth.See(r, c, board, p, noise)
		v.Name = strconv.Itoa(i)
		views = append(views, v)
	}
	return c, poses, views
}

// nees is eᵀ C⁻¹ e.
func nees(t *testing.T, e []float64, cov mat.Symmetric) float64 {
	t.Helper()
	var chol mat.Cholesky
	if !chol.Factorize(cov) {
		t.Fatal("the covariance is not positive definite")
	}
	v := mat.NewVecDense(len(e), e)
	var x mat.VecDense
	if err := chol.SolveVecTo(&x, v); err != nil {
		t.Log(err)
	}
	return mat.Dot(v, &x)
}

// The normalised error squared (NEES) of an honest covariance follows a chi-square
// distribution, whose mean is the number of parameters.
func TestCovarianceIsHonestAndTheNoiseIsReached(t *testing.T) {
	for _, bar := range []struct {
		model camera.Model
		few   int
	}{{camera.PlumbBob, 12}, {camera.Equidistant, 4}} {
		n := synth.Problems(t, bar.few)
		dim := 4 + bar.model.NumD()
		var mean, meanAll, dof, worst float64
		for i := range n {
			truth, poses, views := problem(uint64(i), bar.model)
			res, err := Calibrate(views, Options{Model: bar.model})
			if err != nil {
				t.Fatalf("%s problem %d (f %.0f px): %v", bar.model, i, truth.Fx, err)
			}
			if used := len(res.used()); used != len(views) {
				t.Errorf("%s problem %d: %d good views were dropped: %+v", bar.model, i, len(views)-used, res.Views[0].Reason)
				continue
			}
			var e []float64
			for k, p := range truth.Params() {
				e = append(e, p-res.Camera.Params()[k])
			}
			mean += nees(t, append([]float64(nil), e...), res.Covariance) / float64(n)
			for k, p := range poses {
				d := res.Views[k].Pose.Difference(p)
				e = append(e, d[:]...)
			}
			meanAll += nees(t, e, res.Joint) / float64(n)
			dof = float64(len(e))
			worst = max(worst, res.RMS/noise)
		}
		half := 1.96 * math.Sqrt(2*float64(dim)/float64(n))
		halfAll := 1.96 * math.Sqrt(2*dof/float64(n))
		t.Logf("%s, %d problems: mean NEES of %d camera parameters %.2f (95 %% band %.2f to %.2f), of all %.0f %.1f (%.1f to %.1f); worst RMS %.3f of the noise",
			bar.model, n, dim, mean, float64(dim)-half, float64(dim)+half, dof, meanAll, dof-halfAll, dof+halfAll, worst)
		if math.Abs(mean-float64(dim)) > half {
			t.Errorf("%s: the covariance of the camera is not honest", bar.model)
		}
		// The tilt of a small board seen from the front enters its picture squared, so
		// the spread of the poses is not quite Gaussian: 5 % more than the band.
		if math.Abs(meanAll-dof) > halfAll+0.05*dof {
			t.Errorf("%s: the covariance of everything is not honest", bar.model)
		}
		if worst > 1.05 {
			t.Errorf("%s: RMS is %.3f of the noise, more than 1.05", bar.model, worst)
		}
	}
}
