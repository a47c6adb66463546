package node

import (
	"math/rand/v2"
	"os"
	"strconv"
)

// Isolate keeps this process, and those that it starts, off the user's own robots:
// the middleware speaks on loopback only, in a domain of its own unless
// ROS_DOMAIN_ID is set. For programs that command simulated robots. Call it before
// OpenDriver.
func Isolate() error {
	if os.Getenv("ROS_DOMAIN_ID") == "" {
		if err := os.Setenv("ROS_DOMAIN_ID", strconv.Itoa(50+rand.IntN(50))); err != nil {
			return err
		}
	}
	return os.Setenv("ROS_LOCALHOST_ONLY", "1")
}
