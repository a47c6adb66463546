package report

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"hyt/trainer/experiment"
	"hyt/trainer/experiment/actors"
	"hyt/trainer/experiment/stats"
	"hyt/trainer/gate"
)

func (p *page) write() error {
	plan := p.findings.Plan
	p.say("\n## Results of plan %s\n\n%s\n", plan.Name, strings.TrimSpace(plan.About))
	p.state()
	p.claims()
	for _, b := range plan.Blocks {
		if err := p.block(b); err != nil {
			return err
		}
	}
	p.speed()
	if err := p.gates(); err != nil {
		return err
	}
	p.runs()
	return nil
}

// state says how much of the plan was done, at what cost, where and how.
func (p *page) state() {
	done, cells := 0, 0
	for _, r := range p.findings.Rounds {
		for _, c := range r.Cells {
			cells++
			if p.findings.Done(c) {
				done++
			}
		}
	}
	minutes, count := map[experiment.Kind]float64{}, map[experiment.Kind]int{}
	machines := map[string]bool{}
	for _, r := range p.findings.Asked() {
		minutes[r.Kind] += r.Seconds / 60
		count[r.Kind]++
		machines[r.Machine] = true
	}
	p.say("Done: %d of %d cells (a cell: one arm, seed and condition, trained and judged).", done, cells)
	p.say("Command: `%s`.", p.command)
	if len(machines) > 0 {
		p.say("Machine: %s.", strings.Join(slices.Sorted(maps.Keys(machines)), "; "))
	}
	var rows [][]string
	total := 0.0
	for _, kind := range []experiment.Kind{experiment.Record, experiment.Ground, experiment.Train, experiment.Gate, experiment.Judge} {
		if count[kind] > 0 {
			rows = append(rows, []string{string(kind), fmt.Sprint(count[kind]), fmt.Sprintf("%.1f", minutes[kind])})
			total += minutes[kind]
		}
	}
	if total > 0 {
		rows = append(rows, []string{"all", "", fmt.Sprintf("%.1f", total)})
	}
	p.table([]string{"cost", "runs", "minutes"}, rows)
}

func (p *page) claims() {
	if len(p.findings.Plan.Claims) == 0 {
		return
	}
	p.say("### What was to be shown\n")
	p.say("Differences of success, in points, over seeds that both sides have, paired by seed and scene. The first is the primary one.")
	var rows [][]string
	for _, c := range p.findings.Plan.Claims {
		v := p.findings.Judge(c)
		goal := fmt.Sprintf("≥ %+.0f points", 100*c.Goal)
		found, byBootstrap, byT := "–", "–", "–"
		if v.Ratio > 0 {
			goal = fmt.Sprintf("ratio ≥ %.2f", c.Ratio)
		}
		if d := v.Difference; !math.IsNaN(d.Mean) {
			found, byBootstrap, byT = fmt.Sprintf("%+.1f", 100*d.Mean), points(d.CI95), points(d.T95)
			if v.Ratio > 0 {
				found += fmt.Sprintf(", ratio %.2f [%.2f, %.2f]", v.RatioAt, v.RatioCI95[0], v.RatioCI95[1])
			}
		}
		rows = append(rows, []string{c.Name, c.Says, side(v.OfLine) + " − " + side(v.ToLine), fmt.Sprint(len(v.OfLine.Seeds)),
			found, byBootstrap, byT, goal, v.Says()})
	}
	p.table([]string{"claim", "says", "compared", "seeds", "found", "95 % bootstrap", "95 % t", "goal", "verdict"}, rows)
}

func side(l experiment.Line) string {
	return fmt.Sprintf("%s %s, %s, %d steps", l.Arm, l.Eval, l.Demos, l.Steps)
}

// points is an interval of shares as points; one that says nothing is a dash.
func points(ci [2]float64) string {
	if math.IsNaN(ci[0]) || math.IsInf(ci[0], 0) {
		return "–"
	}
	return fmt.Sprintf("[%+.1f, %+.1f]", 100*ci[0], 100*ci[1])
}

func (p *page) block(b experiment.Block) error {
	lines := p.findings.Lines(b.Name)
	p.say("### %s\n\n%s\n", b.Name, strings.TrimSpace(b.Asks))
	if len(lines) == 0 {
		p.say("Not run yet.\n")
		return nil
	}
	var rows [][]string
	for _, l := range lines {
		s, g := l.Success(), l.Grounded()
		rows = append(rows, []string{
			l.Arm, l.Eval, l.Demos, fmt.Sprint(l.Steps), thousands(l.ActSamples()), fmt.Sprint(s.Seeds), fmt.Sprint(s.Episodes),
			percent(s), each(l), percent(g), number(100*l.Thought(), "%.0f"), number(100*l.RightThoughts(), "%.0f"), p.heldOut(l, "act", "act_mm", 1), p.heldOut(l, "think", "think_mm", 1),
			p.heldOut(l, "follow", "follow_mm", 1), p.heldOut(l, "think", "think_places", 100), number(l.Minutes(), "%.1f"),
		})
	}
	p.table([]string{"arm", "judged", "demos", "steps", "act samples", "seeds", "episodes", "success %", "by seed", "grounded %", "thought %", "right %",
		"act mm", "think mm", "follow mm", "places %", "min"}, rows)
	return p.plot(b, lines)
}

