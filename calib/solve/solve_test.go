package solve

import (
	"errors"
	"math"
	"math/rand/v2"
	"testing"
)

// decay is y = a exp(-b x), measured at xs with noise of standard deviation sigma.
type decay struct {
	xs, ys []float64
	sigma  float64
}

func (decay) Size() int { return 2 }

func (decay) Moved(s [2]float64, d []float64) [2]float64 { return [2]float64{s[0] + d[0], s[1] + d[1]} }

func (p decay) Terms(s [2]float64, add func(*Term)) bool {
	for i, x := range p.xs {
		e := math.Exp(-s[1] * x)
		add(&Term{
			R:      []float64{(s[0]*e - p.ys[i]) / p.sigma},
			Blocks: []Block{{At: 0, J: []float64{e / p.sigma}}, {At: 1, J: []float64{-s[0] * x * e / p.sigma}}},
		})
	}
	return true
}

func measure(r *rand.Rand, sigma float64) decay {
	p := decay{sigma: sigma}
	for i := range 60 {
		x := float64(i) / 10
		p.xs, p.ys = append(p.xs, x), append(p.ys, 3*math.Exp(-0.7*x)+sigma*r.NormFloat64())
	}
	return p
}

func TestFindsTheParametersAndHonestBounds(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	const runs = 500
	var nees float64
	for range runs {
		p := measure(r, 0.05)
		res, err := Minimise(p, [2]float64{1, 0.1}, Options{})
		if err != nil {
			t.Fatal(err)
		}
		a, b := res.State[0]-3, res.State[1]-0.7
		h := res.Information
		nees += a*a*h.At(0, 0) + 2*a*b*h.At(0, 1) + b*b*h.At(1, 1)
	}
	nees /= runs
	half := 1.96 * math.Sqrt(2*2.0/runs)
	t.Logf("mean normalised error squared %.3f, 95 %% band %.3f to %.3f", nees, 2-half, 2+half)
	if math.Abs(nees-2) > half {
		t.Error("the covariance is not honest")
	}
}

func TestLossesWithstandOutliers(t *testing.T) {
	for _, c := range []struct {
		name string
		loss Loss
		tol  float64
	}{{"Huber", Huber(1.5), 0.1}, {"Tukey", Tukey(4.7), 0.03}} {
		p := measure(rand.New(rand.NewPCG(2, 2)), 0.02)
		for i := 0; i < len(p.ys); i += 6 {
			p.ys[i] += 5
		}
		plain, err := Minimise(p, [2]float64{1, 0.1}, Options{})
		if err != nil {
			t.Fatal(err)
		}
		huber, err := Minimise(p, [2]float64{1, 0.1}, Options{Loss: Huber(1.5)})
		if err != nil {
			t.Fatal(err)
		}
		robust, err := Minimise(p, huber.State, Options{Loss: c.loss})
		if err != nil {
			t.Fatal(err)
		}
		if e := math.Abs(robust.State[0] - 3); e > c.tol {
			t.Errorf("%s: off by %g with one point in six spoilt", c.name, e)
		}
		if e := math.Abs(plain.State[0] - 3); e < 0.3 {
			t.Errorf("squares alone are off by %g only: the outliers test nothing", e)
		}
	}
}

func TestWeightsAreSlopesOfTheLoss(t *testing.T) {
	for _, loss := range []Loss{Huber(1.5), Tukey(4)} {
		for _, s := range []float64{0.1, 1, 2.2, 2.3, 5, 15.9, 16.1, 100} {
			a, _ := loss.Rho(s - 1e-6)
			b, _ := loss.Rho(s + 1e-6)
			if _, w := loss.Rho(s); math.Abs((b-a)/2e-6-w) > 1e-5 {
				t.Errorf("%T at %g: weight %g, slope %g", loss, s, w, (b-a)/2e-6)
			}
		}
	}
}

func TestFreeDirectionsAreErrors(t *testing.T) {
	p := decay{xs: []float64{0, 0}, ys: []float64{3, 3}, sigma: 1} // says nothing about the rate
	res, err := Minimise(p, [2]float64{1, 0.1}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	var free *UndeterminedError
	if _, err := Covariance(res.Information); !errors.As(err, &free) || math.Abs(free.Direction[1]) < 0.9 {
		t.Errorf("got %v, want the rate named", err)
	}
	twice := decay{xs: []float64{1, 1}, ys: []float64{3, 3}, sigma: 1} // one number for two
	res, err = Minimise(twice, [2]float64{1, 0.1}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Covariance(res.Information); !errors.As(err, &free) || free.Strength > 1e-10 {
		t.Errorf("got %v, want a free combination", err)
	}
}

func TestStartsOutsideAndEndlessSearchesAreErrors(t *testing.T) {
	p := measure(rand.New(rand.NewPCG(3, 3)), 0.05)
	if _, err := Minimise(p, [2]float64{math.NaN(), 0}, Options{}); !errors.Is(err, ErrNoStart) {
		t.Errorf("got %v, want ErrNoStart", err)
	}
	if _, err := Minimise(p, [2]float64{1, 5}, Options{MaxSteps: 1}); !errors.Is(err, ErrNotConverged) {
		t.Errorf("got %v, want ErrNotConverged", err)
	}
}
