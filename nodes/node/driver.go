package node

import (
	"fmt"

	"hyt/msgs/bus"
	"hyt/msgs/bus/dds"
	"hyt/msgs/bus/mem"
)

// OpenDriver connects the process to a middleware by its name: "mem" or "dds". The
// domain is that of ROS_DOMAIN_ID; ROS_LOCALHOST_ONLY=1 keeps to this machine.
func OpenDriver(name string) (bus.Driver, error) {
	switch name {
	case "mem":
		return mem.Open(), nil
	case "dds":
		return dds.Open(dds.Options{})
	}
	return nil, fmt.Errorf("unknown middleware %q: parameter bus must be dds or mem", name)
}
