package data

import (
	"math"
	"slices"
	"sort"
)

// Reasons for which an episode is left out as a whole.
const (
	failed        = "failed (its marker says success: false)"
	notEnded      = "not ended (no END marker)"
	noImages      = "no usable images"
	noInstruction = "no instruction"
	noActions     = "no actions"
)

// demo is one episode while it is read.
type demo struct {
	Episode
	start, end   int64        // of its stamps
	ended        bool         // its END marker came
	success      bool         // as that says
	newest       [kinds]int64 // stamp, by kind
	images       []event      // in order of stamps
	poses        series[[4]float64]
	openings     series[float64]
	thoughts     series[string]
	actions      series[[4]float64]
	sent         series[int64] // of actions: when published -> stamp
	grips        []event       // stamps are found when the episode is complete
	instructions []event       // in order of recording
	initial      int           // of instructions: how many came before the start
}

func newDemo(e Episode, start int64) *demo {
	d := &demo{Episode: e, start: start, end: math.MaxInt64}
	for i := range d.newest {
		d.newest[i] = math.MinInt64
	}
	return d
}

// covers tells whether e can belong to d by its stamp, and continues its topic.
func (d *demo) covers(e event) bool {
	return e.stamp >= d.start && e.stamp <= d.end && e.stamp > d.newest[e.kind]
}

// add keeps an event. It returns false for an image that does not come after the
// ones before it.
func (d *demo) add(e event) bool {
	fresh := e.stamp > d.newest[e.kind]
	d.newest[e.kind] = max(d.newest[e.kind], e.stamp)
	switch e.kind {
	case anImage:
		if !fresh {
			return false
		}
		d.images = append(d.images, e)
	case aPose:
		d.poses.add(e.stamp, e.numbers)
	case anOpening:
		d.openings.add(e.stamp, e.numbers[0])
	case aThought:
		d.thoughts.add(e.stamp, e.text)
	case anAction:
		d.actions.add(e.stamp, e.numbers)
		d.sent.add(e.published, e.stamp)
	case aGripper:
		d.grips = append(d.grips, e)
	case anInstruction:
		d.instructions = append(d.instructions, e)
	}
	return true
}

// instruction is what the robot was told when an image was published. held is
// what was last said before this episode.
//
// An instruction has no stamp, and another topic's messages may overtake it. So
// the only one of an episode counts for all of it, whether it was recorded before
// or after the start marker; changes on the way count from when they were sent.
func (d *demo) instruction(published int64, held string) string {
	if len(d.instructions) == 0 {
		return held
	}
	text := d.instructions[max(d.initial-1, 0)].text
	for _, i := range d.instructions[max(d.initial, 1):] {
		if i.published <= published {
			text = i.text
		}
	}
	return text
}

// lastInstruction is what holds after the episode.
func (d *demo) lastInstruction(held string) string {
	if n := len(d.instructions); n > 0 {
		return d.instructions[n-1].text
	}
	return held
}

// gripper is the commanded opening over time. Its messages have no stamp: each
// belongs to the action that was published nearest to it.
func (d *demo) gripper() (s series[float64]) {
	for _, g := range d.grips {
		s.add(d.sent.closest(g.published), g.numbers[0])
	}
	return s
}

// closest is the value of the point nearest to at; s is not empty.
func (s series[T]) closest(at int64) T {
	i := sort.Search(len(s), func(i int) bool { return s[i].at >= at })
	if i == len(s) || i > 0 && at-s[i-1].at <= s[i].at-at {
		i--
	}
	return s[i].value
}

// unusable says why the whole episode must be left out, "" if it need not.
func (d *demo) unusable(marked, keepFailed bool, held string) string {
	switch {
	case marked && !d.ended:
		return notEnded
	case marked && !d.success && !keepFailed:
		return failed
	case len(d.images) == 0:
		return noImages
	case len(d.actions) == 0:
		return noActions
	case d.lastInstruction(held) == "" && !slices.ContainsFunc(d.instructions, func(e event) bool { return e.text != "" }):
		return noInstruction
	}
	return ""
}
