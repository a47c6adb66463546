// Package policynode is the ROS 2 node that drives a robot by a model: images and
// an instruction in, commands out at the control rate.
//
// Goroutines of an active node:
//   - the control loop (package control) publishes commands; woken by the clock
//   - the planner runs the model; woken by images of the first camera
//   - the output talks to a gripper that is an action; woken by new targets
//   - the monitor says on ~/status how it goes; woken once a second
//   - each subscription hands its messages to the observer and the controller
//   - arming by parameter tries until the controller agrees; ends then
package policynode

import (
	"context"
	"errors"
	"fmt"
	"time"

	"hyt/config"
	"hyt/nodes/node"
	"hyt/policy"
	"hyt/policy/spec"
	"hyt/policy/thought"
)

// Model is what the node needs of a loaded model.
type Model interface {
	Spec() *spec.Spec
	// Can says why the model cannot run in a mode, or nil.
	Can(policy.Mode) error
	// SHA256 identifies the model in ~/chunk.
	SHA256() string
	// Plan turns an observation into a chunk. text is the instruction, or in mode
	// follow the thought to follow. It is called from one goroutine, and the chunk's
	// actions are valid until the next call.
	Plan(ctx context.Context, mode policy.Mode, obs policy.Observation, text string) (policy.Chunk, error)
	// Heard takes a thought about the frame of that time, written for the instruction:
	// mode guided follows the latest. It may be called from any goroutine.
	Heard(t thought.Thought, instruction string, stamp time.Time)
	// Running is for how long the inference that runs now has run; 0: none does.
	Running() time.Duration
	// CheckFiles says that the model directory is not any more what was loaded, or nil.
	CheckFiles() error
	// Close gives the model back; others may share it.
	Close() error
}

// Component is the policy node.
type Component struct {
	config config.Policy
	open   func(*config.Policy) (Model, error)
	// sleep of the control loop; nil: the precise one. Tests with a fake clock set it.
	sleep func(until time.Time)
}

// New makes a policy node that gets its model from open.
func New(open func(*config.Policy) (Model, error)) *Component {
	return &Component{config: config.DefaultPolicy(), open: open}
}

// Config implements node.Component.
func (c *Component) Config() config.Config { return &c.config }

// Configure implements node.Component.
func (c *Component) Configure(n *node.Node) (node.Instance, error) {
	config := c.config
	model, err := c.open(&config)
	if err != nil {
		return nil, err
	}
	s, err := newSession(n, &config, model)
	if err == nil {
		s.loop.Sleep = c.sleep
		err = s.connect()
	}
	if err != nil {
		return nil, errors.Join(err, model.Close())
	}
	n.Log().Info("configured", "model", model.Spec().Name, "mode", config.Mode, "control_rate", config.ControlRate)
	return s, nil
}

// checkSpec says why this node cannot drive a robot by the model, or nil.
func checkSpec(s *spec.Spec) error {
	if s.Action.Kind == spec.JointPosition {
		return fmt.Errorf("model %s gives actions of kind %q; this node drives ee_delta (displacements of the end effector) and, for gantries, joint_delta", s.Name, s.Action.Kind)
	}
	return nil
}
