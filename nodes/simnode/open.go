package simnode

import (
	"fmt"

	"hyt/config"
	"hyt/gazebo/sim"
	"hyt/gazebo/simulators"
)

// Open starts the simulator that the configuration names.
func Open(c *config.Sim) (sim.Sim, error) {
	s, err := simulators.Open(c.Simulator, c.World, c.Cameras)
	if err != nil {
		return nil, fmt.Errorf("simulator: %w", err)
	}
	return s, nil
}
