package config

// Teleop configures the node by which a person moves the robot from a keyboard.
type Teleop struct {
	Common

	ControlRate  float64 // Hz, of commands
	LinearSpeed  float64 // m/s, at first
	AngularSpeed float64 // rad/s, at first
	KeyTimeout   float64 // s
	Instruction  string
	BaseFrame    string
}

// DefaultTeleop is what runs when nothing is set.
func DefaultTeleop() Teleop {
	var c Teleop
	setDefaults(&c)
	return c
}

func (*Teleop) Kind() string { return "teleop" }

func (c *Teleop) Params() []Param {
	return append(c.Common.params(1),
		float(&c.ControlRate, "control_rate", 50, "Hz", 1, 1000,
			"Commands a second."),
		float(&c.LinearSpeed, "linear_speed", 0.15, "m/s", 0.001, 2,
			"Of the end effector while a key is held; + and - change it."),
		float(&c.AngularSpeed, "angular_speed", 1, "rad/s", 0.01, 10,
			"As linear_speed, for turning."),
		float(&c.KeyTimeout, "key_timeout", 0.6, "s", 0.05, 2,
			"The robot stops this long after the last key. A terminal tells only that a key was pressed, and repeats it after a pause: less than that pause makes the robot stutter."),
		text(&c.Instruction, "instruction", "",
			"What the demonstrations show, until another instruction is typed."),
		text(&c.BaseFrame, "base_frame", "base_link",
			"frame_id of commands."),
	)
}

func (c *Teleop) Validate() error { return checkAll(c) }
