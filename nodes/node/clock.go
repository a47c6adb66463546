package node

import (
	"sync/atomic"
	"time"

	"hyt/msgs/bus"
	"hyt/msgs/rosgraph_msgs"
)

// clock is the system's clock, or what /clock last said.
type clock struct {
	simulated bool
	nanos     atomic.Int64 // since 1970; 0 before the first /clock
}

func (c *clock) now() time.Time {
	if !c.simulated {
		return time.Now()
	}
	if ns := c.nanos.Load(); ns != 0 {
		return time.Unix(0, ns)
	}
	return time.Time{}
}

// startClock subscribes to /clock where the node lives by it.
func (n *Node) startClock(simulated bool) error {
	n.clock.simulated = simulated
	if !simulated {
		return nil
	}
	qos := bus.SensorData()
	qos.Depth = 1
	_, err := Subscribe(n, "/clock", qos, func(m *rosgraph_msgs.Clock) {
		n.clock.nanos.Store(m.Clock.AsTime().UnixNano())
	})
	return err
}
