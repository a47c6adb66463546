package report

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"

	"hyt/gazebo/eval"
)

// JUnit's elements, as far as CI systems read them.
type (
	junitSuites struct {
		XMLName xml.Name   `xml:"testsuites"`
		Suite   junitSuite `xml:"testsuite"`
	}
	junitSuite struct {
		Name     string      `xml:"name,attr"`
		Tests    int         `xml:"tests,attr"`
		Failures int         `xml:"failures,attr"`
		Skipped  int         `xml:"skipped,attr"`
		Time     float64     `xml:"time,attr"` // simulated seconds
		Cases    []junitCase `xml:"testcase"`
	}
	junitCase struct {
		Name    string        `xml:"name,attr"`
		Class   string        `xml:"classname,attr"`
		Time    float64       `xml:"time,attr"` // simulated seconds
		Failure *junitMessage `xml:"failure,omitempty"`
		Skipped *junitMessage `xml:"skipped,omitempty"`
		Out     string        `xml:"system-out,omitempty"`
	}
	junitMessage struct {
		Message string `xml:"message,attr"`
	}
)

// WriteJUnit writes one case for each task, split and mode, which fails where one of its
// checks does not hold, and one for the run. What was not played is skipped, with the
// reason.
func (d *Document) WriteJUnit(w io.Writer) error {
	name := "hyt eval"
	if d.Scenario != "" {
		name += " " + d.Scenario
	}
	suite := junitSuite{Name: name}
	for _, c := range d.Cells {
		suite.add(d.caseOf(c))
	}
	why := d.Skipped
	if why == "" {
		why = "the run was stopped before"
	}
	for _, c := range d.Missing() {
		k := newCase(c)
		k.Skipped = &junitMessage{why}
		suite.add(k)
	}
	if d.Skipped == "" {
		whole := junitCase{Name: "no more episodes lost than allowed", Class: "run", Out: strings.Join(d.LostWhy, "\n")}
		whole.Failure = d.failure("")
		suite.add(whole)
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	enc := xml.NewEncoder(w)
	enc.Indent("", "  ")
	return enc.Encode(junitSuites{Suite: suite})
}

func (s *junitSuite) add(c junitCase) {
	s.Tests++
	s.Time += c.Time
	if c.Failure != nil {
		s.Failures++
	}
	if c.Skipped != nil {
		s.Skipped++
	}
	s.Cases = append(s.Cases, c)
}

func newCase(c eval.Cell) junitCase {
	return junitCase{Name: c.Title(), Class: fmt.Sprintf("%s.%s", c.Task, c.Split)}
}

// caseOf tells of a cell that was played, with what an engineer asks first: which scenes
// failed, and where to look at them.
func (d *Document) caseOf(c eval.Cell) junitCase {
	k := newCase(c)
	var out strings.Builder
	fmt.Fprintf(&out, "%d of %d succeeded, 95 %% interval %.1f to %.1f %%, %d lost\n",
		c.Successes, c.Episodes, 100*c.CI95[0], 100*c.CI95[1], c.Lost)
	for _, r := range d.Of(c) {
		k.Time += r.Time.Seconds()
		if r.Success() {
			continue
		}
		fmt.Fprintf(&out, "seed %d: %s after %.1f s: %s", r.Seed, r.Ending(), r.Time.Seconds(), r.Instruction)
		for _, more := range []string{r.Lost, r.Film, r.Bag} {
			if more != "" {
				fmt.Fprintf(&out, "; %s", more)
			}
		}
		out.WriteByte('\n')
	}
	k.Out = out.String()
	k.Failure = d.failure(c.Title())
	return k
}

// failure is what did not hold of a cell, or nil.
func (d *Document) failure(cell string) *junitMessage {
	var all []string
	for _, c := range d.Failed() {
		if c.Cell == cell {
			all = append(all, fmt.Sprintf("wanted %s, got %s", c.Want, c.Got))
		}
	}
	if len(all) == 0 {
		return nil
	}
	return &junitMessage{strings.Join(all, "; ")}
}
