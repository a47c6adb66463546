// Package recordernode is the ROS 2 node round nodes/recorder: it records the
// configured topics, from the start or when ~/start asks for it, until ~/stop.
// Each recording is a bag of its own.
package recordernode

import (
	"context"
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

// Run implements node.Component.
func (c *Component) Run(ctx context.Context, n *node.Node) error {
	s := &session{config: &c.config, node: n, failed: make(chan error, 1)}
	if _, err := s.topics(); err != nil {
		return err
	}
	// A recording on run begins before the services can be heard: a ~/start that came
	// in between would take its place and fail the node.
	if c.config.RecordOnRun {
		if _, err := s.start(); err != nil {
			return err
		}
	}
	err := errors.Join(
		node.Serve(n, "~/start", func(_ *std_srvs.TriggerRequest, r *std_srvs.TriggerResponse) { answer(r, s.start) }),
		node.Serve(n, "~/stop", func(_ *std_srvs.TriggerRequest, r *std_srvs.TriggerResponse) { answer(r, s.stop) }),
	)
	if err != nil {
		return errors.Join(err, s.end())
	}
	n.Diagnose("recording", s.fill)
	select {
	case <-ctx.Done():
	case err = <-s.failed: // says where it was recording; end would say it again without
		_ = s.end()
		return err
	}
	return s.end()
}

func answer(r *std_srvs.TriggerResponse, do func() (string, error)) {
	message, err := do()
	if err != nil {
		message = err.Error()
	}
	r.Success, r.Message = err == nil, message
}
