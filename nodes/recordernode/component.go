// Package recordernode is the ROS 2 node round nodes/recorder: it records the
// configured topics, from the start or when ~/start asks for it, until ~/stop.
// Each recording is a bag of its own. One that fails does not end the node.
package recordernode

import (
	"context"
	"errors"

	"hyt/config"
	"hyt/msgs/std_srvs"
	"hyt/nodes/node"
	"hyt/nodes/recorder"
)

// Component is the recorder node.
type Component struct {
	config config.Recorder
	record func(context.Context, *recorder.Recorder) error // writes until the context is done
}

// New makes a recorder node.
func New() *Component {
	run := func(ctx context.Context, r *recorder.Recorder) error { return r.Run(ctx) }
	return &Component{config: config.DefaultRecorder(), record: run}
}

// Config implements node.Component.
func (c *Component) Config() config.Config { return &c.config }

// Configure implements node.Component.
func (c *Component) Configure(n *node.Node) (node.Instance, error) {
	config := c.config
	s := &session{config: &config, node: n, record: c.record}
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
