package data

import (
	"cmp"
	"fmt"
	"slices"

	"hyt/msgs/hyt_msgs"
	"hyt/trainer/contract"
)

// early bounds the events that are kept between episodes.
const early = 4096

// cutter cuts one bag's events into episodes. Topics overtake one another, so that a
// marker is not exactly between its messages: an episode starts with what came
// before its marker and is of its time, and stays open a while after it.
type cutter struct {
	contract *contract.Contract
	marked   bool // the bag has episode markers
	bagName  string
	done     func(d *demo, held told)
	drop     func(reason string)

	current *demo
	closing *demo // the one before, while late events may come
	held    told  // instruction in force before closing, or before current
	between []event
	recent  []event           // of current, the newest: what its END marker may find to be the next one's
	tracks  map[int]*lapTrack // by topic of the contract
	marker  lapTrack
	count   int // of episodes in this bag
	lastEnd bool
}

// take adds the next event in order of recording.
func (c *cutter) take(e event) {
	if c.closing != nil && e.published > c.current.published+late {
		c.finish(&c.closing)
	}
	if e.marker != nil {
		if c.marked {
			c.mark(e)
		}
		return
	}
	if e.stamped && !c.see(&e) {
		return
	}
	if c.marked {
		c.takeMarked(e)
	} else {
		c.takeUnmarked(e)
	}
}

// see follows the stamps of an event's topic. It is false for an event that cannot
// be used at all.
func (c *cutter) see(e *event) bool {
	t := c.tracks[e.source.index]
	if t == nil {
		t = &lapTrack{}
		c.tracks[e.source.index] = t
	}
	slack := slackBetween
	if c.current != nil && !c.current.ended {
		slack = slackWithin
	}
	if e.stamp < 0 || !t.see(e.stamp, int64(c.contract.Episodes.Longest), slack) {
		c.drop(e.source.recorded + ": absurd stamp")
		return false
	}
	if c.current != nil && e.published > c.current.published+late {
		t.behind = false // nothing is on its way for so long: its stamps simply go on
	}
	e.laps = t.laps
	if t.behind {
		if c.closing != nil && c.closing.covers(e.stamp) {
			c.addTo(c.closing, *e)
		}
		return false
	}
	return true
}

// takeMarked puts an event where its stamp and its topic's laps say.
func (c *cutter) takeMarked(e event) {
	d := c.current
	switch {
	case !e.stamped && (e.source.Role == contract.Instruction || e.source.Role == contract.Task):
		if d != nil && !d.ended {
			c.add(e)
		} else {
			c.keep(e)
		}
	case !e.stamped: // when it was published tells whose it is, see settle
		for _, one := range []*demo{c.closing, d} {
			if one != nil && (!one.ended || e.published < one.endPublished+late) {
				one.add(e)
			}
		}
		c.keep(e)
	case d == nil || e.laps > 0 || e.stamp > d.end:
		c.keep(e)
	case e.stamp >= d.start:
		c.add(e)
		if !d.ended {
			c.recent = append(newest(c.recent), e)
		}
	case c.closing != nil && c.closing.covers(e.stamp):
		c.addTo(c.closing, e)
	}
}

// mark starts or ends an episode.
func (c *cutter) mark(e event) {
	m := e.marker
	anew := c.marker.seen && (e.stamp < c.marker.last || e.stamp == c.marker.last && !c.lastEnd)
	c.marker.seen, c.marker.last = true, e.stamp
	c.lastEnd = m.Phase != hyt_msgs.Episode_START
	if !c.lastEnd {
		c.start(e, anew)
		return
	}
	d := c.current
	if d == nil || d.ended || m.Id != "" && m.Id != d.ID {
		c.drop(fmt.Sprintf("%s: END marker without its START", e.source.recorded))
		c.between = slices.DeleteFunc(c.between, func(b event) bool { return b.stamped && b.laps == 0 })
		return
	}
	d.ended, d.success, d.endPublished = true, m.Success, e.published
	if e.stamp >= d.start {
		d.end = e.stamp
	}
	for _, r := range c.recent { // they overtook the marker
		if r.stamp > d.end {
			c.keep(r)
		}
	}
	c.recent = nil
}

