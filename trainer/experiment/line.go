package experiment

import (
	"maps"
	"math"
	"slices"
	"strings"

	"hyt/gazebo/eval"
	"hyt/trainer/experiment/stats"
)

// Line is one arm, judged one way, under one condition: over its seeds.
type Line struct {
	Condition
	Arm, Eval string
	Seeds     []int // that have results
	trained   []*Result
	played    []*Result
}

// Lines lists a block's lines that have results.
func (f *Findings) Lines(block string) (lines []Line) {
	type name struct {
		Condition
		arm, eval string
	}
	at := map[name]int{}
	for _, r := range f.Rounds {
		if r.Block != block {
			continue
		}
		for _, c := range r.Cells {
			for _, p := range c.Plays {
				played := f.good(p.Stage)
				if played == nil {
					continue
				}
				its := name{r.Condition, c.Arm, p.Eval}
				if _, ok := at[its]; !ok {
					at[its] = len(lines)
					lines = append(lines, Line{Condition: r.Condition, Arm: c.Arm, Eval: p.Eval})
				}
				l := &lines[at[its]]
				l.Seeds = append(l.Seeds, r.Seed)
				l.trained, l.played = append(l.trained, f.good(c.Train)), append(l.played, played)
			}
		}
	}
	return lines
}

// line is that of one side of a claim; without results it has no seeds.
func (f *Findings) line(c Claim, s Side) Line {
	_, s, _ = f.Plan.side(c, s) // the plan was checked
	for _, l := range f.Lines(s.Block) {
		if l.Arm == s.Arm && l.Eval == s.Eval && l.Demos == s.Demos && l.Steps == s.Steps {
			return l
		}
	}
	return Line{Condition: Condition{s.Block, s.Demos, s.Steps}, Arm: s.Arm, Eval: s.Eval}
}

// value of an outcome's letter; NaN is none.
type value func(letter byte) float64

func success(letter byte) float64 {
	switch letter {
	case Success:
		return 1
	case Lost:
		return math.NaN()
	}
	return 0
}

// grounded is whether the right object was gone for, in the episodes that show it: those
// that ended by success or by a mistake.
func grounded(letter byte) float64 {
	switch letter {
	case Success:
		return 1
	case Wrong:
		return 0
	}
	return math.NaN()
}

// table has the line's seeds as rows and the scenes as columns: those that each seed has.
func (l Line) table(v value, scenes []string) stats.Table {
	at := map[string]int{}
	var t stats.Table
	strata := map[string]int{}
	for k, scene := range scenes {
		at[scene] = k
		group := stratum(scene)
		if _, ok := strata[group]; !ok {
			strata[group] = len(strata)
		}
		t.Strata = append(t.Strata, strata[group])
	}
	for _, r := range l.played {
		row := make([]float64, len(scenes))
		for k := range row {
			row[k] = math.NaN()
		}
		for _, p := range r.Played {
			for i := range len(p.Outcomes) {
				if k, ok := at[p.Scene(i)]; ok {
					row[k] = v(p.Outcomes[i])
				}
			}
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// stratum of a scene is its task and split.
func stratum(scene string) string {
	return scene[:max(0, strings.LastIndexByte(scene, ' '))]
}

// scenes that the line's models were judged on, in a fixed order.
func (l Line) scenes() []string {
	set := map[string]bool{}
	for _, r := range l.played {
		for _, p := range r.Played {
			for i := range len(p.Outcomes) {
				set[p.Scene(i)] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(set))
}

// Success is the line's rate of success.
func (l Line) Success() stats.Estimate { return l.estimate(success) }

// Grounded is the share of the episodes that went for the right object, of those that
// went for any.
func (l Line) Grounded() stats.Estimate { return l.estimate(grounded) }

func (l Line) estimate(v value) stats.Estimate {
	if len(l.Seeds) == 0 {
		return stats.Estimate{Mean: math.NaN()}
	}
	return l.table(v, l.scenes()).Estimate()
}

// BySeed is the success of each training seed, in the order of Seeds.
func (l Line) BySeed() []float64 { return l.table(success, l.scenes()).ByRow() }

// Played are all evaluations of the line, seed by seed.
func (l Line) Played() (list []Played) {
	for _, r := range l.played {
		list = append(list, r.Played...)
	}
	return list
}

// HeldOut is the mean of a held-out figure over the seeds; NaN: it was not measured.
func (l Line) HeldOut(name string) float64 {
	return l.over(func(r *Result) (float64, bool) {
		v, ok := r.Trained.HeldOut[name]
		return v, ok
	})
}

// Thought is the mean share of the frames that were thought about, in the modes that
// choose; NaN: all or none were.
func (l Line) Thought() float64 {
	return mean(l.played, func(r *Result) (float64, bool) { return r.Thought, r.Thought > 0 })
}

// RightThoughts is the mean share of the thoughts that named the right thing, of those
// that were told; NaN: none was.
func (l Line) RightThoughts() float64 {
	return mean(l.played, func(r *Result) (float64, bool) {
		var all eval.Thoughts
		for _, p := range r.Played {
			all = all.Plus(p.Thoughts)
		}
		return float64(all.Right) / float64(all.Told), all.Told > 0
	})
}

// Minutes is the mean time of a training.
func (l Line) Minutes() float64 {
	return l.over(func(r *Result) (float64, bool) { return r.Seconds / 60, true })
}

// ActSamples is how many samples each training saw in mode act.
func (l Line) ActSamples() float64 {
	return l.over(func(r *Result) (float64, bool) { return float64(r.Trained.Act), true })
}

func (l Line) over(of func(*Result) (float64, bool)) float64 {
	return mean(l.trained, func(r *Result) (float64, bool) {
		if r == nil || r.Trained == nil {
			return 0, false
		}
		return of(r)
	})
}

// mean is that of the results that have the figure.
func mean(results []*Result, of func(*Result) (float64, bool)) float64 {
	sum, n := 0.0, 0.0
	for _, r := range results {
		if v, ok := of(r); ok {
			sum, n = sum+v, n+1
		}
	}
	return sum / n
}
