// Package interop tries hyt's nodes with the commands of a real ROS 2: what a
// person would type against them, and what must come back. It holds tests only,
// built with the tag ros2; `make test-ros2` runs them on a sourced ROS 2, once with
// each driver.
package interop
