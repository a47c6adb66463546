package experiment

import (
	"math"
	"testing"

	"hyt/trainer/experiment/stats"
)

func TestAClaimHoldsOnlyIfBothIntervalsSaySo(t *testing.T) {
	inf := [2]float64{math.Inf(-1), math.Inf(1)}
	for _, test := range []struct {
		name      string
		seeds     int
		mean      float64
		ci95, t95 [2]float64
		want      string
	}{
		{"both above 0, goal reached", 5, 0.1, [2]float64{0.04, 0.16}, [2]float64{0.01, 0.19}, "holds"},
		{"Student's is not", 5, 0.1, [2]float64{0.04, 0.16}, [2]float64{-0.01, 0.21}, "open"},
		{"one seed", 1, 0.1, [2]float64{0.04, 0.16}, inf, "open"},
		{"above 0, less than the goal", 5, 0.04, [2]float64{0.02, 0.06}, [2]float64{0.01, 0.07}, "above 0, goal open"},
		{"both below the goal", 5, -0.02, [2]float64{-0.05, 0.01}, [2]float64{-0.06, 0.02}, "does not hold"},
		{"two seeds that agree", 2, 0.1, [2]float64{0.1, 0.1}, [2]float64{0.1, 0.1}, "open"},
		{"nothing known", 5, math.NaN(), inf, inf, "not run"},
	} {
		v := Verdict{Claim: Claim{Goal: 0.05}, Difference: stats.Estimate{Mean: test.mean, CI95: test.ci95, T95: test.t95, Seeds: test.seeds}}
		if got := v.Says(); got != test.want {
			t.Errorf("%s: %s, want %s", test.name, got, test.want)
		}
	}
}

// line is an arm whose seeds had these outcomes.
func line(seeds []int, outcomes ...string) Line {
	l := Line{Seeds: seeds}
	for _, o := range outcomes {
		l.played = append(l.played, &Result{Played: []Played{{Task: "touch", Split: "id", Seed: 1, Outcomes: o}}})
		l.trained = append(l.trained, nil)
	}
	return l
}

func TestArmsArePairedBySeedAndScene(t *testing.T) {
	a, b, scenes := pair(line([]int{1, 2, 3}, "ssst", "sttt", "tttt"), line([]int{2, 3, 4}, "stt", "stt", "sss"))
	if len(a.Seeds) != 2 || len(b.Seeds) != 2 || len(scenes) != 3 {
		t.Fatalf("seeds %v and %v, scenes %v", a.Seeds, b.Seeds, scenes)
	}
	d := a.table(success, scenes).Minus(b.table(success, scenes))
	if d.Rows[0][0] != 0 || d.Rows[1][0] != -1 {
		t.Errorf("differences %v", d.Rows)
	}
}

func TestScenesOfSeedsWithGapsArePairedByTheirSeeds(t *testing.T) {
	some, all := line([]int{1}, "st"), line([]int{1}, "ttts")
	some.played[0].Played[0].After = []int64{0, 3} // seeds 1 and 4
	a, b, scenes := pair(some, all)
	if len(scenes) != 2 || scenes[0] != "touch id 1" || scenes[1] != "touch id 4" {
		t.Fatalf("scenes %v", scenes)
	}
	if d := a.table(success, scenes).Minus(b.table(success, scenes)); d.Rows[0][0] != 1 || d.Rows[0][1] != -1 {
		t.Errorf("differences %v", d.Rows)
	}
}

func TestGroundedLooksAtEpisodesThatShowIt(t *testing.T) {
	l := line([]int{1}, "sswttttx")
	if g := l.Grounded(); math.Abs(g.Mean-2.0/3) > 1e-12 || g.Episodes != 3 {
		t.Errorf("grounded %v of %d", g.Mean, g.Episodes)
	}
	if s := l.Success(); math.Abs(s.Mean-2.0/7) > 1e-12 {
		t.Errorf("success %v", s.Mean)
	}
}
