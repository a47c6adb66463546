//go:build !ros2

package node

// preferred is the middleware that auto stands for.
const preferred = "dds"
