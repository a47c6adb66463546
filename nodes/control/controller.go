package control

import (
	"errors"
	"fmt"
	"sync"
	"time"
)

// Settings of a Controller.
type Settings struct {
	Period       time.Duration // of the loop
	ImageTimeout time.Duration
	PoseTimeout  time.Duration // read only with a workspace
	Limits       Limits
	HasGripper   bool // the model moves one
}

// Command is what is sent at one deadline.
type Command struct {
	Velocity   Vector  // m/s, rad/s, in base_link
	Gripper    float64 // target opening, 0 closed .. 1 open
	HasGripper bool    // false: nothing is known of the gripper, send none
}

// Controller decides what is sent. Its methods may be called from any goroutine;
// times are on the node's clock.
type Controller struct {
	mu          sync.Mutex
	settings    Settings
	armed       bool
	stopped     bool
	farewell    bool // one zero command is due after disarming
	instruction bool
	image       time.Time // stamp of the newest good image
	pose        time.Time
	position    [3]float64
	chunk       *Chunk // the newest; its rows are not modified
	sent        Command
	reason      Reason // of the last armed tick
	counts      Counts
}

// Counts are totals since the start.
type Counts struct {
	Ticks         int64          // deadlines met
	Commands      int64          // sent, holds included
	Held          [reasons]int64 // ticks by reason; None is unused
	Chunks        int64          // taken
	DroppedChunks int64          // with a non-finite value
}

// HeldBy is how many ticks were held for a reason.
func (c Counts) HeldBy(r Reason) int64 { return c.Held[r] }

// NewController starts disarmed.
func NewController(s Settings) *Controller { return &Controller{settings: s} }

// Tune changes the limits and the image timeout, from the next tick on. The workspace
// stays: it decides what the controller needs to know.
func (c *Controller) Tune(limits Limits, imageTimeout time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	limits.Workspace = c.settings.Limits.Workspace
	c.settings.Limits, c.settings.ImageTimeout = limits, imageTimeout
}

// Offer hands over a new plan; it replaces the one before. The rows must not be
// modified afterwards. A chunk with a non-finite value is dropped whole.
func (c *Controller) Offer(chunk Chunk) error {
	if len(chunk.Rows) == 0 || chunk.Period <= 0 {
		return errors.New("chunk has no rows or no period")
	}
	finite := chunk.finite()
	c.mu.Lock()
	defer c.mu.Unlock()
	if !finite {
		c.counts.DroppedChunks++
		return errors.New("chunk holds a value that is not a finite number; it was dropped")
	}
	if c.chunk != nil && chunk.Stamp.Before(c.chunk.Stamp) {
		return nil // overtaken by a newer observation
	}
	c.chunk = &chunk
	c.counts.Chunks++
	return nil
}

// SawImage tells the stamp of an image that could be used.
func (c *Controller) SawImage(stamp time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.image = stamp
}

// SawPose tells the measured position of the end effector in base_link, metres.
func (c *Controller) SawPose(stamp time.Time, position [3]float64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.pose, c.position = stamp, position
}

// SetInstruction says whether there is something to do. Without, the robot holds
// and the plan is forgotten.
func (c *Controller) SetInstruction(present bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.instruction = present
	if !present {
		c.chunk = nil
	}
}

// Forget drops the plan: what led to it is no longer so.
func (c *Controller) Forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.chunk = nil
}

// Arm lets commands out, or says why it does not.
func (c *Controller) Arm(now time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.stopped {
		return errors.New("not armed: the stop is latched; call ~/reset_stop first")
	}
	if c.settings.Limits.Workspace != nil && !c.fresh(c.pose, c.settings.PoseTimeout, now) {
		return fmt.Errorf("not armed: workspace limits need the end effector's pose, and no ee_pose came in the last %v; "+
			"start its source, or set workspace_min and workspace_max to [] to go without limits", c.settings.PoseTimeout)
	}
	c.armed = true
	return nil
}

// Disarm ends commands. One zero command follows if any was sent.
func (c *Controller) Disarm() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.disarm()
}

func (c *Controller) disarm() {
	c.farewell = c.farewell || c.armed
	c.armed, c.reason = false, None
}

// Stop latches a stop.
func (c *Controller) Stop() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.stopped, c.chunk = true, nil
}

// ResetStop ends a stop. The controller is then disarmed: moving again takes a
// second decision.
func (c *Controller) ResetStop() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.stopped {
		c.stopped = false
		c.disarm()
	}
}

// Tick decides what is sent at time now; send is false when nothing may be.
func (c *Controller) Tick(now time.Time) (cmd Command, send bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.counts.Ticks++
	if !c.armed {
		send, c.farewell = c.farewell, false
		return c.hold(), send
	}
	c.counts.Commands++
	row, reason := c.plan(now)
	if reason == None {
		reason = c.follow(row)
	}
	c.reason = reason
	if reason != None {
		c.counts.Held[reason]++
		return c.hold(), true
	}
	return c.sent, true
}

// Farewell is the last command of a run: zero velocity if the robot may be moving.
func (c *Controller) Farewell() (cmd Command, send bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.disarm()
	send, c.farewell = c.farewell, false
	return c.hold(), send
}

// plan is the row for now, or why there is none.
func (c *Controller) plan(now time.Time) (Row, Reason) {
	switch {
	case c.stopped:
		return Row{}, Latched
	case !c.instruction:
		return Row{}, NoInstruction
	case !c.fresh(c.image, c.settings.ImageTimeout, now):
		return Row{}, ImageStale
	case c.settings.Limits.Workspace != nil && !c.fresh(c.pose, c.settings.PoseTimeout, now):
		return Row{}, PoseStale
	case c.chunk == nil:
		return Row{}, NoChunk
	}
	row, ok := c.chunk.at(now)
	if !ok {
		return Row{}, ChunkUsedUp
	}
	return row, None
}

// follow limits the row's velocity and makes it the command sent.
func (c *Controller) follow(row Row) Reason {
	target := row.Motion.scaled(1 / c.chunk.Period.Seconds())
	v := c.settings.Limits.apply(c.sent.Velocity, target, c.settings.Period.Seconds(), c.position)
	if !v.finite() { // a pose that is not a number gets here
		return NotFinite
	}
	c.sent.Velocity = v
	if c.settings.HasGripper {
		c.sent.Gripper, c.sent.HasGripper = clamp01(row.Gripper), true
	}
	return None
}

// hold is zero velocity at once; the gripper keeps its last target.
func (c *Controller) hold() Command {
	c.sent.Velocity = Vector{}
	return c.sent
}

func (c *Controller) fresh(stamp time.Time, timeout time.Duration, now time.Time) bool {
	age := now.Sub(stamp)
	return !stamp.IsZero() && age <= timeout && age >= -timeout
}

func clamp01(x float64) float64 { return min(1, max(0, x)) }
