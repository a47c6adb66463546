// Package report shows how a training run went: plots of its measures as PNG and
// SVG, and a page of HTML that needs nothing beside it.
package report

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"

	"hyt/trainer/loop"
)

// Run is what there is to show.
type Run struct {
	Title   string
	Command string
	Config  string // YAML
	Data    string // what was learned from, text
	Weights int
	History []loop.Measure
	Success []Success
}

// SuccessFile is a file of a run's folder, one Success in JSON a line, that
// whoever evaluates the kept checkpoints may leave there.
const SuccessFile = "success.jsonl"

// Success is what an evaluation of the run's weights at a step gave.
type Success struct {
	Step int     `json:"step"`
	Name string  `json:"name"` // task and mode, such as "touch act"
	Rate float64 `json:"rate"` // 0..1
}

// ReadSuccess reads a SuccessFile; none is no error.
func ReadSuccess(path string) ([]Success, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("report: %w", err)
	}
	defer f.Close()
	var list []Success
	lines := bufio.NewScanner(f)
	for n := 1; lines.Scan(); n++ {
		if strings.TrimSpace(lines.Text()) == "" {
			continue
		}
		var s Success
		if err := json.Unmarshal(lines.Bytes(), &s); err != nil || s.Name == "" || !(s.Rate >= 0 && s.Rate <= 1) {
			return nil, fmt.Errorf(`report: %s line %d is %q: want {"step": 500, "name": "touch act", "rate": 0.8}`, path, n, lines.Text())
		}
		list = append(list, s)
	}
	return list, lines.Err()
}

// panel is one plot: lines by name over steps.
type panel struct {
	title string
	unit  string
	lines map[string][]point
}

type point struct {
	step  int
	value float64
}

// panels sorts all measures into plots, by what they are measured in. Plots
// without lines are left out.
func (r Run) panels() []panel {
	all := []panel{
		{title: "training loss", unit: "nats; actions: mean |error|, -1..1"},
		{title: "held-out action error", unit: "mm"},
		{title: "held-out turning error", unit: "rad"},
		{title: "held-out error of other dimensions", unit: "the dimension's"},
		{title: "held out, share that is right", unit: "0..1"},
		{title: "success", unit: "0..1"},
	}
	for i := range all {
		all[i].lines = map[string][]point{}
	}
	for _, m := range r.History {
		for name, v := range m.Loss {
			all[0].add(name, m.Step, v)
		}
		for name, v := range m.HeldOut {
			all[heldOutPanel(name)].add(name, m.Step, v)
		}
	}
	for _, s := range r.Success {
		all[5].add(s.Name, s.Step, s.Rate)
	}
	return slices.DeleteFunc(all, func(p panel) bool { return len(p.lines) == 0 })
}

func heldOutPanel(name string) int {
	for i, suffix := range []string{"_mm", "_rad", "_error"} {
		if strings.HasSuffix(name, suffix) {
			return i + 1
		}
	}
	return 4
}

func (p panel) add(name string, step int, value float64) {
	p.lines[name] = append(p.lines[name], point{step, value})
}

// names are the panel's lines in the order that they are drawn and listed.
func (p panel) names() []string { return slices.Sorted(maps.Keys(p.lines)) }
