package policynode

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"hyt/config"
	"hyt/msgs/builtin_interfaces"
	"hyt/msgs/bus"
	"hyt/msgs/hyt_msgs"
	"hyt/msgs/std_msgs"
	"hyt/nodes/control"
	"hyt/nodes/meter"
	"hyt/nodes/node"
	"hyt/nodes/observe"
	"hyt/nodes/robotmsg"
	"hyt/policy"
	"hyt/policy/thought"
)

// planner runs the model on the newest image and hands its plans to the controller.
type planner struct {
	model      Model
	layout     control.Layout
	observer   *observe.Observer
	controller *control.Controller
	chunks     *bus.Publisher[*hyt_msgs.ActionChunk]
	thoughts   *bus.Publisher[*hyt_msgs.Thought] // what is thought on the way to a plan
	current    *bus.Publisher[*std_msgs.String]  // the instruction that holds now
	now        func() time.Time
	log        *slog.Logger
	period     atomic.Int64 // ns between plans, at least
	maxAge     atomic.Int64 // ns, of an image

	task     task
	ending   *ending
	thought  func(*hyt_msgs.Thought) // hears the same
	changing sync.Mutex              // one change after another, so that others hear the last one last
	changed  chan struct{}           // the task did; one token at most
	newest   atomic.Int64            // stamp of the first camera's newest good image, ns
	foresee  control.Foresight
	reserve  atomic.Int64 // ns that a new chunk should come before the old one ends

	images   atomic.Int64 // of the first camera that could be used
	arrivals meter.Meter  // of those images: time since their stamps
	acts     meter.Meter  // time from observation in to chunk out
	ages     meter.Meter  // of the observation when its plan is handed over

	mu     sync.Mutex
	fault  error       // of the last attempt; nil when it went well
	ran    policy.Mode // what the last plan was made by; "" before the first
	faults int64
	// Of the inference that runs; zero: none does.
	running time.Time // since, on the machine's clock
	on      time.Time // stamp of its image
}

// change applies a change of the task: the plan follows at once, not with the next
// image.
func (p *planner) change(apply func(*task)) {
	p.changing.Lock()
	defer p.changing.Unlock()
	before := p.task.get().instruction
	now := p.task.change(func(t *task) {
		apply(t)
		if t.instruction != before {
			t.since = p.now()
		}
	})
	p.controller.SetInstruction(!now.hold)
	if now.instruction != before {
		if err := p.current.Publish(&std_msgs.String{Data: now.instruction}); err != nil {
			p.log.Warn("the current instruction was not sent", "error", err)
		}
	}
	select {
	case p.changed <- struct{}{}:
	default:
	}
}

func (p *planner) setMode(name string) error {
	mode := policy.Mode(name)
	if err := p.model.Can(mode); err != nil {
		return err
	}
	p.change(func(t *task) { t.mode = mode })
	return nil
}

// retask is setMode where the mode is another one than now.
func (p *planner) retask(mode string) error {
	if string(p.task.get().mode) == mode {
		return nil
	}
	return p.setMode(mode)
}

// pace takes how often plans are made, and from how old images.
func (p *planner) pace(c *config.Policy) {
	p.period.Store(int64(config.Period(c.ReplanRate)))
	p.maxAge.Store(int64(config.Seconds(c.ImageTimeout)))
	p.reserve.Store(0)
	if c.Blending == control.BlendRealTime.String() {
		p.reserve.Store(int64(config.Seconds(c.Overlap)))
	}
}

// run plans until ctx is done.
func (p *planner) run(ctx context.Context) {
	var last attempt // that went well
	for {
		select {
		case <-ctx.Done():
			return
		case <-p.changed:
		case <-p.observer.Updated():
			if !p.due(last.began) {
				continue
			}
		}
		now := p.task.get()
		if now.hold {
			continue
		}
		obs, err := p.observer.Latest()
		if untimely := p.untimely(obs.Stamp); untimely != nil {
			err = untimely // and therefore perhaps without a pose
		}
		next := attempt{p.now(), now.epoch, obs.Stamp}
		if err == nil && next.epoch == last.epoch && next.image.Equal(last.image) {
			continue // nothing new: neither another task nor another image
		}
		if err == nil {
			err = node.Contain(func() error { return p.plan(ctx, now, obs) })
		}
		if err == nil {
			last = next
		}
		if ctx.Err() == nil {
			p.note(err)
		}
	}
}

// attempt is a plan that is made.
type attempt struct {
	began time.Time // on the node's clock
	epoch int64     // of the task
	image time.Time // its stamp
}

// due says whether the newest image shall be planned on: because it is time again, or
// because with the next one the plan would come too late.
func (p *planner) due(began time.Time) bool {
	// Images do not come to the microsecond: a quarter early is due too. A clock that was
	// set back says nothing.
	if passed := p.now().Sub(began); passed < 0 || passed >= time.Duration(p.period.Load())*3/4 {
		return true
	}
	end, planned := p.controller.PlanEnds()
	return planned && p.foresee.Due(time.Unix(0, p.newest.Load()), end, time.Duration(p.reserve.Load()))
}

