// Package lead leads a policy node through its states, as any user does: by the services
// of managed nodes, ~/set_mode and ~/arm. It also runs one in this process.
package lead

import (
	"context"
	"errors"
	"fmt"
	"time"

	"hyt/msgs/bus"
	"hyt/msgs/hyt_msgs"
	lc "hyt/msgs/lifecycle_msgs"
	"hyt/msgs/std_srvs"
	"hyt/nodes/node"
)

// Leader calls the services of one policy node.
type Leader struct {
	policy         string
	change, state  bus.Client
	setMode, armed bus.Client
}

// New makes a leader that calls from n; policy is the other node's full name. The node need
// not be there yet.
func New(n *node.Node, policy string) (*Leader, error) {
	s := &Leader{policy: policy}
	var errs [4]error
	s.change, errs[0] = bus.NewClient[*lc.ChangeStateRequest](n.Bus(), policy+"/change_state")
	s.state, errs[1] = bus.NewClient[*lc.GetStateRequest](n.Bus(), policy+"/get_state")
	s.setMode, errs[2] = bus.NewClient[*hyt_msgs.SetModeRequest](n.Bus(), policy+"/set_mode")
	s.armed, errs[3] = bus.NewClient[*std_srvs.SetBoolRequest](n.Bus(), policy+"/arm")
	return s, errors.Join(errs[:]...)
}

// BringUp leads the node, in whatever state it is, to a fresh active one, in a mode.
func (s *Leader) BringUp(ctx context.Context, mode string) error {
	var now lc.GetStateResponse
	if err := bus.Call(ctx, s.state, &lc.GetStateRequest{}, &now); err != nil {
		return fmt.Errorf("%s/get_state: %w", s.policy, errors.Join(err, context.Cause(ctx)))
	}
	switch now.CurrentState.Id {
	case lc.State_PRIMARY_STATE_ACTIVE:
		if err := s.StandDown(ctx); err != nil {
			return err
		}
		fallthrough
	case lc.State_PRIMARY_STATE_INACTIVE:
		if err := s.to(ctx, lc.Transition_TRANSITION_CLEANUP, "cleanup"); err != nil {
			return err
		}
	}
	if err := s.to(ctx, lc.Transition_TRANSITION_CONFIGURE, "configure"); err != nil {
		return err
	}
	var answer hyt_msgs.SetModeResponse
	if err := bus.Call(ctx, s.setMode, &hyt_msgs.SetModeRequest{Mode: mode}, &answer); err != nil {
		return fmt.Errorf("%s/set_mode: %w", s.policy, err)
	}
	if !answer.Success {
		return fmt.Errorf("%s/set_mode: %s", s.policy, answer.Message)
	}
	return s.to(ctx, lc.Transition_TRANSITION_ACTIVATE, "activate")
}

// StandDown makes an active node inactive: it commands nothing any more.
func (s *Leader) StandDown(ctx context.Context) error {
	return s.to(ctx, lc.Transition_TRANSITION_DEACTIVATE, "deactivate")
}

func (s *Leader) to(ctx context.Context, id uint8, label string) error {
	var answer lc.ChangeStateResponse
	request := &lc.ChangeStateRequest{Transition: lc.Transition{Id: id, Label: label}}
	if err := bus.Call(ctx, s.change, request, &answer); err != nil {
		return fmt.Errorf("%s %s: %w", label, s.policy, err)
	}
	if !answer.Success {
		return fmt.Errorf("%s refused to %s; its log says why", s.policy, label)
	}
	return nil
}

// Arm arms the node. It may need a pose first: again is called before each new attempt.
func (s *Leader) Arm(ctx context.Context, again func() error) error {
	for {
		var answer std_srvs.SetBoolResponse
		if err := bus.Call(ctx, s.armed, &std_srvs.SetBoolRequest{Data: true}, &answer); err != nil {
			return fmt.Errorf("%s/arm: %w", s.policy, err)
		}
		if answer.Success {
			return nil
		}
		select {
		case <-ctx.Done():
			return errors.New(answer.Message)
		case <-time.After(20 * time.Millisecond):
		}
		if err := again(); err != nil {
			return err
		}
	}
}
