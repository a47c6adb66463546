package node

import (
	"fmt"

	"hyt/config"
	"hyt/msgs/bus"
	"hyt/msgs/bus/dds"
	"hyt/msgs/bus/mem"
	"hyt/msgs/bus/rcl"
)

// OpenDriver connects the process to the middleware that c names. The domain is that
// of ROS_DOMAIN_ID; ROS_LOCALHOST_ONLY=1 keeps to this machine.
func OpenDriver(c config.Common) (bus.Driver, error) {
	name := c.Bus
	if name == "auto" {
		name = preferred
	}
	switch name {
	case "mem":
		return mem.Open(), nil
	case "dds":
		distro := c.RosDistro
		if distro == "auto" {
			distro = "" // the driver asks the environment
		}
		return dds.Open(dds.Options{Distro: distro})
	case "rcl":
		return rcl.Open(rcl.Options{})
	}
	return nil, fmt.Errorf("unknown middleware %q: parameter bus must be auto, dds, rcl or mem", c.Bus)
}
