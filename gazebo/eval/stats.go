package eval

import (
	"math"
	"slices"
	"time"
)

// z95 is the normal quantile of two-sided 95 % intervals.
const z95 = 1.959963984540054

// Wilson returns the 95 % score interval of a rate (E. B. Wilson, 1927). Without
// trials nothing is known: 0 to 1.
func Wilson(successes, trials int) [2]float64 {
	if trials == 0 {
		return [2]float64{0, 1}
	}
	n, p := float64(trials), float64(successes)/float64(trials)
	centre := (p + z95*z95/(2*n)) / (1 + z95*z95/n)
	half := z95 / (1 + z95*z95/n) * math.Sqrt(p*(1-p)/n+z95*z95/(4*n*n))
	return [2]float64{max(0, centre-half), min(1, centre+half)}
}

// Gain compares two policies on the same scenes.
type Gain struct {
	Episodes int        `json:"episodes"`
	Won      int        `json:"won"`  // failed before, succeeded after
	Lost     int        `json:"lost"` // succeeded before, failed after
	Gain     float64    `json:"gain"` // rate after minus rate before
	CI95     [2]float64 `json:"ci95"` // of the gain
	P        float64    `json:"p"`    // of no difference: exact McNemar test, two-sided
}

// Paired compares outcomes scene by scene; before and after have one length. The
// interval is that of Bonett and Price (2012), a Wald interval with one scene
// added to each of the two discordant counts: it keeps its coverage for small
// numbers and at the extremes.
func Paired(before, after []bool) Gain {
	g := Gain{Episodes: len(before), CI95: [2]float64{-1, 1}, P: 1}
	for i := range before {
		switch {
		case !before[i] && after[i]:
			g.Won++
		case before[i] && !after[i]:
			g.Lost++
		}
	}
	if g.Episodes == 0 {
		return g
	}
	n := float64(g.Episodes)
	g.Gain = float64(g.Won-g.Lost) / n
	won, lost := float64(g.Won+1)/(n+2), float64(g.Lost+1)/(n+2)
	d := won - lost
	half := z95 * math.Sqrt((won+lost-d*d)/(n+2))
	g.CI95 = [2]float64{max(-1, d-half), min(1, d+half)}
	g.P = mcnemar(g.Won, g.Lost)
	return g
}

// mcnemar is the probability, if wins and losses were equally likely, of a split
// at least this uneven.
func mcnemar(won, lost int) float64 {
	n, tail := won+lost, 0.0
	for k := 0; k <= min(won, lost); k++ {
		tail += math.Exp(logChoose(n, k) - float64(n)*math.Ln2)
	}
	return min(1, 2*tail)
}

func logChoose(n, k int) float64 {
	lg := func(x int) float64 { v, _ := math.Lgamma(float64(x) + 1); return v }
	return lg(n) - lg(k) - lg(n-k)
}

// Quantiles of a set of durations, in milliseconds.
type Quantiles struct {
	P50 float64 `json:"p50"`
	P99 float64 `json:"p99"`
}

// quantiles uses the nearest rank.
func quantiles(d []time.Duration) Quantiles {
	if len(d) == 0 {
		return Quantiles{}
	}
	slices.Sort(d)
	at := func(q float64) float64 {
		rank := int(math.Ceil(q*float64(len(d)))) - 1
		return float64(d[max(rank, 0)]) / float64(time.Millisecond)
	}
	return Quantiles{P50: at(0.5), P99: at(0.99)}
}
