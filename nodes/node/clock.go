package node

import (
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
	}, n.complainer("dropped a message"))
	if err != nil {
		return err
	}
	n.clock.nanos.Store(0)
	n.clock.source = source
	n.clock.simulated.Store(true)
	return nil
}
