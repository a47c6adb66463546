package bus

import (
	"fmt"
	"time"
)

// Reliability, Durability and History are the ROS 2 QoS policies of those names.
type (
	Reliability uint8
	Durability  uint8
	History     uint8
)

const (
	Reliable Reliability = iota
	BestEffort
)

const (
	Volatile Durability = iota
	TransientLocal
)

const (
	KeepLast History = iota
	KeepAll
)

// QoS is a ROS 2 quality-of-service profile. Zero durations mean "not set".
type QoS struct {
	Reliability Reliability
	Durability  Durability
	History     History
	Depth       int // samples kept; at least 1 for KeepLast
	Deadline    time.Duration
	Lifespan    time.Duration
}

// SensorData is rmw_qos_profile_sensor_data: best effort, keep last 5.
func SensorData() QoS { return QoS{Reliability: BestEffort, Depth: 5} }

// Default is rmw_qos_profile_default: reliable, volatile, keep last 10.
func Default() QoS { return QoS{Depth: 10} }

// Command is for actions to a robot: reliable, keep last 1. Never keep all on a
// control path: a stopped reader would block the writer.
func Command() QoS { return QoS{Depth: 1} }

// Latched is reliable, transient local, keep last depth: late joiners get the
// last samples.
func Latched(depth int) QoS { return QoS{Durability: TransientLocal, Depth: depth} }

// Check tells whether q can be asked for.
func (q QoS) Check() error {
	switch {
	case q.Reliability > BestEffort:
		return fmt.Errorf("QoS: reliability %d is not known", q.Reliability)
	case q.Durability > TransientLocal:
		return fmt.Errorf("QoS: durability %d is not known", q.Durability)
	case q.History > KeepAll:
		return fmt.Errorf("QoS: history %d is not known", q.History)
	case q.History == KeepLast && q.Depth < 1:
		return fmt.Errorf("QoS: keep last needs a depth of at least 1, not %d", q.Depth)
	case q.Deadline < 0 || q.Lifespan < 0:
		return fmt.Errorf("QoS: deadline %v and lifespan %v must not be negative", q.Deadline, q.Lifespan)
	}
	return nil
}

// Mismatch names the first policy with which an offer (the writer's QoS) falls
// short of a request (the reader's), or "" where the two match. These are the
// request/offered rules of DDS: an offer may be stronger, never weaker.
func Mismatch(offered, requested QoS) (policy string) {
	switch {
	case offered.Reliability == BestEffort && requested.Reliability == Reliable:
		return "reliability"
	case offered.Durability == Volatile && requested.Durability == TransientLocal:
		return "durability"
	case requested.Deadline > 0 && (offered.Deadline == 0 || offered.Deadline > requested.Deadline):
		return "deadline"
	}
	return ""
}
