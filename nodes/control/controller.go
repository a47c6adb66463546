package control

import (
	"errors"
	"fmt"
	"sync"
	"time"
)

// Settings of a Controller. Zero values of what is marked optional turn it off.
type Settings struct {
	Period       time.Duration // of the loop
	ImageTimeout time.Duration
	PoseTimeout  time.Duration // read only with a workspace
	Limits       Limits
	HasGripper   bool // the model moves one
	Chunking     Chunking

	// InstructionTimeout (optional): older than this, SawInstruction counts no more.
	InstructionTimeout time.Duration
	// DeadmanTimeout (optional): without a SawLife for so long, the robot holds.
	DeadmanTimeout time.Duration
	// Range (optional, by value): the largest size that a row's values can have. A
	// chunk with a larger one is no plan but a fault, and is dropped whole.
	Range Row
}

// Command is what is sent at one deadline.
type Command struct {
	Velocity   Vector  // m/s, rad/s, in base_link
	Gripper    float64 // target opening, 0 closed .. 1 open
	HasGripper bool    // false: nothing is known of the gripper, send none
	// Hold: the robot is to stand. Velocity is then zero; an output of positions stays
	// where an Anchor says.
	Hold   bool
	Reason Reason // of a hold; None also for the last command before silence
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
	heard       time.Time // the last sign of the instruction
	alive       time.Time // the last sign of life
	image       time.Time // stamp of the newest good image
	pose        time.Time
	position    [3]float64
	offered     Chunk  // waits for the next tick; no rows: none
	lack        Reason // what was wrong with the last chunk offered; None: nothing
	retasked    bool   // since the newest chunk
	plan        plan
	now         time.Time // of the last tick
	sent        Command
	standing    bool   // at the last tick
	reason      Reason // of the last armed tick
	counts      Counts
}

// NewController starts disarmed.
func NewController(s Settings) *Controller { return &Controller{settings: s, standing: true} }

// Tune changes the limits and the image timeout, from the next tick on. The workspace
// stays: it decides what the controller needs to know.
func (c *Controller) Tune(limits Limits, imageTimeout time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	limits.Workspace = c.settings.Limits.Workspace
	c.settings.Limits, c.settings.ImageTimeout = limits, imageTimeout
}

// TuneChunking changes how chunks become velocities, from the next tick on.
func (c *Controller) TuneChunking(how Chunking) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.settings.Chunking = how
}

// SetInstruction says whether there is something to do. Without, the robot holds and
// the plan is forgotten. An instruction, again or anew, ends ensembles: chunks for one
// task are not averaged with those for another.
func (c *Controller) SetInstruction(present bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.instruction = present
	if !present {
		c.forget()
	}
	c.retasked = true
}

// Forget drops the plan: what led to it is no longer so.
func (c *Controller) Forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.forget()
}

func (c *Controller) forget() {
	c.plan.clear()
	c.offered, c.lack = Chunk{}, None
}

// Arm lets commands out, or says why it does not.
func (c *Controller) Arm(now time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.stopped {
		return errors.New("not armed: the stop is latched; call ~/reset_stop first")
	}
	if c.settings.Limits.Workspace != nil && !fresh(c.pose, c.settings.PoseTimeout, now) {
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
	c.stopped = true
	c.forget()
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

// Tick decides what is sent at time now; send is false when nothing may be. It
// allocates nothing.
func (c *Controller) Tick(now time.Time) (cmd Command, send bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	// Stamps are of the wall clock: compare with nothing else.
	now = now.Round(0)
	last := c.now
	c.now = now
	c.counts.Ticks++
	if now.Before(last.Add(-c.settings.Period)) {
		c.counts.ClockJumps++
		c.forget() // its stamps are on a clock that is no more
		c.lack = ClockJumped
	}
	c.plan.gone.advance(now)
	c.adopt(now, last)
	cmd, send = c.decide(now)
	c.plan.gone.velocity = cmd.Velocity
	c.standing = cmd.Hold
	return cmd, send
}

func (c *Controller) decide(now time.Time) (cmd Command, send bool) {
	if !c.armed {
		send, c.farewell = c.farewell, false
		return c.hold(None), send
	}
	c.counts.Commands++
	if c.reason = c.obstacle(now); c.reason == None {
		c.reason = c.follow(now)
	}
	if c.reason != None {
		c.counts.Held[c.reason]++
		return c.hold(c.reason), true
	}
	return c.sent, true
}

// Farewell is the last command of a run: zero velocity if the robot may be moving.
func (c *Controller) Farewell() (cmd Command, send bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.disarm()
	send, c.farewell = c.farewell, false
	return c.hold(None), send
}

// obstacle is why no chunk may be followed, or None.
func (c *Controller) obstacle(now time.Time) Reason {
	s := &c.settings
	switch {
	case c.stopped:
		return Latched
	case s.DeadmanTimeout > 0 && !fresh(c.alive, s.DeadmanTimeout, now):
		return Deadman
	case !c.instruction:
		return NoInstruction
	case s.InstructionTimeout > 0 && !fresh(c.heard, s.InstructionTimeout, now):
		return InstructionStale
	case !fresh(c.image, s.ImageTimeout, now):
		return ImageStale
	case s.Limits.Workspace != nil && !fresh(c.pose, s.PoseTimeout, now):
		return PoseStale
	}
	return None
}

// follow limits the velocity that is planned for now and makes it the command sent,
// or says why there is none.
func (c *Controller) follow(now time.Time) Reason {
	if c.standing {
		c.plan.start(now, &c.settings.Chunking)
	}
	target, gripper, ok := c.plan.at(now, c.settings.Period, &c.settings.Chunking)
	switch {
	case !ok && c.lack != None:
		return c.lack
	case !ok && c.plan.n == 0:
		return NoChunk
	case !ok:
		return ChunkUsedUp
	}
	v := c.settings.Limits.apply(c.sent.Velocity, target, c.settings.Period.Seconds(), c.position)
	if !v.finite() { // a pose that is not a number gets here
		return NotFinite
	}
	c.sent.Velocity, c.sent.Hold, c.sent.Reason = v, false, None
	if c.settings.HasGripper {
		c.sent.Gripper, c.sent.HasGripper = clamp01(gripper), true
	}
	return None
}

// hold is zero velocity at once; the gripper keeps its last target.
func (c *Controller) hold(why Reason) Command {
	c.sent.Velocity, c.sent.Hold, c.sent.Reason = Vector{}, true, why
	return c.sent
}

func clamp01(x float64) float64 { return min(1, max(0, x)) }
