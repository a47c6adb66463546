package lockstep

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"sync"
	"time"

	"hyt/msgs/bus"
	"hyt/msgs/diagnostic_msgs"
	"hyt/msgs/geometry_msgs"
	"hyt/msgs/hyt_msgs"
	"hyt/msgs/std_msgs"
	"hyt/nodes/node"
)

// again is how long an answer may take, on the machine's clock, before the question is
// repeated: sensor data may be lost on a network.
const again = 500 * time.Millisecond

// inbox is what the policy has said. Its handlers run on the subscriptions' goroutines.
type inbox struct {
	changed chan struct{} // one token at most: something came

	mu          sync.Mutex
	spoke       time.Time // stamp of the newest action
	action      geometry_msgs.Twist
	gripper     float64
	gripped     bool          // gripper was told
	chunks      map[int64]int // by the stamp of their image, ns
	latency     []time.Duration
	thought     string // its latest on the way to a chunk; "": there was none
	instruction string // that holds now, as the node says
	mute        bool   // it does not say so
	trouble     string // what diagnostics say is wrong; "": nothing
}

func newInbox() *inbox {
	return &inbox{changed: make(chan struct{}, 1), chunks: map[int64]int{}}
}

// reset forgets: a new episode begins.
func (b *inbox) reset() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.spoke, b.gripped, b.latency, b.thought, b.instruction, b.trouble = time.Time{}, false, nil, "", "", ""
	clear(b.chunks)
}

// listen subscribes to what the policy says.
func (b *inbox) listen(n *node.Node, policy string) error {
	return errors.Join(
		subscribe(n, b, "action", bus.Command(), func(m *geometry_msgs.TwistStamped) {
			b.spoke, b.action = m.Header.Stamp.AsTime(), m.Twist
		}),
		subscribe(n, b, "gripper", bus.Command(), func(m *std_msgs.Float64) { b.gripper, b.gripped = m.Data, true }),
		subscribe(n, b, policy+"/chunk", bus.QoS{Depth: 10}, func(m *hyt_msgs.ActionChunk) {
			b.chunks[m.ObservationStamp.AsTime().UnixNano()]++
			b.latency = append(b.latency, time.Duration(m.InferenceLatency*float64(time.Second)))
		}),
		subscribe(n, b, policy+"/thought", bus.QoS{Depth: 10}, func(m *hyt_msgs.Thought) { b.thought = m.Text }),
		subscribe(n, b, "current_instruction", bus.Latched(1), func(m *std_msgs.String) { b.instruction = m.Data }),
		subscribe(n, b, "/diagnostics", bus.Default(), b.diagnosed),
	)
}

func subscribe[T any, M bus.Pointer[T]](n *node.Node, b *inbox, topic string, qos bus.QoS, take func(M)) error {
	_, err := node.Subscribe(n, topic, qos, func(m M) {
		b.mu.Lock()
		take(m)
		b.mu.Unlock()
		select {
		case b.changed <- struct{}{}:
		default:
		}
	})
	return err
}

// diagnosed keeps the worst that the node says of itself. b.mu is held.
func (b *inbox) diagnosed(m *diagnostic_msgs.DiagnosticArray) {
	for _, s := range m.Status {
		if s.Level >= byte(node.Error) {
			b.trouble = s.Name + ": " + s.Message
		}
	}
}

// wait waits until there is what there must be, which it asks with b.mu held, and does
// something again now and then. It ends with ctx and with alive,
// which is done when the policy node is.
func (b *inbox) wait(ctx context.Context, alive context.Context, resend func() error, there func() bool) error {
	held := func() bool { b.mu.Lock(); defer b.mu.Unlock(); return there() }
	if held() {
		return nil
	}
	repeat := time.NewTimer(again)
	defer repeat.Stop()
	for {
		select {
		case <-b.changed:
			if held() {
				return nil
			}
		case <-repeat.C:
			if resend != nil {
				if err := resend(); err != nil {
					return err
				}
			}
			repeat.Reset(again)
		case <-alive.Done():
			return fmt.Errorf("the policy node ended: %w", context.Cause(alive))
		case <-ctx.Done():
			b.mu.Lock()
			defer b.mu.Unlock()
			if b.trouble != "" {
				return fmt.Errorf("%w; %s", context.Cause(ctx), b.trouble)
			}
			return context.Cause(ctx)
		}
	}
}

// command is the newest.
func (b *inbox) command() (geometry_msgs.Twist, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	t := b.action
	for _, v := range []float64{t.Linear.X, t.Linear.Y, t.Linear.Z, t.Angular.Z, b.gripper} {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return t, fmt.Errorf("the policy commanded %v, gripper %v: not finite numbers", t, b.gripper)
		}
	}
	return t, nil
}

// opening is the gripper's target; not told: there was none.
func (b *inbox) opening() (target float64, told bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return min(1, max(0, b.gripper)), b.gripped
}

func (b *inbox) thinks() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.thought
}

func (b *inbox) latencies() []time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.latency)
}
