package recorder

import (
	"fmt"
	"math"
	"strings"
	"time"

	"hyt/msgs/bus"
)

// OfferedQoS writes profiles as rosbag2 stores them with a topic, so that
// `ros2 bag play` publishes with them (rosbag2_transport qos.cpp, branch humble;
// the numbers are those of rmw/types.h).
func OfferedQoS(profiles ...bus.QoS) string {
	var b strings.Builder
	for _, q := range profiles {
		history, reliability, durability := 1, 1, 2 // keep last, reliable, volatile
		if q.History == bus.KeepAll {
			history = 2
		}
		if q.Reliability == bus.BestEffort {
			reliability = 2
		}
		if q.Durability == bus.TransientLocal {
			durability = 1
		}
		fmt.Fprintf(&b, "- history: %d\n  depth: %d\n  reliability: %d\n  durability: %d\n", history, q.Depth, reliability, durability)
		writePeriod(&b, "deadline", q.Deadline)
		writePeriod(&b, "lifespan", q.Lifespan)
		b.WriteString("  liveliness: 1\n") // automatic
		writePeriod(&b, "liveliness_lease_duration", 0)
		b.WriteString("  avoid_ros_namespace_conventions: false\n")
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// writePeriod writes a duration; 0 becomes RMW_DURATION_INFINITE.
func writePeriod(b *strings.Builder, name string, d time.Duration) {
	if d == 0 {
		d = math.MaxInt64
	}
	fmt.Fprintf(b, "  %s:\n    sec: %d\n    nsec: %d\n", name, d/time.Second, d%time.Second)
}
