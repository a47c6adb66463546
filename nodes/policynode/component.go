// Package policynode is the ROS 2 node that drives a robot by a model: images and
// an instruction in, commands out at the control rate.
//
// Goroutines of a running node:
//   - the control loop (package control) publishes commands; woken by the clock
//   - the planner runs the model; woken by images of the first camera
//   - each subscription hands its messages to the observer and the controller
//   - arming by parameter tries until the controller agrees; ends then
package policynode

import (
	"context"
	"fmt"
	"sync"
	"time"

	"hyt/config"
	"hyt/nodes/control"
	"hyt/nodes/node"
	"hyt/policy"
	"hyt/policy/spec"
)

// Model is what the node needs of a loaded model.
type Model interface {
	Spec() *spec.Spec
	// SHA256 identifies the model in ~/chunk.
	SHA256() string
	// Plan turns an observation into a chunk. text is the instruction, or in mode
	// follow the thought to follow. It is called from one goroutine.
	Plan(ctx context.Context, mode policy.Mode, obs policy.Observation, text string) (policy.Chunk, error)
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

// Run implements node.Component.
func (c *Component) Run(ctx context.Context, n *node.Node) (err error) {
	model, err := c.open(&c.config)
	if err != nil {
		return err
	}
	defer func() {
		if e := model.Close(); e != nil && err == nil {
			err = e
		}
	}()
	s, err := newSession(n, &c.config, model)
	if err != nil {
		return err
	}
	s.loop.Sleep = c.sleep
	control.ReserveProcessors()
	if err := s.connect(); err != nil {
		return err
	}
	n.Log().Info("running", "model", model.Spec().Name, "mode", c.config.Mode, "control_rate", c.config.ControlRate)
	var work sync.WaitGroup
	work.Go(func() { s.loop.Run(ctx) })
	work.Go(func() { s.planner.run(ctx) })
	if c.config.ArmOnActivate {
		work.Go(func() { s.armWhenPossible(ctx) })
	}
	work.Wait()
	return nil
}

// settings translates the configuration for the controller.
func settings(c *config.Policy, period time.Duration, gripper bool) control.Settings {
	s := control.Settings{
		Period: period, HasGripper: gripper,
		ImageTimeout: seconds(c.ImageTimeout), PoseTimeout: seconds(c.PoseTimeout),
		Limits: control.Limits{
			LinearSpeed: c.MaxLinearSpeed, AngularSpeed: c.MaxAngularSpeed,
			LinearAcceleration: c.MaxLinearAcceleration, AngularAcceleration: c.MaxAngularAcceleration,
		},
	}
	if c.HasWorkspace() {
		s.Limits.Workspace = &control.Box{
			Min: [3]float64(c.WorkspaceMin), Max: [3]float64(c.WorkspaceMax), Margin: c.WorkspaceMargin,
		}
	}
	return s
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }

// checkSpec says why this node cannot drive a robot by the model, or nil.
func checkSpec(s *spec.Spec) error {
	if s.Action.Kind != "ee_delta" {
		return fmt.Errorf("model %s gives actions of kind %q; this node drives ee_delta (displacements of the end effector)", s.Name, s.Action.Kind)
	}
	return nil
}
