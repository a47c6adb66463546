package config

import "fmt"

// Config is implemented by a pointer to each node's struct.
type Config interface {
	// Kind is the node's default name: "policy", "sim".
	Kind() string
	// Params declares the parameters. Their order is that of the shipped YAML.
	Params() []Param
	// Validate checks ranges and what must hold between parameters.
	Validate() error
	// Base is the part that all nodes have.
	Base() *Common
}

// Common is what every node has.
type Common struct {
	Bus             string  // driver: "auto", "dds", "rcl" or "mem"
	RosDistro       string  // that the peers run; "auto": as ROS_DISTRO says
	Autostart       bool    // configure and activate without being asked
	UseSimTime      bool    // the node's clock is /clock
	DiagnosticsRate float64 // Hz
}

// Base implements Config for every struct that embeds Common.
func (c *Common) Base() *Common { return c }

// params declares them; reports is the kind's default of diagnostics_rate.
func (c *Common) params(reports float64) []Param {
	return []Param{
		text(&c.Bus, "bus", "auto",
			"Middleware. dds: Cyclone DDS, other processes and machines, ROS 2 nodes included. rcl: that of the sourced ROS 2. mem: nodes composed in this process only. auto: rcl in a build for ROS 2, else dds.",
			"auto", "dds", "rcl", "mem").fixed(),
		text(&c.RosDistro, "ros_distro", "auto",
			"ROS 2 release whose wire format dds speaks: humble; iron, jazzy, kilted or rolling differ in the graph. auto: as the environment's ROS_DISTRO says, else humble.",
			"auto", "humble", "iron", "jazzy", "kilted", "rolling").fixed(),
		boolean(&c.Autostart, "autostart", true,
			"Configure and activate at start; a failure ends the process. Off: wait for ~/change_state.").fixed(),
		boolean(&c.UseSimTime, "use_sim_time", false,
			"Take the time from /clock instead of the system's clock.").live(),
		float(&c.DiagnosticsRate, "diagnostics_rate", reports, "Hz", 0.1, 50,
			"How often the node reports on /diagnostics.").live(),
	}
}

// setDefaults fills every field of c with its declared default.
func setDefaults(c Config) {
	for _, p := range c.Params() {
		p.set(p.Default)
	}
}

func checkAll(c Config) error {
	for _, p := range c.Params() {
		if err := p.check(); err != nil {
			return err
		}
	}
	return nil
}

func wantLength(name string, list []float64, n int) error {
	if len(list) != n {
		return fmt.Errorf("parameter %q has %d values, must have %d", name, len(list), n)
	}
	return nil
}

// All returns one of each node's configuration, at its defaults.
func All() []Config {
	p, t, r, s, k := DefaultPolicy(), DefaultThinker(), DefaultRecorder(), DefaultSim(), DefaultTeleop()
	return []Config{&p, &t, &r, &s, &k}
}
