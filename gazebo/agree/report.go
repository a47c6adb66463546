package agree

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
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
	var out bytes.Buffer
	fmt.Fprintf(&out, "| task | oracle, %s | oracle, %s | same verdict | objects apart: median, most | at the end: median | hand: median | pixels: mean difference | far off |\n", r.Sims[0], r.Sims[1])
	out.WriteString("|---|---|---|---|---|---|---|---|---|\n")
	for _, task := range r.Tasks() {
		r.taskLine(&out, task)
	}
	out.WriteString("\n")
	fmt.Fprintf(&out, "| task | seed | instruction | %s | %s | objects apart | whose, when | at the end | hand |\n", r.Sims[0], r.Sims[1])
	out.WriteString("|---|---|---|---|---|---|---|---|---|\n")
	for _, row := range r.Rows {
		fmt.Fprintf(&out, "| %s | %d | %s | %s | %s | %.1f mm | %s, %.1f s | %.1f mm | %.1f mm |\n",
			row.Task, row.Seed, row.Instruction, row.outcome(0), row.outcome(1),
			row.ObjectMM, row.Object, row.AtS, row.EndMM, row.HandMM)
	}
	_, err := w.Write(out.Bytes())
	return err
}

func (r *Report) taskLine(out *bytes.Buffer, task string) {
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
		fmt.Fprintf(out, "| %s | no scene was played in both |\n", task)
		return
	}
	won0, n0 := r.Success(task, 0)
	won1, n1 := r.Success(task, 1)
	fmt.Fprintf(out, "| %s | %d of %d | %d of %d | %d of %d | %.1f, %.1f mm | %.1f mm | %.1f mm | %.1f of 255 | %.1f %% |\n",
		task, won0, n0, won1, n1, same, len(apart), median(apart), slices.Max(apart), median(end), median(hand), median(pixels), median(far))
}

// cell keeps a text within its cell of a table.
var cell = strings.NewReplacer("\n", "; ", "|", "\\|")

func (r *Row) outcome(i int) string {
	if r.Lost[i] != "" {
		return "lost: " + cell.Replace(r.Lost[i])
	}
	return fmt.Sprintf("%s, %.1f s", r.Verdict[i], r.TimeS[i])
}

func median(v []float64) float64 {
	s := slices.Sorted(slices.Values(v))
	return s[len(s)/2]
}
