//go:build ros2 && cgo

package rcl

// #include "shim.h"
import "C"

import (
	"fmt"
	"sync"

	"github.com/tiiuae/rclgo/pkg/rclgo"

	"hyt/msgs/bus"
)

type writer struct {
	node     *node
	topic    string
	entity   *rclgo.Publisher
	use      gate // held by what uses entity
	refusals refusals

	mu     sync.Mutex // guards joined
	joined []byte     // what is written in two pieces, as one
}

func (n *node) Advertise(topic, typeName string, qos bus.QoS) (bus.Writer, error) {
	if err := bus.CheckEndpoint(topic, typeName, qos); err != nil {
		return nil, err
	}
	if !n.use.enter() {
		return nil, bus.ErrClosed
	}
	defer n.use.leave()
	kind, err := messageType(typeName)
	if err != nil {
		return nil, fmt.Errorf("topic %s: %w", topic, err)
	}
	publisher, err := n.entity.NewPublisher(topic, kind, &rclgo.PublisherOptions{Qos: profile(qos)})
	if err != nil {
		return nil, rclError("write "+topic, err)
	}
	w := &writer{node: n, topic: topic, entity: publisher}
	w.refusals = newRefusals(func(e *C.rcl_event_t) C.bool { return C.hyt_watch_offers(e, w.c()) })
	n.adopt(w)
	return w, nil
}

func (w *writer) c() *C.rcl_publisher_t {
	return (*C.rcl_publisher_t)(entity(w.entity, "rcl_publisher_t"))
}

func (w *writer) Write(head, tail []byte) error {
	if err := bus.CheckCDR(head); err != nil {
		return err
	}
	if !w.use.enter() {
		return bus.ErrClosed
	}
	defer w.use.leave()
	if len(tail) > 0 {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.joined = append(append(w.joined[:0], head...), tail...)
		head = w.joined
	}
	if err := w.entity.PublishSerialized(head); err != nil {
		return rclError(fmt.Sprintf("write %d bytes on %s", len(head), w.topic), err)
	}
	return nil
}

func (w *writer) Matched() int {
	if !w.use.enter() {
		return 0
	}
	defer w.use.leave()
	n, err := w.entity.GetSubscriptionCount()
	if err != nil {
		return 0
	}
	return n
}

// IncompatibleQoS implements bus.Incompatible.
func (w *writer) IncompatibleQoS() (count int, policy string) {
	if !w.use.enter() {
		return 0, ""
	}
	defer w.use.leave()
	return w.refusals.read()
}

// AssertLiveliness implements bus.Asserter.
func (w *writer) AssertLiveliness() error {
	if !w.use.enter() {
		return bus.ErrClosed
	}
	defer w.use.leave()
	var why reason
	if !C.hyt_assert(w.c(), why.c()) {
		return fmt.Errorf("rcl: assert liveliness of %s: %s", w.topic, &why)
	}
	return nil
}

func (w *writer) Close() error {
	if !w.node.release(w) {
		return bus.ErrClosed
	}
	defer w.node.gone.Done()
	w.use.shut()
	w.refusals.close()
	return rclError("close writer of "+w.topic, w.entity.Close())
}
