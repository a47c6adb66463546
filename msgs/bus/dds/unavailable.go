//go:build !cgo || nodds

package dds

import (
	"fmt"

	"hyt/msgs/bus"
)

// Open fails: this program was built without Cyclone DDS.
func Open(Options) (bus.Driver, error) {
	return nil, fmt.Errorf("dds: %w: built without Cyclone DDS; install cyclonedds-dev and build with CGO_ENABLED=1 and without the tag nodds, or choose the driver mem", bus.ErrUnavailable)
}
