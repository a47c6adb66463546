package simnode

import (
	"fmt"

	"hyt/config"
	"hyt/gazebo/embedded"
	"hyt/gazebo/sim"
)

// Embedded opens the simulator that is part of this program.
func Embedded(c *config.Sim) (sim.Sim, error) {
	s, err := embedded.New(c.World)
	if err != nil {
		return nil, fmt.Errorf("simulator: %w", err)
	}
	return s, nil
}
