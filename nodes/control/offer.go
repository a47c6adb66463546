package control

import (
	"errors"
	"fmt"
	"math"
	"time"
)

// Offer hands over a new plan, which counts from the next tick on. The rows must not
// be modified afterwards. A chunk with a value that is not finite, or outside the
// settings' Range, is dropped whole.
func (c *Controller) Offer(chunk Chunk) error {
	if len(chunk.Rows) == 0 || chunk.Period <= 0 {
		return errors.New("chunk has no rows or no period")
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if !chunk.finite() {
		c.counts.DroppedChunks++
		c.refuse(ChunkNotFinite)
		return errors.New("chunk holds a value that is not a finite number; it was dropped")
	}
	if k, ok := chunk.within(c.settings.Range); !ok {
		c.refuse(ChunkOutOfRange)
		return fmt.Errorf("row %d of the chunk, %v, is larger than %v, which is the most that the model can mean; the chunk was dropped",
			k, chunk.Rows[k], c.settings.Range)
	}
	chunk.Stamp = chunk.Stamp.Round(0)
	if !chunk.Stamp.Before(c.offered.Stamp) || len(c.offered.Rows) == 0 {
		c.offered = chunk
	}
	return nil
}

func (c *Controller) refuse(why Reason) {
	c.lack = why
	c.counts.Refused[why]++
}

// adopt takes the offered chunk into the plan, at a tick: only there is it known what
// time it is and what was sent last.
func (c *Controller) adopt(now, last time.Time) {
	chunk := c.offered
	c.offered = Chunk{}
	if len(chunk.Rows) == 0 {
		return
	}
	newest := c.plan.newest()
	switch {
	case chunk.Stamp.After(now.Add(chunk.Period)):
		c.refuse(ChunkFromFuture)
		return
	case newest != nil && chunk.Stamp.Before(newest.Stamp):
		return // overtaken by a newer observation
	case !now.Before(chunk.end()):
		c.refuse(ChunkLate)
		return
	}
	if c.retasked && c.settings.Chunking.Blending == BlendEnsemble {
		c.plan.clear() // nothing to average with
	}
	c.plan.add(chunk, last)
	c.lack, c.retasked = None, false
	c.counts.Chunks++
}

// SawImage tells the stamp of an image that could be used. One that was overtaken
// does not make the newest older.
func (c *Controller) SawImage(stamp time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	stamp = stamp.Round(0)
	if c.overtaken(stamp, c.image, c.settings.ImageTimeout) {
		c.counts.ImagesOutOfOrder++
		return
	}
	c.image = stamp
}

// SawPose tells the measured position of the end effector in base_link, metres.
func (c *Controller) SawPose(stamp time.Time, position [3]float64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	stamp = stamp.Round(0)
	if !c.overtaken(stamp, c.pose, c.settings.PoseTimeout) {
		c.pose, c.position = stamp, position
	}
}

// SawInstruction tells that the instruction was given at a time, for the first time
// or again. It is read only with an InstructionTimeout.
func (c *Controller) SawInstruction(at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.heard = at.Round(0)
}

// SawLife tells that the person or program that must stay alive was so at a time. It
// is read only with a DeadmanTimeout.
func (c *Controller) SawLife(at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.alive = at.Round(0)
}

// overtaken says whether something newer than stamp came before it. A newest from
// the future does not count: the clock was set back since.
func (c *Controller) overtaken(stamp, newest time.Time, timeout time.Duration) bool {
	return stamp.Before(newest) && !newest.After(c.now.Add(timeout))
}

func fresh(stamp time.Time, timeout time.Duration, now time.Time) bool {
	age := now.Sub(stamp)
	return !stamp.IsZero() && age <= timeout && age >= -timeout
}

// within says whether every value is at most as large as most has it; where not, k
// is the first row that is larger. Zero in most: anything goes.
func (c *Chunk) within(most Row) (k int, ok bool) {
	larger := func(x, most float64) bool { return most > 0 && math.Abs(x) > most }
	for k, row := range c.Rows {
		for i, x := range row.Motion {
			if larger(x, most.Motion[i]) {
				return k, false
			}
		}
		if larger(row.Gripper, most.Gripper) {
			return k, false
		}
	}
	return 0, true
}
