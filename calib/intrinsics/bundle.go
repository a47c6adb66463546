package intrinsics

import (
	"hyt/calib/camera"
	"hyt/calib/geom"
	"hyt/calib/planar"
	"hyt/calib/solve"
	"hyt/calib/view"
)

// bundle is the joint problem: one camera and a pose for each view. Changes are
// the free camera parameters, then six numbers a view as in geom.Pose.Moved.
// Residuals are pixels.
type bundle struct {
	views []view.View
	free  []int // indices into camera.Params
	// skip[v][i] leaves corner i of view v out.
	skip [][]bool
	// stretched frees one number more, the last: how much longer the board is along
	// its y than was told, against along its x.
	stretched bool
	// prior is how far a coefficient of the rational model may be from 0 for one pixel
	// of residual: PriorSigma over the noise in pixels.
	prior float64
}

type guess struct {
	cam     camera.Camera
	poses   []geom.Pose
	stretch float64
}

func (b *bundle) Size() int {
	n := len(b.free) + 6*len(b.views)
	if b.stretched {
		n++
	}
	return n
}

func (b *bundle) Moved(g guess, d []float64) guess {
	p := g.cam.Params()
	for i, k := range b.free {
		p[k] += d[i]
	}
	next := guess{g.cam.WithParams(p), make([]geom.Pose, len(g.poses)), g.stretch}
	if b.stretched {
		next.stretch += d[len(d)-1]
	}
	for v := range g.poses {
		at := len(b.free) + 6*v
		next.poses[v] = g.poses[v].Moved(d[at : at+6])
	}
	return next
}

// The rational model's numerator and denominator do much the same, so that views
// alone leave some of its coefficients open, and a search would follow them towards
// a pole. What is known beforehand goes in as a measurement: each coefficient of
// the radius is 0 ± PriorSigma. The covariance counts it as one.
const PriorSigma = 0.5

// narrowPrior holds the coefficients while the noise is not known yet; it is the
// prior's width in pixels, as bundle.prior.
const narrowPrior = 0.1

func (b *bundle) Terms(g guess, add func(*solve.Term)) bool {
	if g.cam.Fx <= 0 || g.cam.Fy <= 0 {
		return false
	}
	var j camera.Jacobian
	n := len(b.free)
	r, jc, jp, js := make([]float64, 2), make([]float64, 2*n), make([]float64, 12), make([]float64, 2)
	for v, w := range b.views {
		term := solve.Term{R: r, Blocks: []solve.Block{{At: 0, J: jc}, {At: n + 6*v, J: jp}}}
		if b.stretched {
			term.Blocks = append(term.Blocks, solve.Block{At: b.Size() - 1, J: js})
		}
		for i, q := range w.Points {
			if b.skip[v][i] {
				continue
			}
			turned := g.poses[v].R.Apply(geom.Vec{q.X, q.Y * (1 + g.stretch), q.Z})
			px, ok := g.cam.ProjectJacobian(turned.Add(g.poses[v].T), &j)
			if !ok {
				return false
			}
			r[0], r[1] = px.X-w.Pixels[i].X, px.Y-w.Pixels[i].Y
			for c, k := range b.free {
				jc[c], jc[n+c] = j.Params[0][k], j.Params[1][k]
			}
			planar.ByPose(&j.Point, turned, jp)
			longer := g.poses[v].R.Col(1).Scale(q.Y)
			js[0], js[1] = geom.Vec(j.Point[0]).Dot(longer), geom.Vec(j.Point[1]).Dot(longer)
			add(&term)
		}
	}
	if g.cam.Model == camera.RationalPolynomial {
		for c, k := range b.free {
			if k >= 4 {
				add(&solve.Term{R: []float64{g.cam.D[k-4] / b.prior}, Blocks: []solve.Block{{At: c, J: []float64{1 / b.prior}}}, Exact: true})
			}
		}
	}
	return true
}

// residuals returns pixel found minus pixel predicted, for every corner of v. A
// corner that the camera cannot see there counts as an image away.
func residuals(c camera.Camera, v view.View, p geom.Pose) []view.Point2 {
	out := make([]view.Point2, len(v.Points))
	for i, b := range v.Points {
		px, ok := c.Project(p.Apply(geom.Vec{b.X, b.Y, b.Z}))
		if !ok {
			out[i] = view.Point2{X: float64(c.Width), Y: float64(c.Height)}
			continue
		}
		out[i] = view.Point2{X: v.Pixels[i].X - px.X, Y: v.Pixels[i].Y - px.Y}
	}
	return out
}
