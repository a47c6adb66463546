package data

import (
	"math"
	"slices"
	"sort"
	"strings"

	"hyt/trainer/contract"
)

// demo is one episode while it is read.
type demo struct {
	Episode
	start, end   int64 // of its stamps
	published    int64 // when its start was
	endPublished int64 // when its END marker was
	ended        bool  // its END marker came
	success      bool  // as that says
	marked       bool
	tooLong      bool

	images       []shot // of the first camera, in order of recording
	others       map[int]series[*frame]
	numbers      map[int]series[[]float64] // by topic of the contract
	thoughts     series[string]
	sent         series[int64] // of actions and images: when published -> stamp
	unstamped    map[int][]event
	instructions []event // in order of recording
	initial      int     // of instructions: how many came before the start
}

// shot is a frame of the first camera and when it was taken and sent, ns.
type shot struct {
	*frame
	stamp, published int64
}

func newDemo(e Episode, start, published int64) *demo {
	return &demo{Episode: e, start: start, end: math.MaxInt64, published: published,
		others: map[int]series[*frame]{}, numbers: map[int]series[[]float64]{}, unstamped: map[int][]event{}}
}

// covers tells whether a stamp can belong to d.
func (d *demo) covers(stamp int64) bool { return stamp >= d.start && stamp <= d.end }

// add keeps an event.
func (d *demo) add(e event) {
	i := e.source.index
	switch {
	case e.source.Role == contract.Instruction:
		d.instructions = append(d.instructions, e)
	case e.source.Role == contract.Task:
		d.Task = strings.TrimSpace(e.text)
	case e.source.Role == contract.Thought && e.stamped:
		d.thoughts.add(e.stamp, e.text)
	case !e.stamped:
		d.unstamped[i] = append(d.unstamped[i], e)
	case e.frame != nil && e.source.camera == 0:
		d.images = append(d.images, shot{e.frame, e.stamp, e.published})
		d.sent.add(e.published, e.stamp)
	case e.frame != nil:
		s := d.others[i]
		s.add(e.stamp, e.frame)
		d.others[i] = s
	default:
		s := d.numbers[i]
		s.add(e.stamp, e.numbers)
		d.numbers[i] = s
		if e.source.Role == contract.Action {
			d.sent.add(e.published, e.stamp)
		}
	}
}

// trim leaves out what lies beyond the end: it came before the END marker did.
func (d *demo) trim() {
	d.images = slices.DeleteFunc(d.images, func(i shot) bool { return i.stamp > d.end })
	for i, s := range d.others {
		d.others[i] = s.until(d.end)
	}
	for i, s := range d.numbers {
		d.numbers[i] = s.until(d.end)
	}
	d.thoughts = d.thoughts.until(d.end)
	d.sent = slices.DeleteFunc(d.sent, func(p point[int64]) bool { return p.value > d.end })
}

// settle gives the events without a stamp that of the action or image published
// nearest to them. Those that were published away from all of these are another
// episode's: at its borders topics overtake one another.
func (d *demo) settle() {
	if len(d.sent) == 0 {
		return
	}
	margin := max((d.sent[len(d.sent)-1].at-d.sent[0].at)/int64(2*len(d.sent)), int64(1e6))
	from, to := d.sent[0].at-margin, d.sent[len(d.sent)-1].at+margin
	for i, events := range d.unstamped {
		s := d.numbers[i]
		for _, e := range events {
			if e.published < from || e.published > to {
				continue
			}
			stamp := d.sent.closest(e.published)
			if e.source.Role == contract.Thought {
				d.thoughts.add(stamp, e.text)
			} else {
				s.add(stamp, e.numbers)
			}
		}
		if len(s) > 0 {
			d.numbers[i] = s
		}
	}
	d.unstamped = nil
}

// closest is the value of the point nearest to at; s is not empty.
func (s series[T]) closest(at int64) T {
	i := sort.Search(len(s), func(i int) bool { return s[i].at >= at })
	if i == len(s) || i > 0 && at-s[i-1].at <= s[i].at-at {
		i--
	}
	return s[i].value
}

// told is an instruction and when it was published, ns.
type told struct {
	text string
	at   int64
}

// instruction is what the robot was told when an image was published. held is
// what was last said before this episode.
//
// An instruction has no stamp, and another topic's messages may overtake it. So
// the only one of an episode counts for all of it, whether it was recorded before
// or after the start marker; changes on the way count from when they were sent.
func (d *demo) instruction(published int64, held told) told {
	if len(d.instructions) == 0 {
		return held
	}
	first := d.instructions[max(d.initial-1, 0)]
	now := told{first.text, first.published}
	for _, i := range d.instructions[max(d.initial, 1):] {
		if i.published <= published {
			now = told{i.text, i.published}
		}
	}
	return now
}

// lastInstruction is what holds after the episode.
func (d *demo) lastInstruction(held told) told {
	if n := len(d.instructions); n > 0 {
		return told{d.instructions[n-1].text, d.instructions[n-1].published}
	}
	return held
}

// idle tells whether an instruction asks for nothing.
func idle(instruction string) bool {
	text := strings.TrimSpace(instruction)
	return text == "" || strings.EqualFold(text, "stop")
}