// saw hears the stamps of images that can be planned on.
func (p *planner) saw(stamp time.Time) {
	p.images.Add(1)
	p.arrivals.Add(p.now().Sub(stamp))
	p.newest.Store(stamp.UnixNano())
	p.foresee.Saw(stamp)
}

// heard takes a thought about the frame of that time. It counts for the present
// instruction if the frame came after that.
func (p *planner) heard(t thought.Thought, stamp time.Time) {
	now := p.task.get()
	if now.hold || stamp.Before(now.since) {
		return
	}
	p.ending.saw(t.Done(), now.since)
	p.model.Heard(t, now.instruction, stamp)
}

// plan makes one plan and hands it over.
func (p *planner) plan(ctx context.Context, asked snapshot, obs policy.Observation) error {
	began := time.Now()
	chunk, err := p.infer(ctx, asked, obs, began)
	if err != nil {
		return err
	}
	p.acts.Add(time.Since(began))
	rows, err := p.layout.Rows(chunk.Actions)
	if err != nil {
		return err
	}
	if p.task.get().epoch != asked.epoch {
		return nil // planned for what was asked before
	}
	if err := p.controller.Offer(control.Chunk{Stamp: chunk.Stamp, Period: chunk.Period, Rows: rows}); err != nil {
		return err
	}
	p.did(chunk.Mode)
	if err := p.hear(chunk, asked.since); err != nil {
		return err
	}
	age := p.now().Sub(obs.Stamp)
	p.ages.Add(age)
	p.foresee.Took(age)
	return p.chunks.Publish(p.message(chunk))
}

// infer runs the model, and tells meanwhile that it does.
func (p *planner) infer(ctx context.Context, asked snapshot, obs policy.Observation, began time.Time) (policy.Chunk, error) {
	p.busy(began, obs.Stamp)
	defer p.busy(time.Time{}, time.Time{})
	return p.model.Plan(ctx, asked.mode, obs, asked.text)
}

// untimely says why an image of that time is not planned on, or nil.
func (p *planner) untimely(stamp time.Time) error {
	age, most := p.now().Sub(stamp), time.Duration(p.maxAge.Load())
	switch {
	case stamp.IsZero(): // there is none yet
		return nil
	case age > most:
		return fmt.Errorf("the newest image is %v old", age.Round(time.Millisecond))
	case age < -most:
		return fmt.Errorf("the newest image is stamped %v in the future: do camera and policy have the same clock?", (-age).Round(time.Millisecond))
	}
	return nil
}

// did notes what a plan was made by: for guided and auto it is another mode.
func (p *planner) did(m policy.Mode) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ran = m
}

// lastRan is what the last plan was made by.
func (p *planner) lastRan() policy.Mode {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.ran
}

// busy notes the inference that runs: since when, and on the image of which time.
func (p *planner) busy(since, stamp time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.running, p.on = since, stamp
}

// soFar is for how long the present inference has run, and its image's age; 0: none runs.
func (p *planner) soFar() (inference, latency time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.running.IsZero() {
		return 0, 0
	}
	return time.Since(p.running), max(0, p.now().Sub(p.on))
}

// hear takes what the chunk, and the thought before it, say besides the motion: whether
// the task is done, and what is told on ~/thought and to goals.
func (p *planner) hear(c policy.Chunk, since time.Time) error {
	if done, says := p.layout.Done(c.Actions); says {
		p.ending.saw(done, since)
	}
	if c.Mode != policy.Think {
		return nil
	}
	t, err := thought.Parse(c.Thought)
	if err != nil || len(t.Fields()) == 0 {
		return nil
	}
	m := robotmsg.Thought(t)
	m.Header.Stamp, m.Source, m.Latency = builtin_interfaces.FromTime(c.Stamp), hyt_msgs.Thought_MODEL, c.Latency.Seconds()
	p.thought(m)
	p.ending.saw(t.Done(), since)
	return p.thoughts.Publish(m)
}

func (p *planner) message(c policy.Chunk) *hyt_msgs.ActionChunk {
	m := &hyt_msgs.ActionChunk{
		ObservationStamp: builtin_interfaces.FromTime(c.Stamp),
		Mode:             string(c.Mode), Names: c.Names, Units: p.model.Spec().Action.Units,
		Period: c.Period.Seconds(), InferenceLatency: c.Latency.Seconds(), ModelSha256: p.model.SHA256(),
	}
	m.Header.Stamp = builtin_interfaces.FromTime(p.now())
	for _, row := range c.Actions {
		m.Actions = append(m.Actions, row...)
	}
	return m
}

// outcome is how many attempts failed so far, and what was wrong with the last one; nil
// when that went well.
func (p *planner) outcome() (faults int64, fault error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.faults, p.fault
}

// note keeps the outcome for diagnostics and logs what is new.
func (p *planner) note(err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if err != nil {
		p.faults++
		if p.fault == nil || p.fault.Error() != err.Error() {
			p.log.Warn("no plan", "why", err)
		}
	}
	p.fault = err
}
