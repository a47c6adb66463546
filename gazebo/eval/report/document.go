// Package report writes what came of an evaluation: JSON for scripts, JUnit for CI,
// Markdown for a comment, and a page of HTML that needs nothing beside itself.
package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"

	"hyt/gazebo/eval"
	"hyt/gazebo/scenario"
)

// Document is an evaluation with all that is said about it.
type Document struct {
	eval.Report
	Scenario string               `json:"scenario,omitempty"`
	Model    string               `json:"model"` // directory
	Key      string               `json:"key"`   // reports with the same one may be continued
	Held     bool                 `json:"held"`  // every check
	Checks   []Check              `json:"checks,omitempty"`
	LostWhy  []string             `json:"lost_why,omitempty"`
	Stopped  bool                 `json:"stopped"`           // before all planned episodes were played
	Skipped  string               `json:"skipped,omitempty"` // why nothing could be played; "": it could
	Baseline *eval.Report         `json:"baseline,omitempty"`
	Against  string               `json:"against,omitempty"` // where the baseline came from
	Gains    map[string]eval.Gain `json:"gains,omitempty"`   // by "TASK SPLIT MODE"
	planned  []eval.Cell          // of the scenario, played or not
	compared []eval.Comparison    // Gains, in the order of cells
	wants    scenario.Scenario
}

// Check is one thing that had to come of the evaluation.
type Check struct {
	Cell string `json:"cell,omitempty"` // "TASK SPLIT WHO"; "": the whole run
	Want string `json:"want"`
	Got  string `json:"got"`
	Held bool   `json:"held"`
}

// New says whether r is what s wants. baseline may be nil; against says where it is from.
func New(s scenario.Scenario, r eval.Report, baseline *eval.Report, against string) (*Document, error) {
	cfg, err := s.Config()
	if err != nil {
		return nil, err
	}
	d := &Document{
		Report: r, Scenario: s.Name, Model: s.Model, Key: s.Key(r.ModelSHA256), LostWhy: r.LostWhy(), Stopped: r.Stopped(),
		Baseline: baseline, Against: against, wants: s,
	}
	if d.planned, err = cfg.Planned(); err != nil {
		return nil, err
	}
	if baseline != nil {
		d.compared, d.Gains = r.Compare(*baseline), map[string]eval.Gain{}
		for _, c := range d.compared {
			d.Gains[c.Cell] = c.Gain
		}
	}
	d.check()
	return d, nil
}

// Skip is the document of an evaluation that could not be, for a reason that is not the
// policy's.
func Skip(s scenario.Scenario, why string) (*Document, error) {
	d, err := New(s, eval.Report{Seed: s.Seed, Sim: s.Sim, Cells: []eval.Cell{}, Results: []eval.Result{}}, nil, "")
	if err != nil {
		return nil, err
	}
	d.Skipped, d.Checks, d.Held = why, nil, true
	return d, nil
}

// check fills in Checks and Held.
func (d *Document) check() {
	for _, c := range d.Cells {
		for _, t := range d.wants.Thresholds {
			if t.Of(c) {
				d.add(c.Title(), fmt.Sprintf("at least %.0f %%", 100*t.Rate),
					fmt.Sprintf("%.1f %% (%d of %d)", 100*c.Rate, c.Successes, c.Episodes), c.Episodes > 0 && c.Rate >= t.Rate)
			}
		}
	}
	for _, c := range d.compared {
		if d.wants.WorseAt > 0 {
			d.add(c.Cell, fmt.Sprintf("not worse than the baseline at p < %g", d.wants.WorseAt),
				gain(c.Gain), c.Gain.Gain >= 0 || c.P >= d.wants.WorseAt)
		}
	}
	if d.Lost > 0 || d.wants.MaxLost > 0 {
		d.add("", fmt.Sprintf("at most %d episodes lost", d.wants.MaxLost), fmt.Sprint(d.Lost), d.Lost <= d.wants.MaxLost)
	}
	d.Held = true
	for _, c := range d.Checks {
		d.Held = d.Held && c.Held
	}
}

func (d *Document) add(cell, want, got string, held bool) {
	d.Checks = append(d.Checks, Check{cell, want, got, held})
}

// gain is a comparison in words.
func gain(g eval.Gain) string {
	return fmt.Sprintf("%+.1f points [%+.1f, %+.1f], p = %.2g, %d scenes: %d won, %d lost",
		100*g.Gain, 100*g.CI95[0], 100*g.CI95[1], g.P, g.Episodes, g.Won, g.Lost)
}

// Failed are the checks that did not hold.
func (d *Document) Failed() (failed []Check) {
	for _, c := range d.Checks {
		if !c.Held {
			failed = append(failed, c)
		}
	}
	return failed
}

// Missing are the planned cells of which no episode was played.
func (d *Document) Missing() (missing []eval.Cell) {
	there := map[string]bool{}
	for _, c := range d.Cells {
		there[c.Title()] = true
	}
	for _, c := range d.planned {
		if !there[c.Title()] {
			missing = append(missing, c)
		}
	}
	return missing
}

// WriteJSON writes what scripts rely on: keys are only ever added.
func (d *Document) WriteJSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(d)
}

// WriteMarkdown writes the tables and what did not hold.
func (d *Document) WriteMarkdown(w io.Writer) error {
	var out bytes.Buffer
	fmt.Fprintf(&out, "## %s\n\n%s\n\n", d.title(), d.Summary())
	if len(d.Cells) > 0 {
		if err := d.Report.WriteMarkdown(&out); err != nil {
			return err
		}
	}
	if len(d.Checks) > 0 {
		out.WriteString("\n| check | wanted | got | |\n|---|---|---|---|\n")
		for _, c := range d.Checks {
			fmt.Fprintf(&out, "| %s | %s | %s | %s |\n", orRun(c.Cell), c.Want, c.Got, map[bool]string{true: "held", false: "**not held**"}[c.Held])
		}
	}
	if len(d.compared) > 0 {
		fmt.Fprintf(&out, "\n| against %s | gain |\n|---|---|\n", d.Against)
		for _, c := range d.compared {
			fmt.Fprintf(&out, "| %s | %s |\n", c.Cell, gain(c.Gain))
		}
	}
	for _, why := range d.LostWhy {
		fmt.Fprintf(&out, "\nLost: %s\n", why)
	}
	_, err := w.Write(out.Bytes())
	return err
}

func orRun(cell string) string {
	if cell == "" {
		return "the run"
	}
	return cell
}

func (d *Document) title() string {
	if d.Scenario == "" {
		return "hyt eval: " + d.Model
	}
	return "hyt eval: " + d.Scenario + ", " + d.Model
}

// Summary says in a sentence how it went.
func (d *Document) Summary() string {
	if d.Skipped != "" {
		return fmt.Sprintf("Skipped, 0 episodes in simulator %s: %s.", d.Sim, d.Skipped)
	}
	played := len(d.Results) - d.Lost
	s := fmt.Sprintf("%d of %d episodes played in simulator %s, %d lost", played, d.Planned, d.Sim, d.Lost)
	if d.Stopped {
		s += ", stopped early"
	}
	if len(d.Checks) > 0 {
		s += fmt.Sprintf("; %d of %d checks held", len(d.Checks)-len(d.Failed()), len(d.Checks))
	}
	return s + "."
}
