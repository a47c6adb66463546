// Package dds is the bus over Eclipse Cyclone DDS: a ROS 2 participant on the
// wire, as rmw_cyclonedds speaks, without ROS 2 installed. Humble and its
// successors differ a little (release.go); ROS_DISTRO or Options.Distro chooses.
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
// # Configuration
//
// Cyclone reads ours first and the user's CYCLONEDDS_URI after it, so that the
// user's wins.
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
	// Loopback keeps all traffic on this machine: its network is the loopback
	// interface alone. Otherwise the environment says how far the driver looks:
	// ROS_LOCALHOST_ONLY, or ROS_AUTOMATIC_DISCOVERY_RANGE (OFF, LOCALHOST, SUBNET,
	// SYSTEM_DEFAULT) and ROS_STATIC_PEERS (hosts with semicolons between), in the
	// way that ROS 2 reads them.
	Loopback bool
	// Distro is the ROS 2 release whose nodes we meet: "humble", "iron", "jazzy",
	// "kilted" or "rolling". Empty: the environment variable ROS_DISTRO, or else
	// "humble".
	Distro string
	// Lease is after how long of silence others take this process for dead; zero
	// means Cyclone's default of 10 s. Shorter finds a crash sooner and takes a
	// stalled process for dead sooner.
	Lease time.Duration
}
