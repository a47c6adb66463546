package handpose

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"hyt/calib/geom"
	"hyt/msgs/bus"
	"hyt/msgs/geometry_msgs"
	"hyt/msgs/tf2_msgs"
	"hyt/nodes/node"
)

const (
	// keepFor is how much of the hand's way is kept.
	keepFor = 5 * time.Second
	// widest is the longest time between two points between which the hand is taken to
	// have moved evenly.
	widest = 500 * time.Millisecond
	// nearby is how old or new a point on one side alone may be.
	nearby = 20 * time.Millisecond
)

// History is the hand's way over the last seconds. Its methods may be called from any
// goroutine.
type History struct {
	source Source

	mu    sync.Mutex
	track []Point       // by stamp
	fault error         // of the newest message
	came  chan struct{} // closed when the next point comes, and made anew
}

// Listen hears the hand's topic on a node, until the node is closed.
func Listen(n *node.Node, s Source) (*History, error) {
	h := &History{source: s, came: make(chan struct{})}
	f := NewFollower(s)
	if !s.isTF() {
		_, err := node.Subscribe(n, s.Topic, bus.SensorData(), func(m *geometry_msgs.PoseStamped) {
			h.add(f.Pose(m))
		})
		return h, err
	}
	var mu sync.Mutex // static and moving frames come on two goroutines
	hear := func(static bool) func(m *tf2_msgs.TFMessage) {
		return func(m *tf2_msgs.TFMessage) {
			mu.Lock()
			defer mu.Unlock()
			// What stands still has no time, or that when it was told.
			if p, ok, err := f.Transforms(m); ok && !static || err != nil {
				h.add(p, err)
			}
		}
	}
	_, moving := node.Subscribe(n, s.Topic, bus.QoS{Depth: 100}, hear(false))
	_, static := node.Subscribe(n, "/tf_static", bus.Latched(100), hear(true))
	return h, errors.Join(moving, static)
}

func (h *History) add(p Point, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.fault = err; err != nil {
		return
	}
	if n := len(h.track); n > 0 && h.track[n-1].Stamp.Sub(p.Stamp) > keepFor {
		h.track = h.track[:0] // the clock jumped back
	}
	// Points come in order but for rare ones.
	at, _ := slices.BinarySearchFunc(h.track, p.Stamp, Point.Compare)
	h.track = slices.Insert(h.track, at, p)
	if old := h.track[len(h.track)-1].Stamp.Add(-keepFor); h.track[0].Stamp.Before(old) {
		n, _ := slices.BinarySearchFunc(h.track, old, Point.Compare)
		h.track = h.track[n:] // moved to new memory now and then, not at each point
	}
	close(h.came)
	h.came = make(chan struct{})
}

// Track is a copy of the hand's way. The error is that of the newest message.
func (h *History) Track() ([]Point, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.track), h.fault
}

// Await waits until a point of the given time or later is there: true; or for that long,
// or until ctx is done.
func (h *History) Await(ctx context.Context, t time.Time, atMost time.Duration) bool {
	end := time.NewTimer(atMost)
	defer end.Stop()
	for {
		h.mu.Lock()
		there := len(h.track) > 0 && !h.track[len(h.track)-1].Stamp.Before(t)
		came := h.came
		h.mu.Unlock()
		if there {
			return true
		}
		select {
		case <-came:
		case <-end.C:
			return false
		case <-ctx.Done():
			return false
		}
	}
}

// At is where the hand was at a time, baseThand: between the points before and after.
// The error says that it is not known, and why.
func (h *History) At(t time.Time) (geom.Pose, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.fault != nil {
		return geom.Pose{}, fmt.Errorf("the hand's pose on %s: %w", h.source.Topic, h.fault)
	}
	if len(h.track) == 0 {
		return geom.Pose{}, h.silence()
	}
	next, _ := slices.BinarySearchFunc(h.track, t, Point.Compare)
	if next > 0 && next < len(h.track) {
		a, b := h.track[next-1], h.track[next]
		if gap := b.Stamp.Sub(a.Stamp); gap <= widest {
			return a.Pose.Toward(b.Pose, float64(t.Sub(a.Stamp))/float64(gap)), nil
		}
	}
	nearest := h.track[min(next, len(h.track)-1)]
	if next > 0 && t.Sub(h.track[next-1].Stamp) < nearest.Stamp.Sub(t).Abs() {
		nearest = h.track[next-1]
	}
	off := nearest.Stamp.Sub(t)
	if off.Abs() <= nearby {
		return nearest.Pose, nil
	}
	when := "before"
	if off > 0 {
		when = "after"
	}
	return geom.Pose{}, fmt.Errorf("the hand's pose when the image was taken is not known: the nearest on %s is from %v %s it", h.source.Topic, off.Abs().Round(time.Millisecond), when)
}

// silence says what does not come.
func (h *History) silence() error {
	if h.source.isTF() {
		return fmt.Errorf("%s has not connected frame %q with the hand's, %q, yet", h.source.Topic, h.source.Base, h.source.Hand)
	}
	return fmt.Errorf("no pose of the hand came on %s yet", h.source.Topic)
}
