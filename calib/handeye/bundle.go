package handeye

import (
	"hyt/calib/camera"
	"hyt/calib/geom"
	"hyt/calib/planar"
	"hyt/calib/solve"
)

// bundle is the joint problem. A corner q of the board is seen at
//
//	X⁻¹ H⁻¹ Y q   eye in hand: X = handTcamera, Y = baseTboard
//	X⁻¹ H   Y q   eye to hand: X = baseTcamera, Y = handTboard
//
// with H = baseThand, which is estimated too, held to what the robot reported by
// its noise. Changes are six numbers each, as in geom.Pose.Moved, of X, Y and every
// H, then the size of the board where that is free.
type bundle struct {
	cam     *camera.Camera
	mount   Mount
	samples []*SampleFit
	pixel   float64 // noise of a corner per axis, pixels
	robotT  float64 // noise of the robot per axis, metres
	robotR  float64 // radians
	sized   bool    // the board's size is free
}

type guess struct {
	x, y geom.Pose
	h    []geom.Pose
	size float64 // of the board, against what was told
}

func (b *bundle) Size() int {
	n := 12 + 6*len(b.samples)
	if b.sized {
		n++
	}
	return n
}

func (b *bundle) Moved(g guess, d []float64) guess {
	next := guess{x: g.x.Moved(d), y: g.y.Moved(d[6:]), h: make([]geom.Pose, len(g.h)), size: g.size}
	for i := range g.h {
		next.h[i] = g.h[i].Moved(d[12+6*i:])
	}
	if b.sized {
		next.size += d[len(d)-1]
	}
	return next
}

func (b *bundle) Terms(g guess, add func(*solve.Term)) bool {
	var j camera.Jacobian
	r := make([]float64, 2)
	jx, jy, jh, js := make([]float64, 12), make([]float64, 12), make([]float64, 12), make([]float64, 2)
	xt := g.x.R.T()
	for i, s := range b.samples {
		at := 12 + 6*i
		term := solve.Term{R: r, Blocks: []solve.Block{{At: 0, J: jx}, {At: 6, J: jy}, {At: at, J: jh}}}
		if b.sized {
			term.Blocks = append(term.Blocks, solve.Block{At: b.Size() - 1, J: js})
		}
		chain := g.h[i].R
		if b.mount == EyeInHand {
			chain = chain.T()
		}
		toCamera := xt.Mul(chain)
		for k, p := range s.View.Points {
			q := g.y.R.Apply(geom.Vec{p.X, p.Y, p.Z}.Scale(g.size))
			onBoard := q.Add(g.y.T)
			var seen, arm geom.Vec // in X's parent; what H turns
			if b.mount == EyeInHand {
				arm = onBoard.Sub(g.h[i].T)
				seen = chain.Apply(arm)
			} else {
				arm = chain.Apply(onBoard)
				seen = arm.Add(g.h[i].T)
			}
			seen = seen.Sub(g.x.T)
			px, ok := b.cam.ProjectJacobian(xt.Apply(seen), &j)
			if !ok {
				return false
			}
			w := 1 / b.pixel
			r[0], r[1] = w*(px.X-s.View.Pixels[k].X), w*(px.Y-s.View.Pixels[k].Y)
			byX, byY := times(&j.Point, xt, -w), times(&j.Point, toCamera, w)
			planar.ByPose(&byX, seen, jx)
			planar.ByPose(&byY, q, jy)
			byH := times(&j.Point, xt, w)
			if b.mount == EyeInHand {
				byH = times(&j.Point, toCamera, -w)
			}
			planar.ByPose(&byH, arm, jh)
			if b.sized {
				for row := range 2 {
					js[row] = geom.Vec(byY[row]).Dot(q) / g.size
				}
			}
			add(&term)
		}
		add(b.prior(s.Hand.Difference(g.h[i]), at))
	}
	return true
}

// prior holds a pose to what the robot reported, d away.
func (b *bundle) prior(d [6]float64, at int) *solve.Term {
	t := &solve.Term{R: make([]float64, 6), Blocks: []solve.Block{{At: at, J: make([]float64, 36)}}}
	for k := range 6 {
		sigma := b.robotR
		if k >= 3 {
			sigma = b.robotT
		}
		t.R[k], t.Blocks[0].J[7*k] = d[k]/sigma, 1/sigma
	}
	return t
}

// times returns k · by · m.
func times(by *[2][3]float64, m geom.Mat, k float64) (out [2][3]float64) {
	for r := range 2 {
		for c := range 3 {
			out[r][c] = k * (by[r][0]*m[0][c] + by[r][1]*m[1][c] + by[r][2]*m[2][c])
		}
	}
	return out
}
