// Package dds is the bus over Eclipse Cyclone DDS: a ROS 2 participant on the
// wire (as rmw_cyclonedds of ROS 2 Humble speaks), without ROS 2 installed.
//
// It is built with cgo where the library is installed (Debian: cyclonedds-dev).
// With the build tag nodds, or without cgo, Open returns an error that says so.
//
// # Shape
//
// One driver is one Cyclone domain with one participant; its nodes are lists of
// endpoints that the participant announces on ros_discovery_info. Samples are
// opaque bytes to Cyclone (serdata.c), joined once, on the C side, when written,
// and read in place when taken.
//
// Goroutines: one for each subscription, server and client, which waits in Go's
// network poller for an eventfd that a Cyclone listener writes, takes samples and
// calls the handler; for each driver, one of that kind reads ros_discovery_info
// and one passes on changes of matches. No C code calls Go. Each of them ends
// with the Close of what it belongs to.
//
// Lock order: driver.mu, then outlet.mu. Handlers run with no lock held.
//
// # What a user may meet
//
// DDS rounds a sample up to a multiple of four bytes: readers may see up to three
// zero bytes that were not written. CDR decoders do not mind.
package dds

import "time"

// Options say which DDS domain to join and how. The zero value does what ROS 2
// does by default.
type Options struct {
	// Domain is the ROS domain id, 0 to 232. Nil: the environment variable
	// ROS_DOMAIN_ID, or else 0.
	Domain *int
	// Loopback keeps all traffic on this machine. It is also on when the
	// environment variable ROS_LOCALHOST_ONLY is 1.
	Loopback bool
	// Lease is after how long of silence others take this process for dead; zero
	// means Cyclone's default of 10 s. Shorter finds a crash sooner and takes a
	// stalled process for dead sooner.
	Lease time.Duration
}
