package experiment

import (
	"bufio"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"

	"hyt/gazebo/eval"
	"hyt/gazebo/eval/report"
	"hyt/gazebo/task"
	"hyt/policy/spec"
	"hyt/trainer/loop"
)

// readTraining reads what a training left beside and in its model directory. sum is
// whether it learned every moment in every mode.
func readTraining(model string, sum bool, r *Result) error {
	s, err := spec.Load(model)
	if err != nil {
		return err
	}
	t := &Trained{Steps: s.Training.Steps, Samples: s.Training.Samples, Loss: s.Training.Loss, HeldOut: map[string]float64{}}
	share := s.Training.Weights["act"]
	if sum && share > 0 {
		share = 1
	}
	t.Act = int(math.Round(share * float64(t.Samples)))
	f, err := os.Open(filepath.Join(model+".run", loop.MetricsFile))
	if err != nil {
		return err
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		var m loop.Measure
		if err := json.Unmarshal(lines.Bytes(), &m); err != nil {
			return fmt.Errorf("%s: %w", f.Name(), err)
		}
		if len(m.HeldOut) == 0 {
			continue
		}
		t.HeldOut = m.HeldOut
		if mm, ok := m.HeldOut["act_mm"]; ok {
			t.Measured = append(t.Measured, Measured{m.Step, mm})
		}
	}
	r.Trained = t
	return lines.Err()
}

// readReport reads the report of `hyt eval`.
func readReport(path string, r *Result) error {
	raw, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	var d struct {
		report.Document
		Thought float64 `json:"thought_share"`
	}
	if err := json.Unmarshal(raw, &d); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	switch {
	case d.Skipped != "":
		return fmt.Errorf("it was skipped: %s", d.Skipped)
	case len(d.Cells) == 0 || d.Report.Stopped():
		return fmt.Errorf("%s holds %d of %d episodes", path, len(d.Results), d.Planned)
	}
	r.Thought = d.Thought
	for _, c := range d.Cells {
		p := Played{Task: c.Task, Split: string(c.Split), Mode: string(c.Mode), Thoughts: c.Thoughts, P50: d.LatencyMS[c.Mode].P50, P99: d.LatencyMS[c.Mode].P99}
		episodes := d.Of(c)
		slices.SortFunc(episodes, func(a, b eval.Result) int { return int(a.Seed - b.Seed) })
		p.Seed = episodes[0].Seed
		gaps := false
		for i, e := range episodes {
			gaps = gaps || e.Seed != p.Seed+int64(i)
			p.After = append(p.After, e.Seed-p.Seed)
			p.Outcomes += string(letter(e))
		}
		switch {
		case !gaps:
			p.After = nil
		case d.Naming == "":
			return fmt.Errorf("%s: %s has not the scenes of seeds that follow one another", path, c.Title())
		}
		r.Played = append(r.Played, p)
	}
	return nil
}

func letter(e eval.Result) rune {
	switch {
	case e.Lost != "":
		return Lost
	case e.Verdict == task.Success:
		return Success
	case e.Verdict == task.Failure:
		return Wrong
	}
	return TimeUp
}
