package experiment

import (
	"math"
	"slices"

	"hyt/trainer/experiment/stats"
)

// pair leaves in both lines the seeds that both have, and lists the scenes that both
// were judged on.
func pair(a, b Line) (Line, Line, []string) {
	a, b = a.only(b.Seeds), b.only(a.Seeds)
	other := b.scenes()
	scenes := slices.DeleteFunc(a.scenes(), func(s string) bool {
		_, found := slices.BinarySearch(other, s)
		return !found
	})
	return a, b, scenes
}

func (l Line) only(seeds []int) Line {
	some := Line{Condition: l.Condition, Arm: l.Arm, Eval: l.Eval}
	for i, seed := range l.Seeds {
		if slices.Contains(seeds, seed) {
			some.Seeds = append(some.Seeds, seed)
			some.trained, some.played = append(some.trained, l.trained[i]), append(some.played, l.played[i])
		}
	}
	return some
}

// Verdict is what came of a claim.
type Verdict struct {
	Claim
	OfLine, ToLine Line // their common seeds
	Difference     stats.Estimate
	RatioAt        float64
	RatioCI95      [2]float64
}

// Judge compares the sides of a claim.
func (f *Findings) Judge(c Claim) Verdict {
	v := Verdict{Claim: c, Difference: stats.Estimate{Mean: math.NaN()}, RatioAt: math.NaN()}
	var scenes []string
	v.OfLine, v.ToLine, scenes = pair(f.line(c, c.Of), f.line(c, c.To))
	if len(v.OfLine.Seeds) == 0 || len(scenes) == 0 {
		return v
	}
	of, to := v.OfLine.table(success, scenes), v.ToLine.table(success, scenes)
	v.Difference = of.Minus(to).Estimate()
	v.RatioAt, v.RatioCI95 = stats.Ratio(of, to)
	return v
}

// leastSeeds is the number of training seeds below which nothing is concluded.
const leastSeeds = 3

// Says is the verdict in words. A goal is reached only if both intervals say so.
func (v Verdict) Says() string {
	d := v.Difference
	lowest, highest := min(d.CI95[0], d.T95[0]), max(d.CI95[1], d.T95[1])
	switch {
	case math.IsNaN(d.Mean):
		return "not run"
	case d.Seeds < leastSeeds:
		return "open"
	case v.Ratio > 0 && v.RatioCI95[0] >= v.Ratio:
		return "holds"
	case v.Ratio > 0 && v.RatioCI95[1] < v.Ratio:
		return "does not hold"
	case v.Ratio > 0:
		return "open"
	case lowest > 0 && d.Mean >= v.Goal:
		return "holds"
	case highest < v.Goal:
		return "does not hold"
	case lowest > 0:
		return "above 0, goal open"
	}
	return "open"
}
