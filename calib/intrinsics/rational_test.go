package intrinsics

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"

	"hyt/calib/camera"
	"hyt/calib/geom"
	"hyt/calib/synth"
	"hyt/calib/view"
)

// visible is how pixels at a grid of places move with a camera's parameters: two
// rows a place, for rays that stay.
func visible(c camera.Camera) (j *mat.Dense, rays []geom.Vec) {
	n := len(c.Params())
	var data []float64
	for y := 0.1; y < 1; y += 0.2 {
		for x := 0.1; x < 1; x += 0.2 {
			ray, err := c.Unproject(view.Point2{X: x * float64(c.Width-1), Y: y * float64(c.Height-1)})
			if err != nil {
				continue
			}
			var jac camera.Jacobian
			c.ProjectJacobian(ray, &jac)
			data = append(data, jac.Params[0][:n]...)
			data = append(data, jac.Params[1][:n]...)
			rays = append(rays, ray)
		}
	}
	return mat.NewDense(len(data)/n, n, data), rays
}

// The rational model's coefficients trade off against each other, so its covariance
// is judged by what it says of pixels: over the directions in which it has a pixel
// anywhere in the image uncertain by more than a hundredth, the error squared over
// the variance is 1 on average.
func TestCovarianceOfTheRationalModelIsHonestAboutPixels(t *testing.T) {
	n := synth.Problems(t, 4)
	const least = 0.01 // px
	var sum, dims, worst float64
	var all []float64
	for i := range n {
		truth, _, views := problem(uint64(i), camera.RationalPolynomial)
		res, err := Calibrate(views, Options{Model: camera.RationalPolynomial})
		if err != nil {
			t.Fatalf("problem %d (f %.0f px): %v", i, truth.Fx, err)
		}
		j, rays := visible(res.Camera)
		var jc, cov mat.Dense
		jc.Mul(j, res.Covariance)
		cov.Mul(&jc, j.T())
		rows, _ := cov.Dims()
		sym := mat.NewSymDense(rows, nil)
		for a := range rows {
			for b := range a + 1 {
				sym.SetSym(a, b, (cov.At(a, b)+cov.At(b, a))/2)
			}
		}
		off := mat.NewVecDense(rows, nil)
		for k, ray := range rays {
			p, _ := truth.Project(ray)
			q, _ := res.Camera.Project(ray)
			off.SetVec(2*k, p.X-q.X)
			off.SetVec(2*k+1, p.Y-q.Y)
		}
		var eig mat.EigenSym
		if !eig.Factorize(sym, true) {
			t.Fatalf("problem %d: the covariance is not finite", i)
		}
		var vectors mat.Dense
		eig.VectorsTo(&vectors)
		for k, v := range eig.Values(nil) {
			if v > least*least {
				d := mat.Dot(vectors.ColView(k), off)
				sum, dims = sum+d*d/v, dims+1
			}
		}
		var e []float64
		for k, p := range truth.Params() {
			e = append(e, p-res.Camera.Params()[k])
		}
		all = append(all, nees(t, e, res.Covariance))
		worst = max(worst, res.RMS/noise)
	}
	// A sum of dims squares of unit variance.
	mean, half := sum/dims, 1.96*math.Sqrt(2/dims)
	t.Logf("rational_polynomial, %d problems: NEES over %.1f visible directions each, per direction %.3f (95 %% band %.3f to %.3f); of all 12 parameters %.1f (median); worst RMS %.3f of the noise",
		n, dims/float64(n), mean, 1-half, 1+half, median(all), worst)
	if math.Abs(mean-1) > half {
		t.Error("the covariance is not honest about pixels")
	}
	if worst > 1.05 {
		t.Errorf("RMS is %.3f of the noise, more than 1.05", worst)
	}
}
