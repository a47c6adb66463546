//go:build ros2

package node

// preferred is the middleware that auto stands for: in a build for a sourced ROS 2,
// whatever RMW that has.
const preferred = "rcl"
