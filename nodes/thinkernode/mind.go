package thinkernode

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"hyt/config"
	"hyt/msgs/bus"
	"hyt/msgs/hyt_msgs"
	"hyt/nodes/engines"
	"hyt/nodes/meter"
	"hyt/nodes/node"
	"hyt/nodes/observe"
	"hyt/policy"
	"hyt/thinker"
)

// mind is the configured node: it thinks at a steady rate while it runs. Run owns it
// but for what mu guards.
type mind struct {
	config   *config.Thinker // what it was configured with
	handle   *engines.Handle
	engine   *policy.Engine
	thinker  *thinker.Thinker
	observer *observe.Observer
	thoughts *bus.Publisher[*hyt_msgs.Thought]
	overlay  *overlay
	places   *places // nil: the camera's place is not known
	now      func() time.Time
	log      *slog.Logger
	changed  chan struct{} // the instruction did; one token at most
	paced    chan struct{} // the rate did; one token at most
	period   atomic.Int64  // ns between thoughts, at least
	maxAge   atomic.Int64  // ns, of an image

	thinking meter.Meter // time per thought
	last     time.Time   // stamp of the frame that was thought about last

	mu          sync.Mutex
	instruction string
	latest      outcome
	shared      int // thoughts about frames of the policy
	failures    int
}

// outcome is the last thing that run did, for diagnostics.
type outcome struct {
	result   thinker.Result
	target   spot
	frameAge time.Duration // when its thought was published
	at       time.Time     // when that was; zero before the first
	fault    error         // of the last attempt; nil when it went well
	idle     bool          // there is nothing to think about
}

func (m *mind) instructed(text string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if text == m.instruction {
		return
	}
	m.instruction = text
	select {
	case m.changed <- struct{}{}:
	default:
	}
}

// Run implements node.Instance: it thinks at once about a new instruction, and then at
// the configured rate.
func (m *mind) Run(ctx context.Context) error {
	ticker := time.NewTicker(time.Duration(m.period.Load()))
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-m.paced:
			ticker.Reset(time.Duration(m.period.Load()))
			continue
		case <-m.changed:
		case <-ticker.C:
		}
		m.step(ctx)
	}
}

// Close implements node.Instance.
func (m *mind) Close() error { return m.handle.Close() }

// Tune implements node.Tunable.
func (m *mind) Tune(c config.Config) error {
	t, ok := c.(*config.Thinker)
	if !ok {
		return fmt.Errorf("configuration of a %s given to a thinker", c.Kind())
	}
	m.pace(t)
	return nil
}

// pace takes how often thoughts are made, and from how old images.
func (m *mind) pace(c *config.Thinker) {
	m.maxAge.Store(int64(config.Seconds(c.ImageTimeout)))
	period := int64(config.Period(c.ThoughtRate))
	if m.period.Swap(period) == period {
		return
	}
	select {
	case m.paced <- struct{}{}:
	default:
	}
}

// step makes one thought, if there is something to think about.
func (m *mind) step(ctx context.Context) {
	m.mu.Lock()
	instruction := m.instruction
	m.mu.Unlock()
	if observe.MeansHold(instruction) {
		m.note(func() { m.latest.idle, m.latest.fault = true, nil })
		return
	}
	err := node.Contain(func() error { return m.attend(ctx, instruction) })
	if ctx.Err() != nil {
		return
	}
	m.note(func() {
		m.latest.idle = false
		if err != nil {
			m.failures++
			if m.latest.fault == nil || m.latest.fault.Error() != err.Error() {
				m.log.Warn("no thought", "why", err)
			}
		}
		m.latest.fault = err
	})
}

// attend thinks about a frame.
func (m *mind) attend(ctx context.Context, instruction string) error {
	frame, err := m.frame(ctx)
	if err != nil {
		return err
	}
	defer frame.Release()
	return m.think(ctx, frame, instruction)
}

// frame is one that no thought was about: the policy's newest, or else one that is
// read for this. The caller releases it.
func (m *mind) frame(ctx context.Context) (*policy.Frame, error) {
	maxAge := time.Duration(m.maxAge.Load())
	if f := m.engine.Latest(); f != nil {
		if f.Stamp.After(m.last) && m.now().Sub(f.Stamp) <= maxAge {
			m.note(func() { m.shared++ })
			return f, nil
		}
		f.Release()
	}
	obs, err := m.observer.Latest()
	if err != nil {
		return nil, err
	}
	if age := m.now().Sub(obs.Stamp); age > maxAge {
		return nil, fmt.Errorf("the newest image is %v old", age.Round(time.Millisecond))
	}
	if !obs.Stamp.After(m.last) {
		return nil, fmt.Errorf("no new image since the last thought")
	}
	return m.engine.Prefill(ctx, obs)
}

func (m *mind) think(ctx context.Context, f *policy.Frame, instruction string) error {
	m.last = f.Stamp
	r, err := m.thinker.Think(ctx, f, instruction)
	if err != nil {
		return err
	}
	m.thinking.Add(r.Latency)
	age := m.now().Sub(f.Stamp)
	told := errors.Join(m.thoughts.Publish(message(r, f.Stamp, age)), m.overlay.show(r, instruction, f.Stamp))
	target := m.places.find(ctx, r.Thought, f.Stamp)
	m.note(func() {
		m.latest.result, m.latest.target, m.latest.frameAge, m.latest.at = r, target, age, m.now()
	})
	return errors.Join(told, m.places.show(target, f.Stamp))
}

func (m *mind) note(f func()) {
	m.mu.Lock()
	defer m.mu.Unlock()
	f()
}
