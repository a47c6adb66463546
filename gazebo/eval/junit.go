package eval

import (
	"encoding/xml"
	"fmt"
	"io"

	"hyt/gazebo/task"
)

// JUnit's elements, as far as CI systems read them.
type (
	junitSuites struct {
		XMLName xml.Name     `xml:"testsuites"`
		Suites  []junitSuite `xml:"testsuite"`
	}
	junitSuite struct {
		Name     string      `xml:"name,attr"`
		Tests    int         `xml:"tests,attr"`
		Failures int         `xml:"failures,attr"`
		Cases    []junitCase `xml:"testcase"`
	}
	junitCase struct {
		Name    string        `xml:"name,attr"`
		Class   string        `xml:"classname,attr"`
		Time    float64       `xml:"time,attr"` // simulated seconds
		Failure *junitFailure `xml:"failure,omitempty"`
	}
	junitFailure struct {
		Message string `xml:"message,attr"`
	}
)

// WriteJUnit writes each cell as a test suite and each episode as a test case.
func (r Report) WriteJUnit(w io.Writer) error {
	var out junitSuites
	rest := r.Results
	for _, c := range r.Cells {
		name := fmt.Sprintf("%s.%s.%s", c.Task, c.Split, c.who())
		suite := junitSuite{Name: name, Tests: c.Episodes, Failures: c.Episodes - c.Successes}
		for _, e := range rest[:c.Episodes] {
			suite.Cases = append(suite.Cases, junitCaseOf(name, e))
		}
		rest = rest[c.Episodes:]
		out.Suites = append(out.Suites, suite)
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	enc := xml.NewEncoder(w)
	enc.Indent("", "  ")
	return enc.Encode(out)
}

func junitCaseOf(class string, e Result) junitCase {
	c := junitCase{Name: fmt.Sprintf("seed %d: %s", e.Seed, e.Instruction), Class: class, Time: e.Time.Seconds()}
	switch e.Verdict {
	case task.Running:
		c.Failure = &junitFailure{"the time was up"}
	case task.Failure:
		c.Failure = &junitFailure{"a mistake, such as the wrong object touched, ended it"}
	}
	return c
}
