package eval

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"hyt/gazebo/task"
	"hyt/policy"
)

// Report is the outcome of a run. Its JSON form is what scripts rely on: keys are
// only ever added.
type Report struct {
	Cells       []Cell                    `json:"cells"`
	LatencyMS   map[policy.Mode]Quantiles `json:"latency_ms"`
	Seed        int64                     `json:"seed"`
	ModelSHA256 string                    `json:"model_sha256"`
	Sim         string                    `json:"sim"`
	ReplanS     float64                   `json:"replan_s"`
	InjectedS   float64                   `json:"injected_latency_s"`
	Naming      string                    `json:"naming,omitempty"` // how all the instructions name things; "": as they come
	// Of mode guided; 0 where it was not played.
	ThinkerRate     float64 `json:"thinker_rate,omitempty"` // thoughts a second, at most
	ThinkerLatencyS float64 `json:"thinker_latency_s,omitempty"`

	ImageNoise float64  `json:"image_noise"`
	Dropped    float64  `json:"dropped_frames"`
	Planned    int      `json:"planned"` // episodes; fewer results: the run was stopped
	Lost       int      `json:"lost"`    // episodes that count in no cell, each with its reason in results
	Results    []Result `json:"results"` // every episode, cell by cell
}

// Cell is one line of the success table.
type Cell struct {
	Task      string      `json:"task"`
	Split     task.Split  `json:"split"`
	Mode      policy.Mode `json:"mode"`
	Control   Control     `json:"control,omitempty"`
	Episodes  int         `json:"episodes"` // played to their end
	Successes int         `json:"successes"`
	Rate      float64     `json:"rate"`
	CI95      [2]float64  `json:"ci95"`   // Wilson
	Wrong     int         `json:"wrong"`  // ended by a mistake, such as the wrong object touched; the rest ran out of time
	TimeS     float64     `json:"time_s"` // mean simulated time of the successes
	Lost      int         `json:"lost"`   // simulator or policy failed: these count neither way
	Thoughts
}

func newReport(cfg Config, planned int, results []Result) Report {
	r := Report{
		LatencyMS: map[policy.Mode]Quantiles{}, Seed: cfg.Seed, Naming: string(cfg.Naming), ModelSHA256: cfg.ModelSHA256,
		Sim: cfg.SimName, ReplanS: cfg.Replan.Seconds(), InjectedS: cfg.Latency.Seconds(),
		ImageNoise: cfg.ImageNoise, Dropped: cfg.Dropped, Planned: planned, Results: results,
	}
	if slices.Contains(cfg.Modes, policy.Guided) {
		r.ThinkerRate, r.ThinkerLatencyS = cfg.Thinker.Rate, cfg.Thinker.Latency.Seconds()
	}
	latency := map[policy.Mode][]time.Duration{}
	for start := 0; start < len(results); {
		end := start + 1
		for end < len(results) && results[end].group() == results[start].group() {
			end++
		}
		r.Cells = append(r.Cells, newCell(results[start:end]))
		start = end
	}
	for _, e := range results {
		if !e.Control.reference() {
			latency[e.Mode] = append(latency[e.Mode], e.Latency...)
		}
		if e.Lost != "" {
			r.Lost++
		}
	}
	for mode, d := range latency {
		r.LatencyMS[mode] = quantiles(d)
	}
	return r
}

func newCell(results []Result) Cell {
	e := results[0].Episode
	c := Cell{Task: e.Task, Split: e.Split, Mode: e.Mode, Control: e.Control}
	var total time.Duration
	for _, r := range results {
		if r.Lost != "" {
			c.Lost++
			continue
		}
		c.Episodes++
		c.Thoughts = c.Thoughts.Plus(r.Thoughts)
		switch r.Verdict {
		case task.Success:
			c.Successes++
			total += r.Time
		case task.Failure:
			c.Wrong++
		}
	}
	if c.Episodes > 0 {
		c.Rate = float64(c.Successes) / float64(c.Episodes)
	}
	c.CI95 = Wilson(c.Successes, c.Episodes)
	if c.Successes > 0 {
		c.TimeS = total.Seconds() / float64(c.Successes)
	}
	return c
}

// Stopped says whether episodes are missing.
func (r Report) Stopped() bool { return len(r.Results) < r.Planned }

// Of lists the episodes that count in a cell, or were lost there.
func (r Report) Of(c Cell) (results []Result) {
	for _, e := range r.Results {
		if e.group() == c.group() {
			results = append(results, e)
		}
	}
	return results
}

func (c Cell) group() group { return group{c.Task, c.Split, c.Mode, c.Control} }

// Title names the cell: "TASK SPLIT WHO". For the policy itself that is its key in Gains.
func (c Cell) Title() string { return fmt.Sprintf("%s %s %s", c.Task, c.Split, c.Who()) }

// Who is what plays in a cell, for tables.
func (c Cell) Who() string {
	switch {
	case c.Control.reference():
		return string(c.Control)
	case c.Control != Plain:
		return fmt.Sprintf("%s, %s", c.Mode, c.Control)
	default:
		return string(c.Mode)
	}
}

func tableHead() []string {
	return []string{"task", "split", "who", "success", "95 %", "wrong", "episodes", "lost", "mean time", "thoughts right"}
}

func (c Cell) row() []string {
	return []string{
		c.Task, string(c.Split), c.Who(), fmt.Sprintf("%.1f %%", 100*c.Rate),
		fmt.Sprintf("%.1f–%.1f", 100*c.CI95[0], 100*c.CI95[1]), fmt.Sprint(c.Wrong),
		fmt.Sprint(c.Episodes), fmt.Sprint(c.Lost), fmt.Sprintf("%.1f s", c.TimeS), c.RightShare(),
	}
}

// WriteTable prints the cells aligned for a terminal.
func (r Report) WriteTable(w io.Writer) error {
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(tw, strings.Join(tableHead(), "\t"))
	for _, c := range r.Cells {
		fmt.Fprintln(tw, strings.Join(c.row(), "\t"))
	}
	return tw.Flush()
}

// WriteMarkdown prints the cells as a Markdown table.
func (r Report) WriteMarkdown(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "| %s |\n|%s\n", strings.Join(tableHead(), " | "), strings.Repeat("---|", len(tableHead())))
	for _, c := range r.Cells {
		fmt.Fprintf(&b, "| %s |\n", strings.Join(c.row(), " | "))
	}
	_, err := io.WriteString(w, b.String())
	return err
}
