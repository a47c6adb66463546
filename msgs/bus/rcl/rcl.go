// Package rcl is the bus over rclgo, ROS 2's client library for Go: it speaks
// through whichever RMW the sourced ROS 2 has (RMW_IMPLEMENTATION).
//
// It is built with the tag ros2 on a machine with a sourced ROS 2. Without the
// tag, Open returns an error that says so. Domain, discovery range and RMW are
// those of ROS 2's environment variables.
//
// # Shape
//
// One driver is one rcl context. rclgo owns context, nodes, publishers,
// subscriptions, services, clients and wait sets. Where it has no call for what
// the bus promises, the rcl entity that it owns is asked directly (shim.h):
// whose sample it is, refusals because of QoS, whether a service is there,
// liveliness.
//
// Topics carry CDR as it is, with type supports that are loaded when first
// needed. Services of rcl are typed: see typedcdr.go for how CDR passes through.
//
// Goroutines: each subscription, server and client has a wait set and a goroutine
// of its own, so that endpoints can come and go while others wait, which one
// rclgo wait set for all does not allow. It costs an operating system thread
// each, asleep in rcl_wait. It ends with the Close of what it belongs to.
//
// Lock order: node and driver share driver.mu; an endpoint's gate is taken
// without it. Handlers run with no lock held.
//
// # What a user may meet
//
// The types used must be built for ROS 2 and sourced (hyt_msgs in this
// repository's msgs folder). Close waits for a Write under way, which with a
// keep-all history may wait for a reader that does not answer.
package rcl

// Options say which DDS domain to join. The zero value does what ROS 2 does by
// default.
type Options struct {
	// Domain is the ROS domain id. Nil: the environment variable ROS_DOMAIN_ID, or
	// else 0.
	Domain *int
}
