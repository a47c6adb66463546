package stats

import (
	"math"
	"math/rand/v2"
	"testing"
)

func one(rows ...[]float64) Table { return Table{Rows: rows, Strata: make([]int, len(rows[0]))} }

func near(t *testing.T, what string, got, want, within float64) {
	t.Helper()
	if !(math.Abs(got-want) <= within) {
		t.Errorf("%s is %v, want %v", what, got, want)
	}
}

func TestStudentIsThatOfTables(t *testing.T) {
	// t(0.975; 4 degrees of freedom) = 2.7764; the sample's deviation is sqrt(2.5).
	got := Student([]float64{1, 2, 3, 4, 5})
	half := 2.7764 * math.Sqrt(2.5) / math.Sqrt(5)
	near(t, "lower end", got[0], 3-half, 1e-3)
	near(t, "upper end", got[1], 3+half, 1e-3)
}

func TestOneSeedSaysNothingAboutSeeds(t *testing.T) {
	e := one([]float64{1, 0, 1, 1}).Estimate()
	if !math.IsInf(e.T95[1], 1) || !math.IsInf(e.T95[0], -1) {
		t.Errorf("Student's interval is %v", e.T95)
	}
	near(t, "mean", e.Mean, 0.75, 0)
}

func TestStrataHaveEqualWeight(t *testing.T) {
	table := Table{Rows: [][]float64{{1, 1, 1, 1, 0}}, Strata: []int{0, 0, 0, 0, 1}}
	near(t, "mean", table.Estimate().Mean, 0.5, 1e-15)
}

func TestLostEpisodesCountNeitherWay(t *testing.T) {
	e := one([]float64{1, math.NaN(), 0, 1}, []float64{1, 1, math.NaN(), 0}).Estimate()
	near(t, "mean", e.Mean, 4.0/6, 1e-15)
	if e.Episodes != 6 {
		t.Errorf("%d episodes", e.Episodes)
	}
}

func TestNothingPlayedIsNoNumber(t *testing.T) {
	if e := one([]float64{math.NaN()}).Estimate(); !math.IsNaN(e.Mean) {
		t.Errorf("mean %v", e.Mean)
	}
}

// One seed and independent scenes: the bootstrap is then that of a plain mean, whose
// interval is known.
func TestOfOneSeedTheIntervalIsThatOfTheMean(t *testing.T) {
	row := make([]float64, 400)
	for i := range row[:240] {
		row[i] = 1
	}
	e := one(row).Estimate()
	half := 1.96 * math.Sqrt(0.6*0.4/400)
	near(t, "lower end", e.CI95[0], 0.6-half, 0.005)
	near(t, "upper end", e.CI95[1], 0.6+half, 0.005)
}

// Where seeds differ and scenes do not, more scenes cannot narrow the interval.
func TestSeedsThatDifferWidenTheInterval(t *testing.T) {
	row := func(v float64) []float64 {
		r := make([]float64, 1000)
		for i := range r {
			r[i] = v
		}
		return r
	}
	e := one(row(0.28), row(0.93), row(0.35), row(0.9), row(0.6)).Estimate()
	if e.CI95[1]-e.CI95[0] < 0.4 {
		t.Errorf("interval %v is narrow", e.CI95)
	}
}

func TestPairingTakesAwayWhatSeedsAndScenesShare(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 1))
	var a, b [][]float64
	for range 5 {
		seed := random.Float64()
		var x, y []float64
		for range 100 {
			v := seed + random.Float64()
			x, y = append(x, v+0.1), append(y, v)
		}
		a, b = append(a, x), append(b, y)
	}
	e := one(a...).Minus(one(b...)).Estimate()
	near(t, "difference", e.Mean, 0.1, 1e-9)
	near(t, "width", e.CI95[1]-e.CI95[0], 0, 1e-9)
}

// Of intervals of no difference, about one in twenty may miss 0; of such few seeds a
// bootstrap misses more, which is why Student's stands beside it.
func TestIntervalsCoverTheTruth(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 7))
	const trials = 40
	missed, missedT := 0, 0
	for range trials {
		var rows [][]float64
		for range 8 {
			seed := 0.1 * random.NormFloat64()
			row := make([]float64, 20)
			for i := range row {
				row[i] = seed + 0.5*random.NormFloat64()
			}
			rows = append(rows, row)
		}
		e := one(rows...).Estimate()
		if e.CI95[0] > 0 || e.CI95[1] < 0 {
			missed++
		}
		if e.T95[0] > 0 || e.T95[1] < 0 {
			missedT++
		}
	}
	if missed > trials/6 || missedT > trials/6 {
		t.Errorf("of %d intervals %d of the bootstrap and %d of Student missed", trials, missed, missedT)
	}
}

func TestEstimatesRepeat(t *testing.T) {
	table := one([]float64{1, 0, 1, 1, 0}, []float64{0, 0, 1, 1, 0})
	if a, b := table.Estimate(), table.Estimate(); a != b {
		t.Errorf("%v, then %v", a, b)
	}
}

func TestARatioOfEqualsIsOne(t *testing.T) {
	table := one([]float64{1, 0, 1, 1, 1}, []float64{1, 1, 1, 1, 0})
	at, ci := Ratio(table, table)
	if at != 1 || ci != [2]float64{1, 1} {
		t.Errorf("%v %v", at, ci)
	}
}
