// Package report writes what an experiment found into a document in Markdown: tables with
// intervals, plots beside it, costs and commands. It is a function of the plan and the
// stored results alone, so that it can be made again, bit for bit.
package report

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"hyt/trainer/experiment"
)

// Markers between which the report stands; what is around them is written by people.
const (
	begin = "<!-- results of plan %s: written by hyt experiment -->"
	end   = "<!-- end of results -->"
)

// Write puts the report into the document at path, in place of an earlier one of the same
// plan or at its end, and the plots into the folder beside it that bears its name.
func Write(path string, f *experiment.Findings, command string) error {
	old, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	folder := strings.TrimSuffix(path, filepath.Ext(path))
	p := page{findings: f, command: command, folder: folder}
	if err := p.write(); err != nil {
		return err
	}
	text, err := insert(string(old), f.Plan.Name, p.text.String())
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, []byte(text), 0o644)
}

// insert puts text between the plan's markers.
func insert(document, plan, text string) (string, error) {
	first := fmt.Sprintf(begin, plan)
	block := first + "\n" + text + end + "\n"
	before, rest, found := strings.Cut(document, first)
	if !found {
		if document != "" {
			document = strings.TrimRight(document, "\n") + "\n\n"
		}
		return document + block, nil
	}
	_, after, found := strings.Cut(rest, end+"\n")
	if !found {
		return "", fmt.Errorf("the line %q has no %q after it: put it back, or remove both", first, end)
	}
	return before + block + after, nil
}

// page is a report in the making.
type page struct {
	findings *experiment.Findings
	command  string
	folder   string // of plots
	text     bytes.Buffer
}

func (p *page) say(format string, args ...any) { fmt.Fprintf(&p.text, format+"\n", args...) }

// table writes rows below a head.
func (p *page) table(head []string, rows [][]string) {
	if len(rows) == 0 {
		return
	}
	p.say("\n| %s |\n|%s", strings.Join(head, " | "), strings.Repeat("---|", len(head)))
	for _, row := range rows {
		p.say("| %s |", strings.Join(row, " | "))
	}
	p.say("")
}
