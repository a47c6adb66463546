//go:build ros2 && cgo

package rcl

// #include "shim.h"
import "C"

import (
	"fmt"
	"time"
	"unsafe"

	"github.com/tiiuae/rclgo/pkg/rclgo"

	"hyt/msgs/bus"
)

type reader struct {
	node     *node
	topic    string
	entity   *rclgo.Subscription
	use      gate // held by what uses entity, but for the spinner
	refusals refusals
	spin     *spinner
	handler  func(bus.Sample)

	// Used by the spinner only.
	buffer C.rmw_serialized_message_t
	origin C.struct_hyt_origin
}

func (n *node) Subscribe(topic, typeName string, qos bus.QoS, handler func(bus.Sample)) (bus.Reader, error) {
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
	r := &reader{node: n, topic: topic, handler: handler, buffer: C.hyt_buffer()}
	r.entity, err = n.entity.NewSubscription(topic, kind, &rclgo.SubscriptionOptions{Qos: profile(qos)},
		func(*rclgo.Subscription) { r.take() })
	if err != nil {
		return nil, rclError("read "+topic, err)
	}
	r.spin, err = newSpinner(n.driver.context, func(set *rclgo.WaitSet) { set.AddSubscriptions(r.entity) })
	if err != nil {
		r.entity.Close()
		return nil, rclError("wait for "+topic, err)
	}
	r.refusals = newRefusals(func(e *C.rcl_event_t) C.bool { return C.hyt_watch_requests(e, r.c()) })
	r.spin.start()
	n.adopt(r)
	return r, nil
}

func (r *reader) c() *C.rcl_subscription_t {
	return (*C.rcl_subscription_t)(entity(r.entity, "rcl_subscription_t"))
}

// take handles what has come. That nothing is there after all (the writer has
// gone: SubscriptionTakeFailed) is no fault.
func (r *reader) take() {
	for !r.spin.stopping() && bool(C.hyt_take_serialized(r.c(), &r.buffer, &r.origin)) {
		r.handler(bus.Sample{
			// Safe: C memory that stays as it is until the next take, and handlers do
			// not keep or change it.
			Data:      unsafe.Slice((*byte)(r.buffer.buffer), int(r.buffer.buffer_length)),
			Published: stamp(int64(r.origin.published)),
			Writer:    *(*[16]byte)(unsafe.Pointer(&r.origin.writer)),
		})
	}
}

// stamp is zero where the RMW does not tell.
func stamp(ns int64) time.Time {
	if ns <= 0 {
		return time.Time{}
	}
	return time.Unix(0, ns)
}

func (r *reader) Matched() int {
	if !r.use.enter() {
		return 0
	}
	defer r.use.leave()
	n, err := r.entity.GetPublisherCount()
	if err != nil {
		return 0
	}
	return n
}

// IncompatibleQoS implements bus.Incompatible.
func (r *reader) IncompatibleQoS() (count int, policy string) {
	if !r.use.enter() {
		return 0, ""
	}
	defer r.use.leave()
	return r.refusals.read()
}

func (r *reader) Close() error {
	if !r.node.release(r) {
		return bus.ErrClosed
	}
	defer r.node.gone.Done()
	r.spin.close()
	r.use.shut()
	r.refusals.close()
	C.hyt_free_buffer(&r.buffer)
	return rclError("close reader of "+r.topic, r.entity.Close())
}
