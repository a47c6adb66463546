package agree

import (
	"fmt"
	"io"
	"slices"
)

// Row is one scene in both simulators.
type Row struct {
	Task        string     `json:"task"`
	Seed        int64      `json:"seed"`
	Instruction string     `json:"instruction"`
	Verdict     [2]string  `json:"verdict"` // by simulator: success, failure, running, or lost
	TimeS       [2]float64 `json:"time_s"`
	Lost        [2]string  `json:"lost,omitempty"` // why an episode could not be played
	ObjectMM    float64    `json:"object_mm"`      // see Apart
	Object      string     `json:"object"`
	AtS         float64    `json:"at_s"`
	EndMM       float64    `json:"end_mm"`
	HandMM      float64    `json:"hand_mm"`
	Pixels      float64    `json:"pixels"`
	FarShare    float64    `json:"far_share"`
}

// Report is the comparison of two simulators.
type Report struct {
	Sims [2]string `json:"sims"`
	Rows []Row     `json:"rows"`
}

// Success counts the rows of a task that simulator i won, and those it played.
func (r *Report) Success(task string, i int) (won, played int) {
	for _, row := range r.Rows {
		if row.Task != task || row.Lost[i] != "" {
			continue
		}
		played++
		if row.Verdict[i] == "success" {
			won++
		}
	}
	return won, played
}

// Tasks returns the tasks of the rows in their order.
func (r *Report) Tasks() []string {
	var names []string
	for _, row := range r.Rows {
		if !slices.Contains(names, row.Task) {
			names = append(names, row.Task)
		}
	}
	return names
}

// WriteMarkdown writes a table by task and one by scene.
func (r *Report) WriteMarkdown(w io.Writer) error {
	p := &printer{w: w}
	p.line("| task | oracle, %s | oracle, %s | same verdict | objects apart: median, most | at the end: median | hand: median | pixels: mean difference | far off |", r.Sims[0], r.Sims[1])
	p.line("|---|---|---|---|---|---|---|---|---|")
	for _, task := range r.Tasks() {
		r.taskLine(p, task)
	}
	p.line("")
	p.line("| task | seed | instruction | %s | %s | objects apart | whose, when | at the end | hand |", r.Sims[0], r.Sims[1])
	p.line("|---|---|---|---|---|---|---|---|---|")
	for _, row := range r.Rows {
		p.line("| %s | %d | %s | %s | %s | %.1f mm | %s, %.1f s | %.1f mm | %.1f mm |",
			row.Task, row.Seed, row.Instruction, row.outcome(0), row.outcome(1),
			row.ObjectMM, row.Object, row.AtS, row.EndMM, row.HandMM)
	}
	return p.err
}

func (r *Report) taskLine(p *printer, task string) {
	var apart, end, hand, pixels, far []float64
	same := 0
	for _, row := range r.Rows {
		if row.Task != task || row.Lost != [2]string{} {
			continue
		}
		if row.Verdict[0] == row.Verdict[1] {
			same++
		}
		apart, end, hand = append(apart, row.ObjectMM), append(end, row.EndMM), append(hand, row.HandMM)
		pixels, far = append(pixels, row.Pixels), append(far, 100*row.FarShare)
	}
	if len(apart) == 0 {
		p.line("| %s | no scene was played in both |", task)
		return
	}
	won0, n0 := r.Success(task, 0)
	won1, n1 := r.Success(task, 1)
	p.line("| %s | %d of %d | %d of %d | %d of %d | %.1f, %.1f mm | %.1f mm | %.1f mm | %.1f of 255 | %.1f %% |",
		task, won0, n0, won1, n1, same, len(apart), median(apart), slices.Max(apart), median(end), median(hand), median(pixels), median(far))
}

func (r *Row) outcome(i int) string {
	if r.Lost[i] != "" {
		return "lost: " + r.Lost[i]
	}
	return fmt.Sprintf("%s, %.1f s", r.Verdict[i], r.TimeS[i])
}

func median(v []float64) float64 {
	s := slices.Sorted(slices.Values(v))
	return s[len(s)/2]
}

// printer keeps the first error.
type printer struct {
	w   io.Writer
	err error
}

func (p *printer) line(format string, args ...any) {
	if p.err == nil {
		_, p.err = fmt.Fprintf(p.w, format+"\n", args...)
	}
}
