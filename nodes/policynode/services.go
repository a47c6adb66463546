package policynode

import (
	"errors"
	"fmt"

	"hyt/msgs/hyt_msgs"
	"hyt/msgs/std_srvs"
	"hyt/nodes/node"
)

// serve offers what a person or a program may ask of the node.
func (s *session) serve() error {
	return errors.Join(
		node.Serve(s.node, "~/arm", s.arm),
		node.Serve(s.node, "~/set_mode", s.setMode),
		node.Serve(s.node, "~/stop", s.stop),
		node.Serve(s.node, "~/reset_stop", s.resetStop),
	)
}

func (s *session) arm(q *std_srvs.SetBoolRequest, r *std_srvs.SetBoolResponse) {
	if !q.Data {
		s.controller.Disarm()
		s.node.Log().Info("disarmed")
		r.Success, r.Message = true, "disarmed"
		return
	}
	if err := s.tryArm(); err != nil {
		s.node.Log().Warn(err.Error())
		r.Message = err.Error()
		return
	}
	s.node.Log().Info("armed")
	r.Success, r.Message = true, "armed"
}

// tryArm arms, or says why it does not.
func (s *session) tryArm() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.active {
		return fmt.Errorf("not armed: the node is not active; activate it first (ros2 lifecycle set %s activate)", s.node.FullName())
	}
	return s.controller.Arm(s.node.Now())
}

func (s *session) setMode(q *hyt_msgs.SetModeRequest, r *hyt_msgs.SetModeResponse) {
	if err := s.node.SetParameter("mode", q.Mode); err != nil {
		r.Message = err.Error()
		return
	}
	r.Success, r.Message = true, "mode is "+q.Mode
}

func (s *session) stop(_ *std_srvs.TriggerRequest, r *std_srvs.TriggerResponse) {
	s.controller.Stop()
	s.node.Log().Warn("stopped; ~/reset_stop ends it")
	r.Success, r.Message = true, "stopped; ~/reset_stop ends it"
}

func (s *session) resetStop(_ *std_srvs.TriggerRequest, r *std_srvs.TriggerResponse) {
	s.controller.ResetStop()
	s.node.Log().Info("the stop is reset; ~/arm lets the robot move again")
	r.Success, r.Message = true, "the stop is reset; ~/arm lets the robot move again"
}
