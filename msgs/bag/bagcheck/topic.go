package bagcheck

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"

	"hyt/msgs"
	"hyt/msgs/bag"
	"hyt/msgs/types"
)

// failed notes what could not be read; another error is one of the caller's.
func (c *checker) failed(err error) error {
	var damage *bag.DamageError
	if !errors.As(err, &damage) {
		return err
	}
	c.report.Damages = append(c.report.Damages, damage.Damage())
	return nil
}

// topicCheck gathers what there is to say about one topic.
type topicCheck struct {
	Topic
	decoded msgs.Message // to decode into; nil where hyt does not know the type
	periods periods
	longest []Gap // by length, the longest first
	last    time.Time
}

// mostGaps is how many gaps of a topic are listed.
const mostGaps = 10

func newTopicCheck(info bag.TopicInfo) *topicCheck {
	t := &topicCheck{Topic: Topic{TopicInfo: info, Clock: "receipt", Gaps: []Gap{}}}
	t.decoded, t.Known = types.New(info.Type)
	t.Count = 0 // of messages that could be read
	return t
}

func (t *topicCheck) take(m bag.Message, stamp time.Time, stamped bool) {
	t.Count++
	if t.Known {
		if err := msgs.Unmarshal(m.Data, t.decoded); err != nil {
			t.Undecodable++
			t.Fault = cmp.Or(t.Fault, err.Error())
			return
		}
	}
	now := m.LogTime
	switch {
	case stamped && stamp.UnixNano() == 0:
		t.Unstamped++
		if t.Clock == "stamp" {
			return // two clocks do not mix
		}
	case stamped:
		t.Clock, now = "stamp", stamp
	}
	if !t.last.IsZero() {
		t.step(now)
	}
	t.last = now
}

// step counts the time from the last message to the one at now.
func (t *topicCheck) step(now time.Time) {
	period := now.Sub(t.last)
	if period < 0 && (t.Clock == "stamp" || period < -overtaking) {
		t.Back++
		return
	}
	t.periods.add(period)
	gap := Gap{After: t.last.UTC(), Seconds: period.Seconds()}
	if len(t.longest) == mostGaps && gap.Seconds <= t.longest[mostGaps-1].Seconds {
		return
	}
	at, _ := slices.BinarySearchFunc(t.longest, gap, func(a, b Gap) int { return -cmp.Compare(a.Seconds, b.Seconds) })
	t.longest = slices.Insert(t.longest, at, gap)
	t.longest = t.longest[:min(len(t.longest), mostGaps)]
}

// gapPeriods is how many periods without a message are a gap.
const gapPeriods = 5

func (t *topicCheck) finish() Topic {
	median := t.periods.median()
	t.PeriodMS = float64(median) / float64(time.Millisecond)
	t.Regular = t.periods.regular(median)
	if !t.Regular {
		return t.Topic
	}
	t.Hz = float64(time.Second) / float64(median)
	t.Dropped = t.periods.missing(median)
	for _, g := range t.longest {
		if g.Seconds > gapPeriods*median.Seconds() {
			t.Gaps = append(t.Gaps, g)
		}
	}
	return t.Topic
}

// sentences says what is wrong with a topic, and what is odd.
func (t *Topic) sentences() (problems, notes []string) {
	if t.Undecodable > 0 {
		problems = append(problems, fmt.Sprintf("%s: %d of %d messages are no %s (%s)", t.Name, t.Undecodable, t.Count, t.Type, t.Fault))
	}
	if t.Back > 0 {
		problems = append(problems, fmt.Sprintf("%s: its %s times run backwards %d times", t.Name, t.Clock, t.Back))
	}
	if t.Count == 0 {
		notes = append(notes, fmt.Sprintf("%s: no messages", t.Name))
	}
	if t.Unstamped > 0 {
		notes = append(notes, fmt.Sprintf("%s: %d of %d messages bear no stamp", t.Name, t.Unstamped, t.Count))
	}
	if t.Dropped > 0 {
		notes = append(notes, fmt.Sprintf("%s: about %d messages are missing at its rate of %.1f Hz (%.1f %%)",
			t.Name, t.Dropped, t.Hz, 100*float64(t.Dropped)/float64(t.Dropped+t.Count)))
	}
	if len(t.Gaps) > 0 {
		notes = append(notes, fmt.Sprintf("%s: %d gaps of more than %d periods, the longest %.3f s after %s",
			t.Name, len(t.Gaps), gapPeriods, t.Gaps[0].Seconds, t.Gaps[0].After.Format(time.RFC3339Nano)))
	}
	if !t.Known && t.Type != "" {
		notes = append(notes, fmt.Sprintf("%s: hyt does not know the type %s, so its messages were not decoded", t.Name, t.Type))
	}
	return problems, notes
}
