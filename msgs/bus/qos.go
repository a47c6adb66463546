package bus

import (
	"fmt"
	"math"
	"time"
)

// Reliability, Durability, History and Liveliness are the ROS 2 QoS policies of
// those names. The zero values are those of rmw_qos_profile_default.
type (
	Reliability uint8
	Durability  uint8
	History     uint8
	Liveliness  uint8
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

const (
	// Automatic: a writer counts as alive as long as its process does.
	Automatic Liveliness = iota
	// ManualByTopic: a writer counts as alive for one lease after each Write and
	// each AssertLiveliness.
	ManualByTopic
)

// QoS is a ROS 2 quality-of-service profile. Zero durations mean "not set".
type QoS struct {
	Reliability Reliability
	Durability  Durability
	History     History
	Depth       int           // samples kept; at least 1 for KeepLast
	Deadline    time.Duration // the longest time between two samples
	Lifespan    time.Duration // how long after its writing a sample may be delivered
	Liveliness  Liveliness
	// LivelinessLease is after how long of silence a writer counts as dead.
	LivelinessLease time.Duration
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
	case q.Depth > math.MaxInt32:
		return fmt.Errorf("QoS: depth %d is more than %d", q.Depth, math.MaxInt32)
	case q.Liveliness > ManualByTopic:
		return fmt.Errorf("QoS: liveliness %d is not known", q.Liveliness)
	case q.Deadline < 0 || q.Lifespan < 0 || q.LivelinessLease < 0:
		return fmt.Errorf("QoS: deadline %v, lifespan %v and liveliness lease %v must not be negative", q.Deadline, q.Lifespan, q.LivelinessLease)
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
	case longer(offered.Deadline, requested.Deadline):
		return "deadline"
	case offered.Liveliness < requested.Liveliness || longer(offered.LivelinessLease, requested.LivelinessLease):
		return "liveliness"
	}
	return ""
}

// longer compares two times of which 0 means "not set", which is longest.
func longer(offered, requested time.Duration) bool {
	return requested > 0 && (offered == 0 || offered > requested)
}