// start begins a marked episode with what came before its marker and is of its time.
func (c *cutter) start(e event, anew bool) {
	m := e.marker
	d := newDemo(Episode{ID: m.Id, Bag: c.bagName, Task: m.Task, Split: m.Split, Seed: m.Seed}, e.stamp, e.published)
	d.marked = true
	if m.Id == "" {
		d.ID = c.nextID()
	}
	c.open(d, func(b event) bool {
		return !b.stamped || b.stamp >= d.start && (!anew || b.laps > 0 && b.laps == c.tracks[b.source.index].laps)
	}, anew)
	c.between = nil
}

// open makes d the current episode, with the events kept so far that belong to it.
func (c *cutter) open(d *demo, belongs func(event) bool, anew bool) {
	c.count++
	c.finish(&c.closing)
	c.closing, c.current, c.recent = c.current, d, nil
	for _, b := range c.between {
		if belongs(b) {
			c.add(b)
		}
	}
	for _, t := range c.tracks {
		t.start(anew)
	}
	d.initial = len(d.instructions)
}

// keep remembers an event for the episode that may start next.
func (c *cutter) keep(e event) { c.between = append(newest(c.between), e) }

// newest bounds events that are kept: the older half goes.
func newest(events []event) []event {
	if len(events) < early {
		return events
	}
	return append(events[:0], events[early/2:]...)
}

// takeUnmarked cuts where the instruction changes, where images pause and where
// stamps begin anew. No instruction, or "stop", is no episode.
func (c *cutter) takeUnmarked(e event) {
	if e.source.Role == contract.Instruction {
		c.hear(e)
		return
	}
	first := e.frame != nil && e.source.camera == 0
	if first {
		if c.pace(e) {
			e.laps = 0 // its lap is that of the episode which starts with it
		}
		if c.current == nil {
			return
		}
	}
	if c.current != nil && e.laps == 0 && (!e.stamped || e.stamp >= c.current.start) {
		c.add(e)
	}
	if !first {
		c.keep(e)
	}
}

// hear ends an unmarked episode where its instruction changes.
func (c *cutter) hear(e event) {
	if c.contract.Episodes.Split == contract.ByGap {
		if c.current != nil {
			c.add(e)
		} else {
			c.held = told{e.text, e.published}
		}
		return
	}
	if e.text != c.held.text {
		c.finish(&c.current)
	}
	c.held = told{e.text, e.published}
}

// pace ends and starts unmarked episodes at the images of the first camera. It tells
// whether one starts with this image.
func (c *cutter) pace(e event) bool {
	if d := c.current; d != nil {
		pause := int64(0)
		if n := len(d.images); n > 0 {
			pause = e.stamp - d.images[n-1].stamp
		}
		switch {
		case e.laps > 0 || pause > int64(c.contract.Episodes.Gap) || e.stamp > d.start+int64(c.contract.Episodes.Longest):
			c.finish(&c.current)
		default:
			return false
		}
	}
	if c.contract.Episodes.Split != contract.ByGap && idle(cmp.Or(c.held.text, c.contract.Episodes.Instruction)) {
		return false
	}
	gap, anew := int64(c.contract.Episodes.Gap), e.laps > 0
	d := newDemo(Episode{ID: c.nextID(), Bag: c.bagName}, e.stamp-gap, e.published)
	c.open(d, func(b event) bool {
		return !b.stamped || b.stamp >= d.start && b.stamp <= e.stamp+gap && (!anew || b.laps > 0 && b.laps == c.tracks[b.source.index].laps)
	}, anew)
	return true
}

func (c *cutter) nextID() string { return fmt.Sprintf("%s#%d", c.bagName, c.count) }

func (c *cutter) add(e event) { c.addTo(c.current, e) }

func (c *cutter) addTo(d *demo, e event) {
	if e.stamped && e.stamp > d.start+2*int64(c.contract.Episodes.Longest) {
		d.tooLong = true // nothing more is kept, so that memory is bounded
		return
	}
	d.add(e)
}

// finish hands an episode over.
func (c *cutter) finish(d **demo) {
	if *d == nil {
		return
	}
	c.done(*d, c.held)
	if c.marked || c.contract.Episodes.Split == contract.ByGap {
		c.held = (*d).lastInstruction(c.held)
	}
	*d = nil
}

// end hands over what is left.
func (c *cutter) end() {
	c.finish(&c.closing)
	c.finish(&c.current)
}
