// Package teleop is the node by which a person shows the robot what to do: keys move
// the end effector, and mark where a demonstration begins and ends, so that what a
// recorder node writes meanwhile can be trained on.
package teleop

import (
	"errors"
	"io"

	"hyt/config"
	"hyt/msgs/bus"
	"hyt/msgs/hyt_msgs"
	"hyt/msgs/std_msgs"
	"hyt/nodes/node"
	"hyt/nodes/output"
)

// Terminal is where keys come from and words go to.
type Terminal struct {
	Keys io.Reader // byte by byte
	Out  io.Writer
	// Raw makes keys come at once and unseen, until restore is called.
	Raw func() (restore func() error, err error)
	// Quit is called for ctrl-C, which a raw terminal takes for a key.
	Quit func()
}

// Component is the teleop node.
type Component struct {
	config   config.Teleop
	terminal Terminal
	keys     chan byte // from the terminal; nil before the first Configure
}

// New makes a teleop node on a terminal.
func New(t Terminal) *Component {
	return &Component{config: config.DefaultTeleop(), terminal: t}
}

// Config implements node.Component.
func (c *Component) Config() config.Config { return &c.config }

// Configure implements node.Component.
func (c *Component) Configure(n *node.Node) (node.Instance, error) {
	own := c.config
	if c.keys == nil { // a read from a terminal cannot be ended, so there is one for all lives
		c.keys = make(chan byte)
		go read(c.terminal.Keys, c.keys)
	}
	s := &session{
		config: &own, node: n, terminal: c.terminal, keys: c.keys, instruction: own.Instruction,
		hand: hand{linear: own.LinearSpeed, angular: own.AngularSpeed, timeout: config.Seconds(own.KeyTimeout), open: true},
	}
	return s, s.connect()
}

func read(from io.Reader, to chan<- byte) {
	defer close(to)
	var key [1]byte
	for {
		if _, err := io.ReadFull(from, key[:]); err != nil {
			return
		}
		to <- key[0]
	}
}

func (s *session) connect() (err error) {
	s.output, err = output.Open(s.node, output.Settings{Kind: output.Twist, Frame: s.config.BaseFrame})
	if err != nil {
		return err
	}
	if s.instructions, err = node.Advertise[*std_msgs.String](s.node, "instruction", bus.Latched(1)); err != nil {
		return err
	}
	s.episodes, err = node.Advertise[*hyt_msgs.Episode](s.node, "episode", bus.Latched(1))
	return err
}

// NoTerminal is Raw for a program that has none.
func NoTerminal() (func() error, error) {
	return nil, errors.New("teleop reads keys from a terminal, and standard input is none: start it in one, not by a launch file")
}
