package observe

import (
	"strings"
	"sync"
	"time"

	"hyt/msgs/bus"
	"hyt/msgs/std_msgs"
	"hyt/nodes/node"
)

// hearing takes the samples of one topic from two subscriptions.
type hearing struct {
	heard func(text string)

	mu     sync.Mutex
	any    bool
	text   string                 // the latest
	latest map[[16]byte]time.Time // by writer: when its last sample was written
}

// Hear subscribes to a std_msgs/String topic twice, volatile and transient local.
// A volatile subscription hears every publisher but not what was said before; a
// transient-local one hears what was said before but only from publishers that
// keep it. What comes twice is taken once. heard is called for each text, without
// the white space round it and with U+FFFD for what is not UTF-8, one at a time.
func Hear(n *node.Node, topic string, heard func(text string)) error {
	h := &hearing{heard: heard, latest: map[[16]byte]time.Time{}}
	for _, qos := range []bus.QoS{bus.Default(), bus.Latched(1)} {
		if _, err := node.SubscribeSamples(n, topic, qos, h.sample); err != nil {
			return err
		}
	}
	return nil
}

func (h *hearing) sample(m *std_msgs.String, s bus.Sample) {
	h.mu.Lock()
	defer h.mu.Unlock()
	text := strings.TrimSpace(strings.ToValidUTF8(m.Data, "\uFFFD"))
	if !h.isNew(text, s) {
		return
	}
	h.any, h.text = true, text
	h.heard(text)
}

// isNew needs h.mu.
func (h *hearing) isNew(text string, s bus.Sample) bool {
	if s.Published.IsZero() { // the driver cannot tell samples apart: texts must do
		return !h.any || text != h.text
	}
	last, known := h.latest[s.Writer]
	if known && (s.Published.Before(last) || s.Published.Equal(last) && text == h.text) {
		return false
	}
	h.latest[s.Writer] = s.Published
	return true
}

// MeansHold tells whether an instruction asks for nothing.
func MeansHold(instruction string) bool {
	return instruction == "" || strings.EqualFold(instruction, "stop")
}
