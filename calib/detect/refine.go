package detect

import "math"

// A corner is refined by fitting a picture of it to the pixels round it:
//
//	I(p) = b + bx·x + by·y + a · erf(d1/√2σ) · erf(d2/√2σ)
//
// d1 and d2 are distances from two lines that meet in the corner, σ is the blur
// of lens and pixels, and b, bx, by, a are brightness, uneven light and contrast.
// Two straight edges under a Gaussian blur look like this exactly where they
// cross at right angles; otherwise what is left over is the same on both sides of
// the corner, as are gamma and saturation, and does not move it.
const params = 9

const (
	iX = iota // corner, pixels from the middle of the window
	iY
	iTurn1 // direction of each line, radians
	iTurn2
	iBlur
	iBase
	iBaseX
	iBaseY
	iContrast
)

// Windows are discs of these radii in pixels, smaller ones for small squares.
const minWindow, maxWindow = 2.5, 10.0

// sharp is the result of a fit.
type sharp struct {
	x, y     float64 // pixels
	blur     float64 // σ, pixels
	contrast float64 // a: positive where the sector clockwise of the first line is dark
	rest     float64 // what the model leaves unexplained, grey levels RMS
}

// sharpen fits the model near (x, y), where two edges of the given directions
// cross. ok is false where the pixels do not look like it, or the fit leaves
// the window's inner half.
func sharpen(p *plane, x, y, radius float64, angle [2]float64) (s sharp, ok bool) {
	radius = min(max(radius, minWindow), maxWindow)
	x0, y0 := math.Round(x), math.Round(y)
	if !p.inside(x0, y0, math.Ceil(radius)) {
		return sharp{}, false
	}
	f := fit{p: p, x0: int(x0), y0: int(y0), r: radius}
	v := [params]float64{iX: x - x0, iY: y - y0, iTurn1: angle[0], iTurn2: angle[1], iBlur: 1}
	spread := f.start(&v)
	cost := f.cost(&v)
	damp := 1e-3
	for range 30 {
		h, g := f.normal(&v)
		next, solved := step(&h, &g, &v, damp)
		if !solved {
			return sharp{}, false
		}
		next[iBlur] = min(max(next[iBlur], 0.25), radius)
		c := f.cost(&next)
		if !(c < cost) {
			if damp *= 10; damp > 1e6 {
				break
			}
			continue
		}
		moved := math.Hypot(next[iX]-v[iX], next[iY]-v[iY])
		v, cost, damp = next, c, damp/10
		if moved < 1e-4 {
			break
		}
	}
	off := math.Hypot(v[iX]-(x-x0), v[iY]-(y-y0))
	rest := math.Sqrt(cost / f.n)
	if contrast := math.Abs(v[iContrast]); contrast < max(minContrast/4, rest) {
		return sharp{}, false // a slope alone explains the window as well
	}
	if off > radius/2 || cost > 0.5*spread || math.Abs(math.Sin(v[iTurn1]-v[iTurn2])) < 0.2 {
		return sharp{}, false
	}
	return sharp{x0 + v[iX], y0 + v[iY], v[iBlur], v[iContrast], rest}, true
}

// fit is a window of an image.
type fit struct {
	p      *plane
	x0, y0 int
	r      float64
	n      float64 // pixels in the disc, set by start
}

// pixels calls visit for each pixel of the disc.
func (f *fit) pixels(visit func(x, y, value float64)) {
	n := int(f.r)
	for j := -n; j <= n; j++ {
		row := f.p.row(f.y0 + j)
		for i := -n; i <= n; i++ {
			if float64(i*i+j*j) <= f.r*f.r {
				visit(float64(i), float64(j), float64(row[f.x0+i]))
			}
		}
	}
}

