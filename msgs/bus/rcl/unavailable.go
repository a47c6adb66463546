//go:build !ros2 || !cgo

package rcl

import (
	"fmt"

	"hyt/msgs/bus"
)

// Open fails: this program was built without ROS 2.
func Open(Options) (bus.Driver, error) {
	return nil, fmt.Errorf("rcl: %w: built without ROS 2; source a ROS 2 and build with CGO_ENABLED=1 and -tags ros2, or choose the driver dds, which needs none", bus.ErrUnavailable)
}
