package report

import (
	_ "embed"
	"fmt"
	"html/template"
	"maps"
	"os"
	"slices"

	"hyt/trainer/loop"
)

//go:embed report.html
var page string

// WriteHTML writes the run as one page, plots included.
func (r Run) WriteHTML(path string) error {
	if len(r.History) == 0 {
		return fmt.Errorf("report: the run has measured nothing to show")
	}
	shown := struct {
		Run
		Last    loop.Measure
		Plots   []template.HTML
		HeldOut []string // names of the held-out figures
		Tests   []loop.Measure
	}{Run: r, Last: r.History[len(r.History)-1]}
	for _, p := range r.panels() {
		svg, err := p.svg()
		if err != nil {
			return err
		}
		shown.Plots = append(shown.Plots, template.HTML(svg)) // drawn by us: names in it are escaped by the SVG writer
	}
	names := map[string]bool{}
	for _, m := range r.History {
		if len(m.HeldOut) > 0 {
			shown.Tests = append(shown.Tests, m)
			for name := range m.HeldOut {
				names[name] = true
			}
		}
	}
	shown.HeldOut = slices.Sorted(maps.Keys(names))
	t, err := template.New("report").Parse(page)
	if err != nil {
		return fmt.Errorf("report: %w", err)
	}
	f, err := os.Create(path)
	if err != nil {
		return fmt.Errorf("report: %w", err)
	}
	defer f.Close()
	if err := t.Execute(f, shown); err != nil {
		return fmt.Errorf("report %s: %w", path, err)
	}
	return f.Close()
}
