package data

import (
	"fmt"
	"slices"
	"time"

	"hyt/msgs/hyt_msgs"
)

// early bounds the events that are kept between episodes.
const early = 256

// overtake bounds by how much, ns, an event that was recorded before a start
// marker may be later than it. Beyond that it is from before the clock was reset.
const overtake = int64(500 * time.Millisecond)

// cutter cuts one bag's events into episodes.
type cutter struct {
	config  *Config
	marked  bool // the bag has episode markers
	bagName string
	done    func(d *demo, held string)
	drop    func(reason string)

	current *demo
	held    string  // instruction in force before current
	between []event // since the last episode's end, the newest ones
	count   int     // of episodes in this bag
}

// take adds the next event in order of recording.
func (c *cutter) take(e event) {
	if c.marked {
		c.takeMarked(e)
	} else {
		c.takeUnmarked(e)
	}
}

// takeMarked cuts at markers. Different topics may overtake each other by a
// little, so that a marker is not exactly between its messages: an episode stays
// open after its end for what its stamps still cover, and starts with what came
// just before its start marker.
func (c *cutter) takeMarked(e event) {
	switch {
	case e.kind == aMarker && e.marker.Phase == hyt_msgs.Episode_START:
		c.start(e)
	case e.kind == aMarker:
		c.end(e)
	case c.current == nil || c.current.ended && !(e.kind.stamped() && c.current.covers(e)):
		c.keep(e)
	case e.kind.stamped() && e.stamp < c.current.start:
		// Late, and not of this episode.
	default:
		c.add(e)
	}
}

func (c *cutter) start(e event) {
	c.finish()
	m := e.marker
	c.current = newDemo(Episode{ID: m.Id, Bag: c.bagName, Task: m.Task, Split: m.Split, Seed: m.Seed}, e.stamp)
	if m.Id == "" {
		c.current.ID = c.nextID()
	}
	c.count++
	for _, b := range c.between {
		if !b.kind.stamped() || b.stamp >= e.stamp && b.stamp <= e.stamp+overtake {
			c.add(b)
		}
	}
	c.between = nil
	c.current.initial = len(c.current.instructions)
}

func (c *cutter) end(e event) {
	d := c.current
	if d == nil || d.ended || e.marker.Id != "" && e.marker.Id != d.ID {
		c.drop(fmt.Sprintf("%s: END marker without its START", c.config.Topics.Episode))
		c.between = slices.DeleteFunc(c.between, func(b event) bool { return b.kind.stamped() })
		return
	}
	d.ended, d.success = true, e.marker.Success
	if e.stamp >= d.start {
		d.end = e.stamp
	}
}

// keep remembers an event for the episode that may start next.
func (c *cutter) keep(e event) {
	if len(c.between) == early {
		c.between = append(c.between[:0], c.between[early/2:]...)
	}
	c.between = append(c.between, e)
}

// takeUnmarked cuts where the instruction changes, where images pause and where
// stamps jump back. No instruction, or "stop", is no episode.
func (c *cutter) takeUnmarked(e event) {
	switch {
	case e.kind == anInstruction:
		if e.text != c.held {
			c.finish()
			c.held = e.text
		}
		return
	case e.kind == anImage && c.current != nil:
		pause := e.stamp - c.current.newest[anImage]
		if pause <= 0 || pause > int64(c.config.EpisodeGap) {
			c.finish()
		}
	}
	if e.kind == anImage && c.current == nil && c.held != "" && c.held != "stop" {
		c.open(e.stamp)
	}
	if c.current != nil {
		c.add(e)
	}
	if e.kind != anImage {
		c.keep(e)
	}
}

// open starts an unmarked episode with the poses and thoughts just before it.
func (c *cutter) open(at int64) {
	gap := int64(c.config.EpisodeGap)
	c.current = newDemo(Episode{ID: c.nextID(), Bag: c.bagName}, at-gap)
	c.count++
	for _, b := range c.between {
		if b.kind != aGripper && b.stamp >= at-gap && b.stamp <= at+gap {
			c.add(b)
		}
	}
}

func (c *cutter) nextID() string { return fmt.Sprintf("%s#%d", c.bagName, c.count) }

func (c *cutter) add(e event) {
	if !c.current.add(e) {
		c.drop(c.config.Topics.Image + ": stamp does not advance")
	}
}

// finish hands the current episode over.
func (c *cutter) finish() {
	if c.current == nil {
		return
	}
	c.done(c.current, c.held)
	c.held = c.current.lastInstruction(c.held)
	c.current = nil
}
