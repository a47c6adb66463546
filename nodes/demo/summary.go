package demo

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"text/tabwriter"
)

// summary is summary.json: keys are only ever added.
type summary struct {
	Episodes         int                `json:"episodes"`
	SuccessRate      float64            `json:"success_rate"`
	SuccessByTask    map[string]float64 `json:"success_by_task"`
	ControlHzMean    float64            `json:"control_hz_mean"`
	ControlPeriodP99 float64            `json:"control_period_p99_ms"`
	ActMsP50         float64            `json:"act_ms_p50"`
	ActMsP99         float64            `json:"act_ms_p99"`
	ThoughtHz        float64            `json:"thought_hz"`
	MissedDeadlines  int64              `json:"missed_deadlines"`

	ControlPeriodP50 float64 `json:"control_period_p50_ms"`
	TickerPeriodP99  float64 `json:"bare_ticker_period_p99_ms"` // alongside, on the same machine
	HeldShare        float64 `json:"held_share"`                // of commands, for want of a fresh chunk
	ReplanHz         float64 `json:"replan_hz"`
	ObservationAge   float64 `json:"observation_age_ms_p50"`
	ObservationAge99 float64 `json:"observation_age_ms_p99"`
	Commands         int     `json:"commands_measured"`
}

func summarise(results []result, w *watcher) summary {
	s := summary{
		Episodes: len(results), SuccessByTask: map[string]float64{},
		ControlHzMean: w.actions.rate(), ControlPeriodP50: w.actions.quantile(0.5), ControlPeriodP99: w.actions.quantile(0.99),
		TickerPeriodP99: w.yard.quantile(0.99), Commands: w.actions.count(),
		ActMsP50: w.figure("act_ms_p50"), ActMsP99: w.figure("act_ms_p99"),
		ThoughtHz: w.thoughts.rate(), MissedDeadlines: int64(w.figure("missed_deadlines")),
		ReplanHz: w.figure("replan_hz"), ObservationAge: w.figure("observation_age_ms_p50"), ObservationAge99: w.figure("observation_age_ms_p99"),
	}
	if commands := w.figure("commands"); commands > 0 {
		s.HeldShare = (w.figure("held_no_chunk") + w.figure("held_chunk_used_up") + w.figure("held_image_stale")) / commands
	}
	count := map[string]float64{}
	for _, r := range results {
		count[r.task]++
		if r.success {
			s.SuccessRate += 1 / float64(len(results))
			s.SuccessByTask[r.task]++
		}
	}
	for task, n := range count {
		s.SuccessByTask[task] /= n
	}
	return s
}

// print writes the table that ends the demo.
func (s summary) print(out io.Writer, results []result) {
	t := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(t, "\ntask\tinstruction\toutcome\ttime")
	for _, r := range results {
		end := "failed"
		if r.success {
			end = "success"
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%.1f s\n", r.task, r.instruction, end, r.seconds)
	}
	_ = t.Flush()
	var tasks []string
	for task := range s.SuccessByTask {
		tasks = append(tasks, task)
	}
	slices.Sort(tasks)
	fmt.Fprintf(out, "\nsuccess            %.0f %% of %d episodes (", 100*s.SuccessRate, s.Episodes)
	for i, task := range tasks {
		if i > 0 {
			fmt.Fprint(out, ", ")
		}
		fmt.Fprintf(out, "%s %.0f %%", task, 100*s.SuccessByTask[task])
	}
	fmt.Fprintf(out, ")\ncontrol            %.2f Hz; period p50 %.1f ms, p99 %.1f ms (bare ticker p99 %.1f ms), %d periods\n",
		s.ControlHzMean, s.ControlPeriodP50, s.ControlPeriodP99, s.TickerPeriodP99, s.Commands)
	fmt.Fprintf(out, "image to chunk     p50 %.1f ms, p99 %.1f ms; replanned at %.1f Hz\n", s.ActMsP50, s.ActMsP99, s.ReplanHz)
	fmt.Fprintf(out, "observation age    p50 %.0f ms, p99 %.0f ms\n", s.ObservationAge, s.ObservationAge99)
	fmt.Fprintf(out, "held, no chunk     %.2f %% of commands; missed deadlines %d\n", 100*s.HeldShare, s.MissedDeadlines)
	fmt.Fprintf(out, "thoughts           %.1f Hz\n", s.ThoughtHz)
}

func (s summary) write(path string) error {
	data, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(path, append(data, '\n'), 0o644)
}
