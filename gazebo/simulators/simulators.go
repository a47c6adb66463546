// Package simulators opens the simulators that this program can start itself, by name.
package simulators

import (
	"fmt"
	"strings"

	"hyt/gazebo/classic"
	"hyt/gazebo/embedded"
	"hyt/gazebo/sim"
)

// The simulators' names, as parameters, flags and scenarios have them.
const (
	Embedded = "embedded" // of this program, in Go
	Classic  = "classic"  // Gazebo 11, a process for each
)

// Names lists them.
func Names() []string { return []string{Embedded, Classic} }

// Available says why a simulator cannot be used on this machine, nil when it can.
func Available(name string) error {
	switch name {
	case Embedded:
		return nil
	case Classic:
		return classic.Available()
	}
	return unknown(name)
}

// Open starts a simulator of a world. cameras are those that will be asked for pictures;
// none given: sim.Overhead.
func Open(name, world string, cameras []string) (sim.Sim, error) {
	switch name {
	case Embedded:
		s, err := embedded.New(world)
		if err != nil { // not a nil pointer of some type
			return nil, err
		}
		return s, nil
	case Classic:
		s, err := classic.New(world, classic.Options{Cameras: cameras})
		if err != nil {
			return nil, err
		}
		return s, nil
	}
	return nil, unknown(name)
}

func unknown(name string) error {
	return fmt.Errorf("no simulator %q: choose from %s", name, strings.Join(Names(), ", "))
}
