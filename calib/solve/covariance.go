package solve

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"
)

// UndeterminedError says that the data leave a direction of the parameters free.
type UndeterminedError struct {
	Direction []float64 // unit vector in units of each parameter's own stiffness
	Strength  float64   // its stiffness against the strongest direction's, 0 … 1
}

func (e *UndeterminedError) Error() string {
	worst := 0
	for i, v := range e.Direction {
		if math.Abs(v) > math.Abs(e.Direction[worst]) {
			worst = i
		}
	}
	return fmt.Sprintf("the data leave a combination of the parameters free (parameter %d above all, stiffness %.1g)", worst, e.Strength)
}

// Covariance returns the inverse of an information matrix: the covariance of the
// parameters in their own units, when terms were in noise units. A direction that
// the data leave free is an *UndeterminedError.
func Covariance(info *mat.SymDense) (*mat.SymDense, error) {
	n := info.SymmetricDim()
	scale := make([]float64, n)
	for i := range n {
		d := info.At(i, i)
		if !(d > 0) || math.IsInf(d, 0) {
			e := &UndeterminedError{Direction: make([]float64, n)}
			e.Direction[i] = 1
			return nil, e
		}
		scale[i] = 1 / math.Sqrt(d)
	}
	scaled := mat.NewSymDense(n, nil)
	for i := range n {
		for j := i; j < n; j++ {
			scaled.SetSym(i, j, info.At(i, j)*scale[i]*scale[j])
		}
	}
	var chol mat.Cholesky
	cov := mat.NewSymDense(n, nil)
	if !chol.Factorize(scaled) || chol.Cond() > 1e13 || chol.InverseTo(cov) != nil {
		return nil, weakest(scaled)
	}
	for i := range n {
		for j := i; j < n; j++ {
			cov.SetSym(i, j, cov.At(i, j)*scale[i]*scale[j])
		}
	}
	return cov, nil
}

func weakest(scaled *mat.SymDense) *UndeterminedError {
	n := scaled.SymmetricDim()
	e := &UndeterminedError{Direction: make([]float64, n)}
	var eig mat.EigenSym
	if !eig.Factorize(scaled, true) {
		return e
	}
	values := eig.Values(nil)
	var vectors mat.Dense
	eig.VectorsTo(&vectors)
	mat.Col(e.Direction, 0, &vectors)
	e.Strength = max(0, values[0]) / values[n-1]
	return e
}
