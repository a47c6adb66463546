//go:build cgo && !nodds

package dds

/*
#include <stdlib.h>
#include "shim.h"
*/
import "C"

import (
	"time"
	"unsafe"

	"hyt/msgs/bus"
)

// profile is a bus.QoS with what only DDS knows.
type profile struct {
	bus.QoS
	userData    string // told to everybody who discovers the endpoint
	ignoreLocal bool   // do not hear our own participant
}

// serviceQoS is for both sides of a service. ROS 2 keeps 10; the depth is not
// part of matching, and a deeper history loses no call of a burst.
func serviceQoS(userData string) profile {
	return profile{QoS: bus.QoS{Depth: 1000}, userData: userData}
}

// writeSlice is how long one attempt of a keep-all write may block. ROS 2 waits for
// ever; we try again for ever instead, because Cyclone cannot delete a writer while
// a write on it blocks.
const writeSlice = 50 * time.Millisecond

// newC makes the DDS QoS, in the mapping of rmw_cyclonedds; the caller frees it
// with dds_delete_qos.
func (p profile) newC() *C.dds_qos_t {
	q := C.dds_create_qos()
	switch {
	case p.Reliability == bus.BestEffort:
		C.dds_qset_reliability(q, C.DDS_RELIABILITY_BEST_EFFORT, 0)
	case p.History == bus.KeepAll:
		C.dds_qset_reliability(q, C.DDS_RELIABILITY_RELIABLE, C.dds_duration_t(writeSlice))
	default: // Cyclone blocks no keep-last writer
		C.dds_qset_reliability(q, C.DDS_RELIABILITY_RELIABLE, C.DDS_INFINITY)
	}
	history, depth := C.dds_history_kind_t(C.DDS_HISTORY_KEEP_LAST), C.int32_t(p.Depth)
	if p.History == bus.KeepAll {
		history, depth = C.DDS_HISTORY_KEEP_ALL, C.DDS_LENGTH_UNLIMITED
	}
	C.dds_qset_history(q, history, depth)
	if p.Durability == bus.TransientLocal {
		C.dds_qset_durability(q, C.DDS_DURABILITY_TRANSIENT_LOCAL)
		// What a late joiner gets is bounded by the durability service's history.
		C.dds_qset_durability_service(q, 0, history, depth,
			C.DDS_LENGTH_UNLIMITED, C.DDS_LENGTH_UNLIMITED, C.DDS_LENGTH_UNLIMITED)
	} else {
		C.dds_qset_durability(q, C.DDS_DURABILITY_VOLATILE)
	}
	liveliness := C.dds_liveliness_kind_t(C.DDS_LIVELINESS_AUTOMATIC)
	if p.Liveliness == bus.ManualByTopic {
		liveliness = C.DDS_LIVELINESS_MANUAL_BY_TOPIC
	}
	C.dds_qset_liveliness(q, liveliness, duration(p.LivelinessLease))
	C.dds_qset_deadline(q, duration(p.Deadline))
	C.dds_qset_lifespan(q, duration(p.Lifespan))
	C.dds_qset_writer_data_lifecycle(q, false) // a writer that goes does not take its samples along
	setUserData(q, p.userData)
	if p.ignoreLocal {
		C.dds_qset_ignorelocal(q, C.DDS_IGNORELOCAL_PARTICIPANT)
	}
	return q
}

func setUserData(q *C.dds_qos_t, data string) {
	text := C.CString(data)
	C.dds_qset_userdata(q, unsafe.Pointer(text), C.size_t(len(data))) // copies
	C.free(unsafe.Pointer(text))
}

// duration maps "not set" to DDS's infinite.
func duration(d time.Duration) C.dds_duration_t {
	if d == 0 {
		return C.DDS_INFINITY
	}
	return C.dds_duration_t(d)
}

// policyName names the QoS policies that can keep two endpoints apart, in the
// words of bus.Mismatch.
func policyName(id C.uint32_t) string {
	switch id {
	case C.DDS_DURABILITY_QOS_POLICY_ID:
		return "durability"
	case C.DDS_DEADLINE_QOS_POLICY_ID:
		return "deadline"
	case C.DDS_RELIABILITY_QOS_POLICY_ID:
		return "reliability"
	case C.DDS_LIVELINESS_QOS_POLICY_ID:
		return "liveliness"
	case C.DDS_OWNERSHIP_QOS_POLICY_ID:
		return "ownership"
	case C.DDS_PARTITION_QOS_POLICY_ID:
		return "partition"
	case C.DDS_INVALID_QOS_POLICY_ID:
		return ""
	}
	return "another policy"
}
