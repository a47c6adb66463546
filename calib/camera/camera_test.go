package camera

import (
	"errors"
	"math"
	"math/rand/v2"
	"testing"

	"hyt/calib/geom"
	"hyt/calib/view"
)

// lenses are realistic ones of each model, all 1280×720.
var lenses = map[string]Camera{
	"pinhole":       {Width: 1280, Height: 720, Model: PlumbBob, Fx: 900, Fy: 905, Cx: 640, Cy: 355},
	"webcam":        {Width: 1280, Height: 720, Model: PlumbBob, Fx: 930, Fy: 925, Cx: 652, Cy: 349, D: [8]float64{-0.28, 0.09, 0.0007, -0.0004, -0.01}},
	"pincushion":    {Width: 1280, Height: 720, Model: PlumbBob, Fx: 1400, Fy: 1400, Cx: 630, Cy: 370, D: [8]float64{0.15, -0.2, -0.001, 0.002, 0.05}},
	"wide":          {Width: 1280, Height: 720, Model: RationalPolynomial, Fx: 620, Fy: 622, Cx: 645, Cy: 362, D: [8]float64{0.9, 0.12, 0.0003, -0.0002, 0.004, 1.25, 0.33, 0.02}},
	"fisheye":       {Width: 1280, Height: 720, Model: Equidistant, Fx: 420, Fy: 421, Cx: 638, Cy: 361, D: [8]float64{-0.02, 0.006, -0.004, 0.0007}},
	"ideal fisheye": {Width: 1280, Height: 720, Model: Equidistant, Fx: 300, Fy: 300, Cx: 639.5, Cy: 359.5},
}

func TestUnprojectUndoesProject(t *testing.T) {
	for name, c := range lenses {
		for y := 0.0; y <= 719; y += 71.9 {
			for x := 0.0; x <= 1279; x += 127.9 {
				ray, err := c.Unproject(view.Point2{X: x, Y: y})
				if err != nil {
					t.Fatalf("%s: pixel (%g, %g): %v", name, x, y, err)
				}
				px, ok := c.Project(ray.Scale(2.5))
				if d := math.Hypot(px.X-x, px.Y-y); !ok || !(d < 1e-6) {
					t.Errorf("%s: pixel (%g, %g) comes back %g px away, seen %v", name, x, y, d, ok)
				}
			}
		}
	}
}

func TestJacobiansMatchFiniteDifferences(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	worst := 0.0
	for name, c := range lenses {
		for i := range 200 {
			px := view.Point2{X: 1280 * r.Float64(), Y: 720 * r.Float64()}
			ray, err := c.Unproject(px)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			p := ray.Scale(0.3 + r.Float64())
			if i == 0 {
				p = geom.Vec{0, 0, 0.7} // the axis is a special case
			}
			var j Jacobian
			c.ProjectJacobian(p, &j)
			compare := func(what string, got [2]float64, at func(h float64) view.Point2, h float64) {
				a, b := at(h), at(-h)
				want := [2]float64{(a.X - b.X) / (2 * h), (a.Y - b.Y) / (2 * h)}
				for k := range 2 {
					e := math.Abs(got[k]-want[k]) / (1 + math.Abs(want[k]))
					worst = max(worst, e)
					if !(e < 1e-5) {
						t.Errorf("%s at %v: d pixel[%d] / d %s is %g, differences say %g", name, p, k, what, got[k], want[k])
					}
				}
			}
			for k := range 3 {
				compare("xyz"[k:k+1], [2]float64{j.Point[0][k], j.Point[1][k]}, func(h float64) view.Point2 {
					q := p
					q[k] += h
					px, _ := c.Project(q)
					return px
				}, 1e-6)
			}
			for k, what := range c.Model.ParamNames() {
				compare(what, [2]float64{j.Params[0][k], j.Params[1][k]}, func(h float64) view.Point2 {
					ps := c.Params()
					ps[k] += h
					d := c.WithParams(ps)
					px, _ := d.Project(p)
					return px
				}, 1e-5)
			}
		}
	}
	t.Logf("largest relative difference %.1e", worst)
}

func TestWhatACameraCannotSeeIsSaid(t *testing.T) {
	pinhole, webcam, fisheye := lenses["pinhole"], lenses["webcam"], lenses["ideal fisheye"]
	if _, ok := pinhole.Project(geom.Vec{0.1, 0, -1}); ok {
		t.Error("a pinhole saw behind itself")
	}
	if _, ok := pinhole.Project(geom.Vec{math.NaN(), 0, 1}); ok {
		t.Error("a pinhole saw NaN")
	}
	if _, ok := fisheye.Project(geom.Vec{1, 0, -0.2}); !ok {
		t.Error("a fisheye did not see past 90°")
	}
	barrel := Camera{Fx: 900, Fy: 900, D: [8]float64{-0.28}} // folds at r² = 1 / (3 · 0.28)
	if _, ok := barrel.Project(geom.Vec{1.1, 0, 1}); ok {
		t.Error("a barrel lens saw past its fold")
	}
	for _, px := range []view.Point2{{X: 5000, Y: 349}, {X: math.NaN(), Y: 1}} {
		if _, err := webcam.Unproject(px); !errors.Is(err, ErrUnseen) {
			t.Errorf("pixel %v: got %v, want ErrUnseen", px, err)
		}
	}
	if _, err := fisheye.Unproject(view.Point2{X: 5000, Y: 360}); !errors.Is(err, ErrUnseen) {
		t.Errorf("fisheye past 180°: got %v", err)
	}
}

func TestModelNamesGoBothWays(t *testing.T) {
	for _, m := range []Model{PlumbBob, RationalPolynomial, Equidistant} {
		if got, err := ParseModel(m.String()); err != nil || got != m {
			t.Errorf("%v: got %v, %v", m, got, err)
		}
	}
	if _, err := ParseModel("double_sphere"); err == nil {
		t.Error("an unknown model passed")
	}
}
