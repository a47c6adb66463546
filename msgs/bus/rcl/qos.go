//go:build ros2 && cgo

package rcl

// #include "shim.h"
import "C"

import (
	"github.com/tiiuae/rclgo/pkg/rclgo"

	"hyt/msgs/bus"
)

// profile maps a bus.QoS to ROS 2's. Zero durations mean "not set" in both.
func profile(q bus.QoS) rclgo.QosProfile {
	p := rclgo.QosProfile{
		History:                 rclgo.HistoryKeepLast,
		Depth:                   q.Depth,
		Reliability:             rclgo.ReliabilityReliable,
		Durability:              rclgo.DurabilityVolatile,
		Deadline:                q.Deadline,
		Lifespan:                q.Lifespan,
		Liveliness:              rclgo.LivelinessAutomatic,
		LivelinessLeaseDuration: q.LivelinessLease,
	}
	if q.History == bus.KeepAll {
		p.History = rclgo.HistoryKeepAll
	}
	if q.Reliability == bus.BestEffort {
		p.Reliability = rclgo.ReliabilityBestEffort
	}
	if q.Durability == bus.TransientLocal {
		p.Durability = rclgo.DurabilityTransientLocal
	}
	if q.Liveliness == bus.ManualByTopic {
		p.Liveliness = rclgo.LivelinessManualByTopic
	}
	return p
}

// serviceProfile is for both sides of a service. ROS 2 keeps 10; the depth is not
// part of matching, and a deeper history loses no call of a burst.
func serviceProfile() rclgo.QosProfile { return profile(bus.QoS{Depth: 1000}) }

// refusals counts the peers that were refused because of QoS. It is used under
// the gate of its endpoint.
type refusals struct {
	event *C.rcl_event_t // allocated alone: C may see no Go pointer beside it
	known bool           // false where the RMW does not tell
}

func newRefusals(watch func(*C.rcl_event_t) C.bool) refusals {
	r := refusals{event: new(C.rcl_event_t)}
	r.known = bool(watch(r.event))
	return r
}

// read returns how many there were, and the policy that last did it, in the words
// of bus.Mismatch.
func (r *refusals) read() (count int, policy string) {
	var total C.int32_t
	var last C.int
	if !r.known || !bool(C.hyt_refusals(r.event, &total, &last)) {
		return 0, ""
	}
	return int(total), policyName(last)
}

func (r *refusals) close() {
	if r.known {
		C.hyt_unwatch(r.event)
	}
}

func policyName(kind C.int) string {
	switch kind {
	case C.RMW_QOS_POLICY_DURABILITY:
		return "durability"
	case C.RMW_QOS_POLICY_DEADLINE:
		return "deadline"
	case C.RMW_QOS_POLICY_RELIABILITY:
		return "reliability"
	case C.RMW_QOS_POLICY_LIVELINESS, C.RMW_QOS_POLICY_LIVELINESS_LEASE_DURATION:
		return "liveliness"
	case C.RMW_QOS_POLICY_INVALID, 0:
		return ""
	}
	return "another policy"
}
