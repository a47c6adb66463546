//go:build ros2 && cgo

package rcl

// Where ROS 2 Humble installs itself, as in rclgo. For another distribution or
// prefix the environment variables CGO_CFLAGS and CGO_LDFLAGS must name the
// folders; `make test-ros2` sets both from the sourced workspace.

/*
#cgo CFLAGS: -std=gnu11
#cgo CFLAGS: -I/opt/ros/humble/include/rcl -I/opt/ros/humble/include/rcl_yaml_param_parser
#cgo CFLAGS: -I/opt/ros/humble/include/rmw -I/opt/ros/humble/include/rcutils
#cgo CFLAGS: -I/opt/ros/humble/include/rosidl_runtime_c -I/opt/ros/humble/include/rosidl_typesupport_interface
#cgo LDFLAGS: -L/opt/ros/humble/lib -lrcl -lrmw -lrmw_implementation -lrcutils -ldl
*/
import "C"
