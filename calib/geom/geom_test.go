package geom

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"hyt/msgs/geometry_msgs"
)

func near(t *testing.T, what string, got, want Pose, tol float64) {
	t.Helper()
	for i := range 3 {
		for j := range 3 {
			if d := math.Abs(got.R[i][j] - want.R[i][j]); !(d <= tol) {
				t.Fatalf("%s: rotation off by %g\n got %v\nwant %v", what, d, got.R, want.R)
			}
		}
		if d := math.Abs(got.T[i] - want.T[i]); !(d <= tol) {
			t.Fatalf("%s: translation off by %g", what, d)
		}
	}
}

func randomVec(r *rand.Rand, size float64) Vec {
	v := Vec{r.NormFloat64(), r.NormFloat64(), r.NormFloat64()}
	return v.Scale(size / v.Norm())
}

// angles go from nothing to a half turn, dense where the formulas change over.
var angles = []float64{0, 1e-12, 1e-9, 1e-6, 1e-4, 1.1e-4, 1e-3, 0.1, 1, 3, math.Pi - 1e-7}

func TestLogUndoesExp(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for _, a := range angles {
		for range 50 {
			w, v := randomVec(r, a), randomVec(r, 2)
			if d := Exp(w).Log().Sub(w).Norm(); d > 1e-8 {
				t.Fatalf("angle %g: rotation vector off by %g", a, d)
			}
			p := ExpSE3(w, v)
			near(t, "ExpSE3(LogSE3)", ExpSE3(p.LogSE3()), p, 1e-7)
		}
	}
}

func TestHalfTurnsHaveALog(t *testing.T) {
	for _, axis := range []Vec{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}, {0.6, 0, 0.8}} {
		m := Exp(axis.Scale(math.Pi))
		near(t, "half turn", Pose{R: Exp(m.Log())}, Pose{R: m}, 1e-9)
		if a := m.Angle(); math.Abs(a-math.Pi) > 1e-9 {
			t.Errorf("half turn about %v measures %g", axis, a)
		}
	}
}

func TestQuaternionsRPYAndMessagesGoBothWays(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 2))
	for _, a := range angles {
		for range 50 {
			p := Pose{Exp(randomVec(r, a)), randomVec(r, 1)}
			back, err := FromMessage(p.Message())
			if err != nil {
				t.Fatal(err)
			}
			near(t, "message", back, p, 1e-12)
			near(t, "rpy", Pose{R: FromRPY(p.R.RPY())}, Pose{R: p.R}, 1e-9)
		}
	}
	up := FromRPY(0, -math.Pi/2, 0.7)
	near(t, "looking up", Pose{R: FromRPY(up.RPY())}, Pose{R: up}, 1e-9)
}

func TestMovedAndDifferenceAreInverse(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 3))
	for range 100 {
		a, b := Pose{Exp(randomVec(r, 1)), randomVec(r, 1)}, Pose{Exp(randomVec(r, 2)), randomVec(r, 1)}
		d := a.Difference(b)
		near(t, "moved", a.Moved(d[:]), b, 1e-9)
		near(t, "inverse", a.Mul(a.Inv()), Still, 1e-12)
	}
}

func TestAdjointCarriesTwistsOutward(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 4))
	p, w, v := Pose{Exp(randomVec(r, 1)), randomVec(r, 1)}, randomVec(r, 0.7), randomVec(r, 1)
	ad := p.Adjoint()
	in := [6]float64{w[0], w[1], w[2], v[0], v[1], v[2]}
	var out [6]float64
	for i := range 6 {
		for j := range 6 {
			out[i] += ad[i][j] * in[j]
		}
	}
	near(t, "adjoint", ExpSE3(Vec(out[:3]), Vec(out[3:])), p.Mul(ExpSE3(w, v)).Mul(p.Inv()), 1e-9)
}

func TestOpticalFrameFollowsREP103(t *testing.T) {
	for _, c := range []struct {
		what          string
		optical, body Vec
	}{
		{"forward", Vec{0, 0, 1}, Vec{1, 0, 0}},
		{"right", Vec{1, 0, 0}, Vec{0, -1, 0}},
		{"down", Vec{0, 1, 0}, Vec{0, 0, -1}},
	} {
		if got := Optical.Apply(c.optical); got != c.body {
			t.Errorf("%s: %v in the body frame, want %v", c.what, got, c.body)
		}
	}
	near(t, "rpy of the optical joint", Pose{R: FromRPY(-math.Pi/2, 0, -math.Pi/2)}, Optical, 1e-12)
}

func TestNearestUndoesSmallDamage(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 5))
	m := Exp(randomVec(r, 2))
	bad := m
	for i := range 3 {
		for j := range 3 {
			bad[i][j] = 1.3*m[i][j] + 1e-6*r.NormFloat64()
		}
	}
	near(t, "nearest", Pose{R: Nearest(bad)}, Pose{R: m}, 1e-5)
	if d := Nearest(Mat{{1, 0, 0}, {0, 1, 0}, {0, 0, -1}}).Det(); d < 0.999 {
		t.Errorf("nearest to a reflection has determinant %g", d)
	}
}

// Points that do not exist lead to such matrices; the decomposition would not end.
func TestNearestOfWhatIsNotFiniteIsNoRotation(t *testing.T) {
	for _, v := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		if got := Nearest(Mat{{1, 0, 0}, {0, v, 0}, {0, 0, 1}}); !math.IsNaN(got[0][0]) {
			t.Errorf("nearest to a matrix with %g is %v", v, got)
		}
	}
}

func TestWrongTransformsAreNamed(t *testing.T) {
	for says, p := range map[string]Pose{
		"left-handed":     {R: Mat{{1, 0, 0}, {0, 1, 0}, {0, 0, -1}}},
		"not orthonormal": {R: Mat{{2, 0, 0}, {0, 2, 0}, {0, 0, 2}}},
		"not a number":    {R: Mat{{math.NaN()}}},
		"not finite":      {R: Identity, T: Vec{math.Inf(1)}},
	} {
		if err := p.Check(); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("got %v, want %q", err, says)
		}
	}
	if _, err := FromMessage(geometry_msgs.Transform{}); err == nil {
		t.Error("the zero quaternion passed")
	}
}
