package handeye

import (
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"

	"gonum.org/v1/gonum/mat"

	"hyt/calib/camera"
	"hyt/calib/geom"
	"hyt/calib/solve"
	"hyt/calib/synth"
)

const (
	pixelNoise = 0.2
	robotT     = 0.5e-3
	robotR     = 0.05 * deg
)

// problem is n stops of a random rig, with the noise of the bars.
func problem(seed uint64, mount Mount, n int) (synth.Rig, []Sample, Options) {
	r := rand.New(rand.NewPCG(11, seed))
	rig := synth.Mounted(r, mount == EyeInHand)
	var ss []Sample
	for i, h := range rig.Stops(r, n) {
		v := rig.Look(r, h, pixelNoise)
		v.Name = strconv.Itoa(i)
		ss = append(ss, Sample{Hand: synth.Report(r, h, robotT, robotR), View: v})
	}
	return rig, ss, Options{Mount: mount, Camera: rig.Camera, RobotT: robotT, RobotR: robotR, Pixel: pixelNoise}
}

func TestMountIsFoundWithinTheBars(t *testing.T) {
	for _, mount := range []Mount{EyeInHand, EyeToHand} {
		n := synth.Problems(t, 12)
		var ts, rs []float64
		var nees, worstSigmas float64
		for i := range n {
			rig, samples, o := problem(uint64(i), mount, 15)
			res, err := Solve(samples, o)
			if err != nil {
				t.Errorf("%s problem %d: %v", mount, i, err)
				continue
			}
			d := res.Camera.Difference(rig.Eye)
			b := res.Board.Difference(rig.Board)
			e := append(d[:], b[:]...)
			rot, trans := geom.Vec(d[:3]).Norm(), geom.Vec(d[3:]).Norm()
			ts, rs = append(ts, trans), append(rs, rot)
			worstSigmas = max(worstSigmas, trans/res.SigmaT, rot/res.SigmaR)
			var chol mat.Cholesky
			if !chol.Factorize(res.Covariance) {
				t.Fatalf("problem %d: the covariance is not positive definite", i)
			}
			var x mat.VecDense
			v := mat.NewVecDense(12, e)
			if err := chol.SolveVecTo(&x, v); err != nil {
				t.Log(err)
			}
			nees += mat.Dot(v, &x) / float64(n)
		}
		half := 1.96 * math.Sqrt(2*12.0/float64(n))
		slices.Sort(ts)
		slices.Sort(rs)
		t.Logf("%s, %d problems: median %.2f mm and %.3f°, worst %.2f mm and %.3f° (at most %.1f σ); mean NEES %.1f (95 %% band %.1f to %.1f)",
			mount, n, 1e3*ts[n/2], rs[n/2]/deg, 1e3*ts[n-1], rs[n-1]/deg, worstSigmas, nees, 12-half, 12+half)
		if ts[n/2] > 0.7e-3 || rs[n/2] > 0.1*deg {
			t.Errorf("%s: the median misses 0.7 mm or 0.1°", mount)
		}
		if worstSigmas > 4 {
			t.Errorf("%s: a result lies %.1f of its own σ from the truth: it diverged and did not say so", mount, worstSigmas)
		}
		if math.Abs(nees-12) > half {
			t.Errorf("%s: the covariance is not honest", mount)
		}
	}
}

func TestClosedFormsAreExactWithoutNoise(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 50 {
		x := synth.Mounted(r, true).Eye
		var ms []Motion
		for range 4 {
			w := geom.Vec{r.NormFloat64(), r.NormFloat64(), r.NormFloat64()}
			a := geom.Pose{R: geom.Exp(w.Scale(0.6)), T: geom.Vec{r.Float64(), r.Float64(), r.Float64()}}
			if a.R.Angle() > 170*deg {
				continue
			}
			ms = append(ms, Motion{A: a, B: x.Inv().Mul(a).Mul(x)})
		}
		for _, m := range Methods {
			got, err := m.Solve(ms)
			if err != nil {
				t.Fatalf("%s: %v", m.Name, err)
			}
			d := got.Difference(x)
			// Tsai-Lenz squares the distance of X from a half turn.
			if e := geom.Vec(d[:3]).Norm() + geom.Vec(d[3:]).Norm(); e > 1e-5 {
				t.Errorf("%s is off by %g, X turns %.0f°", m.Name, e, x.R.Angle()/deg)
			}
		}
	}
}

func TestJacobiansMatchFiniteDifferences(t *testing.T) {
	for _, mount := range []Mount{EyeInHand, EyeToHand} {
		rig, samples, o := problem(3, mount, 3)
		res := &Result{Mount: mount, opt: o, Samples: make([]SampleFit, len(samples))}
		if err := res.admit(samples); err != nil {
			t.Fatal(err)
		}
		res.noise()
		b := res.bundle(res.used())
		b.sized = true
		g := guess{x: rig.Eye, y: rig.Board, size: 1.01}
		for _, s := range samples {
			g.h = append(g.h, s.Hand)
		}
		values := func(g guess) (out []float64) {
			b.Terms(g, func(t *solve.Term) { out = append(out, t.R...) })
			return out
		}
		analytic := map[[2]int]float64{}
		row := 0
		b.Terms(g, func(t *solve.Term) {
			for _, blk := range t.Blocks {
				cols := len(blk.J) / len(t.R)
				for i, v := range blk.J {
					analytic[[2]int{row + i/cols, blk.At + i%cols}] = v
				}
			}
			row += len(t.R)
		})
		const h = 1e-6
		for k := range b.Size() {
			d := make([]float64, b.Size())
			d[k] = h
			up := values(b.Moved(g, d))
			d[k] = -h
			down := values(b.Moved(g, d))
			for i := range up {
				want, got := (up[i]-down[i])/(2*h), analytic[[2]int{i, k}]
				if math.Abs(want-got) > 1e-4*(1+math.Abs(want)) {
					t.Fatalf("%s: residual %d by parameter %d is %g, differences say %g", mount, i, k, got, want)
				}
			}
		}
	}
}

func TestTheCameraMayBeAnyModel(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 5))
	rig := synth.Mounted(r, true)
	rig.Camera = synth.Lens(r, camera.Equidistant)
	var ss []Sample
	for _, h := range rig.Stops(r, 15) {
		ss = append(ss, Sample{synth.Report(r, h, robotT, robotR), rig.Look(r, h, pixelNoise)})
	}
	res, err := Solve(ss, Options{Camera: rig.Camera})
	if err != nil {
		t.Fatal(err)
	}
	if d := res.Camera.T.Sub(rig.Eye.T).Norm(); d > 4*res.SigmaT || res.SigmaT > 2e-3 {
		t.Errorf("off by %g m, σ %g m", d, res.SigmaT)
	}
}
