package node

import (
	"context"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"hyt/msgs/bus"
	"hyt/msgs/rosgraph_msgs"
)

// clock is the system's clock, or what /clock last said.
type clock struct {
	simulated atomic.Bool
	nanos     atomic.Int64 // since 1970; 0 before the first /clock

	mu     sync.Mutex
	source io.Closer // subscription to /clock; nil: none

	waiting sync.Mutex
	moved   chan struct{} // closed at the next change; nil: nobody waits for it
}

func (c *clock) now() time.Time {
	if !c.simulated.Load() {
		return time.Now()
	}
	if ns := c.nanos.Load(); ns != 0 {
		return time.Unix(0, ns)
	}
	return time.Time{}
}

// change returns a channel that is closed when the clock changes next.
func (c *clock) change() <-chan struct{} {
	c.waiting.Lock()
	defer c.waiting.Unlock()
	if c.moved == nil {
		c.moved = make(chan struct{})
	}
	return c.moved
}

// wake lets those go on who wait for a change.
func (c *clock) wake() {
	c.waiting.Lock()
	defer c.waiting.Unlock()
	if c.moved != nil {
		close(c.moved)
		c.moved = nil
	}
}

func (c *clock) close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.source == nil {
		return nil
	}
	err := c.source.Close()
	c.source = nil
	return err
}

// UseSimTime makes /clock the node's clock, or the system's again. Between the change
// and the first /clock the time is zero.
func (n *Node) UseSimTime(simulated bool) error {
	if !simulated {
		n.clock.simulated.Store(false)
		n.clock.wake()
		return n.clock.close()
	}
	n.clock.mu.Lock()
	defer n.clock.mu.Unlock()
	if n.clock.source != nil {
		return nil
	}
	full, err := n.Topic("/clock")
	if err != nil {
		return err
	}
	qos := bus.SensorData()
	qos.Depth = 1
	source, err := bus.Subscribe(n.bus, full, qos, func(m *rosgraph_msgs.Clock, _ bus.Sample) {
		n.clock.nanos.Store(m.Clock.AsTime().UnixNano())
		n.clock.wake()
	}, n.complainer("dropped a message"))
	if err != nil {
		return err
	}
	n.clock.nanos.Store(0)
	n.clock.source = source
	n.clock.simulated.Store(true)
	n.clock.wake()
	return nil
}

// Simulated says whether /clock is the node's clock.
func (n *Node) Simulated() bool { return n.clock.simulated.Load() }

// Await waits until /clock says at least until, or less than last (it was set back), and
// returns what it says. It returns the zero time when ctx is done, and when the system's
// clock is the node's.
func (n *Node) Await(ctx context.Context, last, until time.Time) time.Time {
	for {
		change := n.clock.change() // before looking, so that none is overlooked
		if !n.Simulated() {
			return time.Time{}
		}
		if now := n.Now(); !now.IsZero() && (!now.Before(until) || now.Before(last)) {
			return now
		}
		select {
		case <-change:
		case <-ctx.Done():
			return time.Time{}
		}
	}
}
