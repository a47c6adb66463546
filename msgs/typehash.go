package msgs

import (
	"strings"

	"hyt/msgs/rosidl"
)

// TypeHash is the RIHS01 hash of a message type ("sensor_msgs/msg/Image",
// "std_srvs/srv/SetBool_Request") or of a service as a whole
// ("std_srvs/srv/SetBool"): what ROS 2 Iron and later tell their peers of each
// endpoint (REP-2011, REP-2016). The error says that hyt does not define the type.
func TypeHash(typeName string) (string, error) {
	m, err := describable(typeName)
	if err != nil {
		return "", err
	}
	return rosidl.TypeHash(m, describable)
}

// describable is find, and makes what no interface file defines: a service as a
// whole, and its events.
func describable(typeName string) (*rosidl.Message, error) {
	base, isEvent := strings.CutSuffix(typeName, "_Event")
	parts := strings.Split(base, "/")
	if len(parts) != 3 || parts[1] != "srv" || strings.Contains(parts[2], "_") {
		m, _, err := find(typeName)
		return m, err
	}
	if _, _, err := find(base + "_Request"); err != nil {
		return nil, err
	}
	service, event := rosidl.ServiceType(parts[0], parts[2])
	if isEvent {
		return event, nil
	}
	return service, nil
}
