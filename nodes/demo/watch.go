package demo

import (
	"encoding/json"
	"errors"
	"maps"
	"strconv"
	"sync"
	"time"

	"hyt/gazebo/sim"
	"hyt/msgs/bus"
	"hyt/msgs/diagnostic_msgs"
	"hyt/msgs/geometry_msgs"
	"hyt/msgs/hyt_msgs"
	"hyt/msgs/sensor_msgs"
	"hyt/msgs/std_msgs"
	"hyt/nodes/node"
)

// outcome is what the simulator says of the present episode.
type outcome struct {
	Task        string  `json:"task"`
	Seed        int64   `json:"seed"`
	Instruction string  `json:"instruction"`
	Verdict     string  `json:"verdict"` // running, success or failure
	TimeS       float64 `json:"time_s"`
	LimitS      float64 `json:"limit_s"`
}

// watcher listens to the system from outside, as a user's own node would. All
// that the demo reports was measured here, at a separate subscriber, or read from
// /diagnostics.
type watcher struct {
	actions  *periods
	yard     *periods // of the bare ticker
	thoughts *periods

	mu      sync.Mutex
	thought string
	since   time.Time // older thoughts are of the scene before
	outcome outcome
	figures map[string]string // of /diagnostics, newest
	film    func(sim.Frame, string)
}

// pause is the least silence that separates two runs of commands.
const pause = 500 * time.Millisecond

func newWatcher(n *node.Node) (*watcher, error) {
	w := &watcher{
		actions: newPeriods(pause), yard: newPeriods(pause), thoughts: newPeriods(10 * time.Second),
		figures: map[string]string{},
	}
	return w, errors.Join(
		subscribe(n, "action", bus.Command(), func(*geometry_msgs.TwistStamped) { w.actions.mark(time.Now()) }),
		subscribe(n, tickerTopic, bus.Command(), func(*geometry_msgs.TwistStamped) { w.yard.mark(time.Now()) }),
		subscribe(n, "thought", bus.Latched(1), w.onThought),
		subscribe(n, "/diagnostics", bus.Default(), w.onDiagnostics),
		subscribe(n, "/sim/outcome", bus.Latched(1), w.onOutcome),
		subscribe(n, "/sim/view", bus.SensorData(), w.onView),
	)
}

func subscribe[T any, M bus.Pointer[T]](n *node.Node, topic string, qos bus.QoS, handler func(M)) error {
	_, err := node.Subscribe(n, topic, qos, handler)
	return err
}

func (w *watcher) onThought(m *hyt_msgs.Thought) {
	w.thoughts.mark(time.Now())
	w.mu.Lock()
	defer w.mu.Unlock()
	if m.Header.Stamp.AsTime().After(w.since) {
		w.thought = m.Text
	}
}

func (w *watcher) onOutcome(m *std_msgs.String) {
	var o outcome
	if json.Unmarshal([]byte(m.Data), &o) != nil {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.outcome = o
}

func (w *watcher) onDiagnostics(m *diagnostic_msgs.DiagnosticArray) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, s := range m.Status {
		for _, kv := range s.Values {
			w.figures[kv.Key] = kv.Value
		}
	}
}

func (w *watcher) onView(m *sensor_msgs.Image) {
	if m.Encoding != "rgb8" || len(m.Data) != int(m.Height*m.Width*3) {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.film != nil {
		w.film(sim.Frame{Width: int(m.Width), Height: int(m.Height), RGB: m.Data}, w.thought)
	}
}

// filming sends every picture from now on to film, which runs in the subscription's
// goroutine and must copy the frame; nil ends it.
func (w *watcher) filming(film func(f sim.Frame, thought string)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.film = film
}

// now is the latest thought and outcome.
func (w *watcher) now() (string, outcome) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.thought, w.outcome
}

// forget drops the last episode's thought, and what is still on its way of it.
func (w *watcher) forget() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.thought, w.since = "", time.Now()
}

// figure is a number that a node reported on /diagnostics, 0 if none did.
func (w *watcher) figure(key string) float64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	v, _ := strconv.ParseFloat(w.figures[key], 64)
	return v
}

// allFigures is a copy of everything that /diagnostics said last.
func (w *watcher) allFigures() map[string]string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return maps.Clone(w.figures)
}
