package solve

import "math"

// Loss softens large residuals. Rho maps the squared length s of a term to what
// it costs, and returns the slope by s, which is the term's weight.
type Loss interface {
	Rho(s float64) (rho, weight float64)
}

// Huber is quadratic up to the width (in noise units) and linear past it: it
// limits how hard an outlier pulls, and has one minimum where squares have one.
type Huber float64

// Rho implements Loss.
func (k Huber) Rho(s float64) (rho, weight float64) {
	w := float64(k)
	if s <= w*w {
		return s, 1
	}
	r := math.Sqrt(s)
	return 2*w*r - w*w, w / r
}

// Tukey is the biweight: past the width (in noise units) a term has no say at
// all. It forgets outliers entirely, so it needs a start that is already close.
type Tukey float64

// Rho implements Loss.
func (k Tukey) Rho(s float64) (rho, weight float64) {
	c2 := float64(k) * float64(k)
	if s >= c2 {
		return c2 / 3, 0
	}
	u := 1 - s/c2
	return c2 / 3 * (1 - u*u*u), u * u
}
