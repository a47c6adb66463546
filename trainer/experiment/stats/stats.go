// Package stats compares arms that were trained with several seeds and judged on the same
// scenes.
//
// Outcomes stand in a [Table]: a row for each training seed, a column for each scene.
// Both are samples of what could have been: other seeds would have given other models,
// other scenes other outcomes. So intervals come from drawing both anew, rows and
// columns independently (the pigeonhole bootstrap: A. Owen, Annals of Applied Statistics
// 1(2), 2007, who shows it to err on the side of wide intervals where rows and columns
// are crossed, as here). Two arms are compared by the table of their differences, cell by
// cell, which pairs seeds and scenes.
package stats

import (
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"
)

// Table has a row for each training seed and a column for each scene. NaN is no outcome
// (a lost episode). Strata says of each column which stratum (a task and split) it is of;
// strata have equal weight.
type Table struct {
	Rows   [][]float64
	Strata []int
}

// Estimate is a mean with what is known about it.
type Estimate struct {
	Mean     float64
	CI95     [2]float64 // bootstrap over rows and columns
	T95      [2]float64 // Student's t over the rows' means; infinite for one row
	Seeds    int
	Episodes int // outcomes in all
}

// Draws is how often the bootstrap draws; its seed is fixed: reports repeat bit for bit.
const (
	Draws = 5000
	seed  = 20251000600 // of arXiv 2510.00600
)

// Minus is t less u, cell by cell. They have the same rows and columns.
func (t Table) Minus(u Table) Table {
	d := Table{Strata: t.Strata}
	for i := range t.Rows {
		row := make([]float64, len(t.Rows[i]))
		for k := range row {
			row[k] = t.Rows[i][k] - u.Rows[i][k]
		}
		d.Rows = append(d.Rows, row)
	}
	return d
}

// Estimate is the mean over strata, rows and columns.
func (t Table) Estimate() Estimate {
	e := Estimate{Mean: math.NaN(), CI95: [2]float64{math.NaN(), math.NaN()}, T95: [2]float64{math.Inf(-1), math.Inf(1)}, Seeds: len(t.Rows)}
	for _, row := range t.Rows {
		for _, v := range row {
			if !math.IsNaN(v) {
				e.Episodes++
			}
		}
	}
	if e.Episodes == 0 {
		return e
	}
	e.Mean = t.mean(nil, nil)
	e.CI95 = t.bootstrap(func(rows, columns []int) float64 { return t.mean(rows, columns) })
	e.T95 = Student(t.ByRow())
	return e
}

// Ratio is the mean of t over that of u, whose rows and columns are t's, with its
// bootstrap interval.
func Ratio(t, u Table) (at float64, ci95 [2]float64) {
	of := func(rows, columns []int) float64 { return t.mean(rows, columns) / u.mean(rows, columns) }
	return of(nil, nil), t.bootstrap(of)
}

// ByRow is the mean of each row: of each training seed.
func (t Table) ByRow() (means []float64) {
	for i := range t.Rows {
		means = append(means, t.mean([]int{i}, nil))
	}
	return means
}

// Student is the 95 % interval of a mean by Student's t: what a few seeds can say, if
// their means are about normal.
func Student(means []float64) [2]float64 {
	n := float64(len(means))
	if n < 2 {
		return [2]float64{math.Inf(-1), math.Inf(1)}
	}
	mean, sd := stat.MeanStdDev(means, nil)
	half := distuv.StudentsT{Mu: 0, Sigma: 1, Nu: n - 1}.Quantile(0.975) * sd / math.Sqrt(n)
	return [2]float64{mean - half, mean + half}
}

// mean is that over the strata of the means over drawn rows and columns, with their
// multiplicity; nil draws are all of them, once.
func (t Table) mean(rows, columns []int) float64 {
	if rows == nil {
		rows = upTo(len(t.Rows))
	}
	if columns == nil {
		columns = upTo(len(t.Strata))
	}
	n := 1 + slices.Max(t.Strata)
	sum, count := make([]float64, n), make([]float64, n)
	for _, i := range rows {
		for _, k := range columns {
			if v := t.Rows[i][k]; !math.IsNaN(v) {
				sum[t.Strata[k]] += v
				count[t.Strata[k]]++
			}
		}
	}
	total, strata := 0.0, 0.0
	for s := range n {
		if count[s] > 0 {
			total, strata = total+sum[s]/count[s], strata+1
		}
	}
	return total / strata
}

// bootstrap draws rows, and columns within their strata, with replacement, and gives the
// 2.5 and 97.5 % quantiles of the statistic.
func (t Table) bootstrap(of func(rows, columns []int) float64) [2]float64 {
	random := rand.New(rand.NewPCG(seed, uint64(len(t.Rows))))
	strata := make([][]int, 1+slices.Max(t.Strata))
	for k, s := range t.Strata {
		strata[s] = append(strata[s], k)
	}
	rows, columns := make([]int, len(t.Rows)), make([]int, len(t.Strata))
	var drawn []float64
	for range Draws {
		for i := range rows {
			rows[i] = random.IntN(len(t.Rows))
		}
		at := 0
		for _, s := range strata {
			for range s {
				columns[at] = s[random.IntN(len(s))]
				at++
			}
		}
		if v := of(rows, columns); !math.IsNaN(v) {
			drawn = append(drawn, v)
		}
	}
	if len(drawn) == 0 {
		return [2]float64{math.NaN(), math.NaN()}
	}
	slices.Sort(drawn)
	at := func(p float64) float64 { return stat.Quantile(p, stat.LinInterp, drawn, nil) }
	return [2]float64{at(0.025), at(0.975)}
}

func upTo(n int) []int {
	list := make([]int, n)
	for i := range list {
		list[i] = i
	}
	return list
}