// start sets brightness and contrast, and returns the squared deviations from
// their mean that the model is to explain.
func (f *fit) start(v *[params]float64) (spread float64) {
	var sum, squares float64
	f.n = 0
	f.pixels(func(_, _, b float64) { f.n, sum, squares = f.n+1, sum+b, squares+b*b })
	v[iBase] = sum / f.n
	spread = squares - sum*sum/f.n
	v[iContrast] = 1
	m := newModel(v)
	var dot float64
	f.pixels(func(x, y, b float64) { dot += (m.at(x, y, nil) - v[iBase]) * (b - v[iBase]) })
	v[iContrast] = math.Copysign(math.Sqrt(spread/f.n), dot)
	return spread
}

func (f *fit) cost(v *[params]float64) (c float64) {
	m := newModel(v)
	f.pixels(func(x, y, b float64) {
		d := m.at(x, y, nil) - b
		c += d * d
	})
	return c
}

// normal gives the normal equations h·δ = g of a Gauss-Newton step.
func (f *fit) normal(v *[params]float64) (h [params][params]float64, g [params]float64) {
	m := newModel(v)
	var d [params]float64
	f.pixels(func(x, y, b float64) {
		rest := b - m.at(x, y, &d)
		for i, di := range d {
			g[i] += di * rest
			row := &h[i]
			for j := range i + 1 {
				row[j] += di * d[j]
			}
		}
	})
	return h, g
}

// model is a corner of given parameters, ready to be seen at many places.
type model struct {
	v                      *[params]float64
	s                      float64 // 1/√2σ
	sin1, cos1, sin2, cos2 float64
}

func newModel(v *[params]float64) (m model) {
	m.v, m.s = v, 1/(math.Sqrt2*v[iBlur])
	m.sin1, m.cos1 = math.Sincos(v[iTurn1])
	m.sin2, m.cos2 = math.Sincos(v[iTurn2])
	return m
}

// at is the brightness at (x, y); its derivatives by the parameters go to d unless
// that is nil.
func (m *model) at(x, y float64, d *[params]float64) float64 {
	v, s := m.v, m.s
	dx, dy := x-v[iX], y-v[iY]
	// Distances from the lines.
	d1, d2 := s*(dy*m.cos1-dx*m.sin1), s*(dy*m.cos2-dx*m.sin2)
	e1, e2 := math.Erf(d1), math.Erf(d2)
	if d != nil {
		// Places along the lines.
		t1, t2 := s*(dx*m.cos1+dy*m.sin1), s*(dx*m.cos2+dy*m.sin2)
		k := 2 / math.Sqrt(math.Pi) * v[iContrast]
		g1, g2 := k*math.Exp(-d1*d1)*e2, k*math.Exp(-d2*d2)*e1
		d[iX] = s * (g1*m.sin1 + g2*m.sin2)
		d[iY] = -s * (g1*m.cos1 + g2*m.cos2)
		d[iTurn1], d[iTurn2] = -g1*t1, -g2*t2
		d[iBlur] = -(g1*d1 + g2*d2) / v[iBlur]
		d[iBase], d[iBaseX], d[iBaseY] = 1, x, y
		d[iContrast] = e1 * e2
	}
	return v[iBase] + v[iBaseX]*x + v[iBaseY]*y + v[iContrast]*e1*e2
}

// step solves (h + damp·diag h)·δ = g by Cholesky's method and returns v + δ. Of
// h the lower half is read.
func step(h *[params][params]float64, g, v *[params]float64, damp float64) (next [params]float64, ok bool) {
	var l [params][params]float64
	var z [params]float64
	for i := range params {
		for j := range i + 1 {
			sum := h[i][j]
			if i == j {
				sum *= 1 + damp
			}
			for k := range j {
				sum -= l[i][k] * l[j][k]
			}
			if i != j {
				l[i][j] = sum / l[j][j]
				continue
			}
			if !(sum > 0) {
				return next, false
			}
			l[i][i] = math.Sqrt(sum)
		}
		sum := g[i]
		for k := range i {
			sum -= l[i][k] * z[k]
		}
		z[i] = sum / l[i][i]
	}
	for i := params - 1; i >= 0; i-- {
		sum := z[i]
		for k := i + 1; k < params; k++ {
			sum -= l[k][i] * next[k]
		}
		next[i] = sum / l[i][i]
	}
	for i := range next {
		next[i] += v[i]
	}
	return next, true
}
