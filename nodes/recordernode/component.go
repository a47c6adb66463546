// Package recordernode is the ROS 2 node round nodes/recorder: it records the
// configured topics, from the start or when ~/start asks for it, until ~/stop.
// Each recording is a bag of its own.
package recordernode

import (
	"errors"

	"hyt/config"
	"hyt/msgs/std_srvs"
	"hyt/nodes/node"
)

// Component is the recorder node.
type Component struct{ config config.Recorder }

// New makes a recorder node.
func New() *Component { return &Component{config: config.DefaultRecorder()} }

// Config implements node.Component.
func (c *Component) Config() config.Config { return &c.config }

// Configure implements node.Component.
func (c *Component) Configure(n *node.Node) (node.Instance, error) {
	config := c.config
	s := &session{config: &config, node: n, failed: make(chan error, 1)}
	if _, err := s.topics(); err != nil {
		return nil, err
	}
	err := errors.Join(
		node.Serve(n, "~/start", func(_ *std_srvs.TriggerRequest, r *std_srvs.TriggerResponse) { answer(r, s.start) }),
		node.Serve(n, "~/stop", func(_ *std_srvs.TriggerRequest, r *std_srvs.TriggerResponse) { answer(r, s.stop) }),
	)
	if err != nil {
		return nil, err
	}
	n.Diagnose("recording", s.fill)
	return s, nil
}

func answer(r *std_srvs.TriggerResponse, do func() (string, error)) {
	message, err := do()
	if err != nil {
		message = err.Error()
	}
	r.Success, r.Message = err == nil, message
}