// heldOut is a held-out figure of a mode, where the arm learned that mode.
func (p *page) heldOut(l experiment.Line, mode, figure string, scale float64) string {
	plays := p.findings.Plan.Arms[l.Arm].Plays
	if !slices.Contains(plays, mode) && !(mode == "follow" && slices.Contains(plays, actors.Hierarchy)) {
		return "–"
	}
	return number(scale*l.HeldOut(figure), "%.2f")
}

// thousands of samples.
func thousands(n float64) string { return number(n/1000, "%.1f k") }

func number(v float64, format string) string {
	if math.IsNaN(v) {
		return "–"
	}
	return fmt.Sprintf(format, v)
}

// percent is an estimate with its interval.
func percent(e stats.Estimate) string {
	if math.IsNaN(e.Mean) {
		return "–"
	}
	return fmt.Sprintf("%.1f [%.0f, %.0f]", 100*e.Mean, 100*e.CI95[0], 100*e.CI95[1])
}

// each is the success of each seed: what lies behind a mean.
func each(l experiment.Line) string {
	var list []string
	for _, v := range l.BySeed() {
		list = append(list, fmt.Sprintf("%.0f", 100*v))
	}
	return strings.Join(list, " ")
}

// speed is the latency of each way of running a model: the median over evaluations of
// one kind, of their medians. The first line is 1.
func (p *page) speed() {
	b := slices.IndexFunc(p.findings.Plan.Blocks, func(b experiment.Block) bool { return b.Name == "speed" })
	if b < 0 {
		return
	}
	type way struct{ arm, mode string }
	p50, p99 := map[way][]float64{}, map[way][]float64{}
	var ways []way
	for _, l := range p.findings.Lines("speed") {
		w := way{l.Arm, p.findings.Plan.Evals[l.Eval].Mode}
		for _, played := range l.Played() {
			if p50[w] == nil {
				ways = append(ways, w)
			}
			p50[w], p99[w] = append(p50[w], played.P50), append(p99[w], played.P99)
		}
	}
	if len(ways) == 0 {
		return
	}
	base := middle(p50[ways[0]])
	var rows [][]string
	for _, w := range ways {
		ms := middle(p50[w])
		rows = append(rows, []string{w.arm, w.mode, fmt.Sprintf("%.2f", ms), fmt.Sprintf("%.2f", middle(p99[w])),
			fmt.Sprintf("%.2f ×", ms/base), fmt.Sprintf("%.2f ×", base/ms), fmt.Sprint(len(p50[w]))})
	}
	p.say("From an observation to its chunk, batch 1, one episode at a time; speed is beside the first line's.")
	p.table([]string{"arm", "mode", "p50 ms", "p99 ms", "time", "speed", "measured"}, rows)
}

func middle(list []float64) float64 {
	sorted := slices.Sorted(slices.Values(list))
	return sorted[len(sorted)/2]
}

// gates shows the learned gates beside random ones of the same budget.
func (p *page) gates() error {
	var rows [][]string
	for _, r := range p.findings.Asked() {
		if r.Kind != experiment.Gate || r.Error != "" {
			continue
		}
		var v gate.Verdict
		if err := json.Unmarshal(r.Gate, &v); err != nil {
			return fmt.Errorf("result %s: gate: %w", r.Label, err)
		}
		for _, c := range v.Budgets {
			if math.Abs(c.Budget-0.5) < 1e-9 {
				rows = append(rows, []string{r.Label, fmt.Sprint(v.Outcomes), fmt.Sprintf("%.0f", 100*v.Helped), fmt.Sprintf("%.2f", v.AUC),
					fmt.Sprintf("%.3f", v.Act), fmt.Sprintf("%.3f", v.Think), fmt.Sprintf("%.3f", c.Learned), fmt.Sprintf("%.3f", c.Random),
					fmt.Sprintf("%.4f [%.4f, %.4f]", c.Better, c.CI95[0], c.CI95[1])})
			}
		}
	}
	if len(rows) > 0 {
		p.say("### Gates\n\nError of the chunk on fresh demonstrations when half of the observations are thought about.")
		p.table([]string{"model", "samples", "thinking helped %", "AUC", "act", "think", "gate", "random gate", "better by"}, rows)
	}
	return nil
}

// runs lists failures and what else is in the store: nothing is dropped.
func (p *page) runs() {
	var failed []string
	for _, r := range p.findings.Asked() {
		for _, why := range append(slices.Clone(r.Failed), r.Error) {
			if why != "" {
				failed = append(failed, fmt.Sprintf("- %s %s: %s", r.Kind, r.Label, strings.ReplaceAll(why, "\n", " ")))
			}
		}
	}
	p.say("### Failures and other runs\n")
	if len(failed) == 0 {
		p.say("No run failed.")
	}
	for _, line := range failed {
		p.say("%s", line)
	}
	count := map[string]int{}
	for _, r := range p.findings.Other {
		count[string(r.Kind)]++
	}
	if len(count) > 0 {
		var kinds []string
		for _, kind := range slices.Sorted(maps.Keys(count)) {
			kinds = append(kinds, fmt.Sprintf("%d of %s", count[kind], kind))
		}
		p.say("\nThe store holds other results, of other plans or earlier versions, which no table above counts: %s.", strings.Join(kinds, ", "))
	}
	p.say("")
}
