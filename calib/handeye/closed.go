package handeye

import (
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"hyt/calib/geom"
)

// Motion is one pair of poses seen from both ends: A of the hand (or base), B of
// the camera, with A X = X B for the unknown X.
type Motion struct{ A, B geom.Pose }

// Method is one closed form for A X = X B.
type Method struct {
	Name  string
	Solve func([]Motion) (geom.Pose, error)
}

// Methods are the closed forms that Solve starts from, the best of them each time.
var Methods = []Method{
	{"Tsai-Lenz", TsaiLenz},
	{"Park-Martin", ParkMartin},
	{"Daniilidis", Daniilidis},
}

var errSingular = errors.New("the motions do not determine the transform")

// TsaiLenz solves for the rotation through its Cayley vector tan(θ/2)·axis, which
// is linear in the rotation axes of the motions, then for the translation (R. Tsai,
// R. Lenz 1989). It has no answer when X itself is a half turn.
func TsaiLenz(ms []Motion) (geom.Pose, error) {
	ls := newLeastSquares(3)
	for _, m := range ms {
		a, b := m.A.R.Log(), m.B.R.Log()
		// a = R b and R = (1 - [c])⁻¹(1 + [c]) give (a + b) × c = b - a.
		k := geom.Skew(a.Add(b))
		d := b.Sub(a)
		for i := range 3 {
			ls.add(k[i][:], d[i])
		}
	}
	c, err := ls.solve()
	if err != nil {
		return geom.Pose{}, err
	}
	v := geom.Vec(c)
	n := v.Norm()
	if n == 0 {
		return translation(ms, geom.Identity)
	}
	return translation(ms, geom.Exp(v.Scale(2*math.Atan(n)/n)))
}

// ParkMartin finds the rotation that best carries the rotation vectors of B onto
// those of A, by the polar factor of their correlation (F. Park, B. Martin 1994).
func ParkMartin(ms []Motion) (geom.Pose, error) {
	var corr geom.Mat
	for _, m := range ms {
		a, b := m.A.R.Log(), m.B.R.Log()
		for i := range 3 {
			for j := range 3 {
				corr[i][j] += a[i] * b[j]
			}
		}
	}
	r := geom.Nearest(corr)
	if err := r.CheckRotation(); err != nil {
		return geom.Pose{}, errSingular
	}
	return translation(ms, r)
}

// translation solves (R_A - 1) t = R t_B - t_A for t, by least squares.
func translation(ms []Motion, r geom.Mat) (geom.Pose, error) {
	ls := newLeastSquares(3)
	for _, m := range ms {
		d := r.Apply(m.B.T).Sub(m.A.T)
		for i := range 3 {
			row := m.A.R[i]
			row[i]--
			ls.add(row[:], d[i])
		}
	}
	t, err := ls.solve()
	if err != nil {
		return geom.Pose{}, err
	}
	return geom.Pose{R: r, T: geom.Vec(t)}, nil
}

// Daniilidis solves for rotation and translation at once, as the unit dual
// quaternion in the null space of the screw equations (K. Daniilidis 1999).
func Daniilidis(ms []Motion) (geom.Pose, error) {
	sts := mat.NewSymDense(8, nil)
	for _, m := range ms {
		a, da := dual(m.A)
		b, db := dual(m.B)
		var rows [6][8]float64
		sum, dsum := geom.Skew(a.Add(b)), geom.Skew(da.Add(db))
		for i := range 3 {
			rows[i][0], rows[i+3][0], rows[i+3][4] = a[i]-b[i], da[i]-db[i], a[i]-b[i]
			for j := range 3 {
				rows[i][1+j], rows[i+3][1+j], rows[i+3][5+j] = sum[i][j], dsum[i][j], sum[i][j]
			}
		}
		for _, r := range rows {
			sts.SymRankOne(sts, 1, mat.NewVecDense(8, r[:]))
		}
	}
	var eig mat.EigenSym
	if !eig.Factorize(sts, true) {
		return geom.Pose{}, errSingular
	}
	var vec mat.Dense
	eig.VectorsTo(&vec)
	u, v := mat.Col(nil, 0, &vec), mat.Col(nil, 1, &vec)
	dot := func(p, q []float64) (s float64) {
		for i := range p {
			s += p[i] * q[i]
		}
		return s
	}
	// q = s u + v must have real · dual = 0 and |real| = 1.
	a, b, c := dot(u[:4], u[4:]), dot(u[:4], v[4:])+dot(v[:4], u[4:]), dot(v[:4], v[4:])
	best, size := [2]float64{}, 0.0
	for _, sv := range roots(a, b, c) {
		n := sv[0]*sv[0]*dot(u[:4], u[:4]) + 2*sv[0]*sv[1]*dot(u[:4], v[:4]) + sv[1]*sv[1]*dot(v[:4], v[:4])
		if n > size {
			best, size = sv, n
		}
	}
	if size < 1e-12 {
		return geom.Pose{}, errSingular
	}
	q := make([]float64, 8)
	for i := range q {
		q[i] = (best[0]*u[i] + best[1]*v[i]) / math.Sqrt(size)
	}
	r, err := geom.Quat{W: q[0], X: q[1], Y: q[2], Z: q[3]}.Mat()
	if err != nil {
		return geom.Pose{}, errSingular
	}
	w, w2 := geom.Vec(q[1:4]), geom.Vec(q[5:8]) // t = 2 dual · conj(real)
	t := w2.Scale(q[0]).Sub(w.Scale(q[4])).Sub(w2.Cross(w)).Scale(2)
	return geom.Pose{R: r, T: t}, nil
}

// roots returns the directions (s, t), each of length 1, with a s² + b s t + c t² = 0;
// where noise has taken the real roots, the one nearest to them.
func roots(a, b, c float64) [][2]float64 {
	d := math.Sqrt(max(0, b*b-4*a*c))
	var out [][2]float64
	for _, k := range []float64{-1, 1} {
		q := -(b + k*d) / 2
		for _, sv := range [][2]float64{{q, a}, {c, q}} {
			if n := math.Hypot(sv[0], sv[1]); n > 1e-15 {
				out = append(out, [2]float64{sv[0] / n, sv[1] / n})
			}
		}
	}
	return append(out, [2]float64{1, 0}) // for a = b = c = 0
}

// dual returns the vector parts of the real and dual quaternion of p.
func dual(p geom.Pose) (real, dual geom.Vec) {
	q := p.R.Quat()
	real = geom.Vec{q.X, q.Y, q.Z}
	return real, p.T.Scale(q.W / 2).Add(p.T.Cross(real).Scale(0.5))
}

// leastSquares gathers rows of a small overdetermined system.
type leastSquares struct {
	n    *mat.SymDense
	rhs  *mat.VecDense
	size int
}

func newLeastSquares(size int) *leastSquares {
	return &leastSquares{mat.NewSymDense(size, nil), mat.NewVecDense(size, nil), size}
}

func (l *leastSquares) add(row []float64, value float64) {
	v := mat.NewVecDense(l.size, row)
	l.n.SymRankOne(l.n, 1, v)
	l.rhs.AddScaledVec(l.rhs, value, v)
}

func (l *leastSquares) solve() ([]float64, error) {
	var chol mat.Cholesky
	if !chol.Factorize(l.n) || chol.Cond() > 1e10 {
		return nil, fmt.Errorf("%w: their equations are singular", errSingular)
	}
	var x mat.VecDense
	if err := chol.SolveVecTo(&x, l.rhs); err != nil {
		return nil, err
	}
	return x.RawVector().Data, nil
}
