// Package bagcheck reads a bag through and says what is wrong with it: damage,
// messages that are not of their type, gaps, drops and jumps of time.
//
// Key properties:
//   - One pass in the order of recording; memory does not grow with the bag.
//   - Times are the header stamps where a topic's type has a header, else the
//     times of receipt.
//   - It knows nothing of training. What a trainer would make of the bag, a
//     Trainer says.
package bagcheck

import (
	"context"
	"fmt"
	"slices"
	"time"

	"hyt/msgs/bag"
)

// Report is what `hyt bag check --json` prints. Keys are only ever added.
type Report struct {
	bag.Info              // Topics is replaced by the richer one below
	Topics   []Topic      `json:"topics"` // by name
	Jumps    []Jump       `json:"jumps"`
	Damages  []bag.Damage `json:"damages"`
	Training *Verdict     `json:"training,omitempty"`
	// Problems are sentences, the worst first: damage, what cannot be decoded, time
	// that runs backwards. A bag with any fails the check.
	Problems []string `json:"problems"`
	// Notes are sentences about what is worth a look but may well be so: gaps,
	// drops, pauses.
	Notes []string `json:"notes"`
}

// Topic is one topic of a checked bag.
type Topic struct {
	bag.TopicInfo
	// Clock is where its times come from: "stamp" or "receipt".
	Clock string `json:"clock"`
	// Regular tells whether its messages come at a steady rate. Only then are
	// there gaps and drops.
	Regular bool `json:"regular"`
	// PeriodMS is the median time between messages, ms.
	PeriodMS float64 `json:"period_ms"`
	// Dropped is how many messages seem to be missing between those that are
	// there, gaps left aside.
	Dropped uint64 `json:"dropped"`
	// Gaps are the longest times without a message, at most ten.
	Gaps []Gap `json:"gaps"`
	// Back is how often the clock ran backwards from a message to the next.
	Back uint64 `json:"back"`
	// Unstamped is how many messages have a header without a stamp.
	Unstamped uint64 `json:"unstamped"`
	// Undecodable is how many messages are not of their type, and Fault why the
	// first is not.
	Undecodable uint64 `json:"undecodable"`
	Fault       string `json:"fault,omitempty"`
	// Known tells whether hyt can decode the type at all.
	Known bool `json:"known"`
}

// Gap is a time without messages on a topic.
type Gap struct {
	After   time.Time `json:"after"` // the last message before it, by the topic's clock
	Seconds float64   `json:"seconds"`
}

// Jump is where the recorder's clock went from one message to the next in a way
// that time does not.
type Jump struct {
	At      time.Time `json:"at"`      // before it
	Seconds float64   `json:"seconds"` // negative: backwards
}

// Verdict is what training would make of a bag.
type Verdict struct {
	Episodes int      `json:"episodes"` // that it would use
	Samples  int      `json:"samples"`
	Thoughts int      `json:"thoughts"` // samples with one
	LeftOut  []Reason `json:"left_out"`
	// Unusable says why nothing of the bag can be used; "": something can.
	Unusable string `json:"unusable,omitempty"`
}

// Reason is why things were left out.
type Reason struct {
	What  string `json:"what"` // "episodes", "messages"
	Count int    `json:"count"`
	Why   string `json:"why"`
}

// Trainer judges a bag by what it would learn from it.
type Trainer interface {
	Judge(path string) (Verdict, error)
}

// How the recorder's clock may behave: messages of different topics overtake one
// another a little, and robots stand still a while.
const (
	overtaking = 100 * time.Millisecond
	pause      = 5 * time.Second
)

// reportEvery is after how many messages Check reports and looks at ctx.
const reportEvery = 1000

// Check reads r through. report, where it is not nil, hears from time to time how
// many messages were read.
func Check(ctx context.Context, r *bag.Reader, report func(read uint64)) (*Report, error) {
	c := checker{reader: r, topics: map[string]*topicCheck{}, report: &Report{Info: r.Info(), Damages: r.Damages(), Jumps: []Jump{}}}
	for _, t := range r.Topics() {
		c.topics[t.Name] = newTopicCheck(t)
	}
	read := uint64(0)
	for m, err := range r.Recorded() {
		if err != nil {
			if err := c.failed(err); err != nil {
				return nil, err
			}
			continue
		}
		c.take(m)
		if read++; read%reportEvery == 0 {
			if report != nil {
				report(read)
			}
			if err := ctx.Err(); err != nil {
				return nil, fmt.Errorf("check stopped after %d messages: %w", read, err)
			}
		}
	}
	c.report.Messages = read
	c.finish()
	return c.report, nil
}

type checker struct {
	reader *bag.Reader
	topics map[string]*topicCheck
	report *Report
	last   time.Time // log time of the message before
}

func (c *checker) take(m bag.Message) {
	if !c.last.IsZero() {
		if step := m.LogTime.Sub(c.last); step < -overtaking || step > pause {
			c.jump(Jump{At: c.last.UTC(), Seconds: step.Seconds()})
		}
	}
	c.last = m.LogTime
	stamp, stamped := c.reader.HeaderStamp(m)
	c.topics[m.Topic].take(m, stamp, stamped)
}

// mostJumps bounds the jumps that are listed.
const mostJumps = 1000

func (c *checker) jump(j Jump) {
	if len(c.report.Jumps) < mostJumps {
		c.report.Jumps = append(c.report.Jumps, j)
	}
}

// finish turns what was counted into the report.
func (c *checker) finish() {
	r := c.report
	r.Topics, r.Problems, r.Notes = []Topic{}, []string{}, []string{}
	for _, d := range r.Damages {
		r.Problems = append(r.Problems, d.Text)
	}
	for _, t := range r.Info.Topics {
		topic := c.topics[t.Name].finish()
		r.Topics = append(r.Topics, topic)
		problems, notes := topic.sentences()
		r.Problems = append(r.Problems, problems...)
		r.Notes = append(r.Notes, notes...)
	}
	for _, j := range r.Jumps {
		at := j.At.Format(time.RFC3339Nano)
		if j.Seconds < 0 {
			r.Problems = append(r.Problems, fmt.Sprintf("the recorder's clock was set back by %.3f s at %s: times before and after overlap", -j.Seconds, at))
		} else {
			r.Notes = append(r.Notes, fmt.Sprintf("nothing was recorded for %.1f s after %s, or the clock was set forward", j.Seconds, at))
		}
	}
	r.Notes = slices.Clip(r.Notes)
}
