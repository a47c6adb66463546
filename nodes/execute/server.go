// Package execute is the server of the ROS 2 action hyt_msgs/action/Execute: an
// instruction as goal, thoughts and progress as feedback, how it went as result.
//
// On the wire an action is three services and two topics under NAME/_action
// (ROS 2 design article "Actions"). One goal is carried out at a time: a robot has one
// pair of hands. Another one that comes meanwhile is rejected.
package execute

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	am "hyt/msgs/action_msgs"
	"hyt/msgs/builtin_interfaces"
	"hyt/msgs/bus"
	"hyt/msgs/hyt_msgs"
	"hyt/nodes/node"
)

// Runner begins what a goal asks for, or says why it cannot be done now. What happens
// after Begin has returned counts for the task.
type Runner interface {
	Begin(goal hyt_msgs.ExecuteGoal) (Task, error)
}

// Task is an instruction being carried out.
type Task interface {
	// Run returns when the task is over or ctx is done. The message is the outcome in a
	// sentence; an error means that it failed, and is the sentence then. feedback may
	// be called until Run returns.
	Run(ctx context.Context, feedback func(*hyt_msgs.ExecuteFeedback)) (message string, err error)
}

// kept is how many goals that have ended can still be asked for their result.
const kept = 16

// errPaused is the cause when the server ends a goal.
var errPaused = errors.New("the node is not active any more")

// errCancelled is the cause when a client ends a goal.
var errCancelled = errors.New("cancelled")

// Server offers one action.
type Server struct {
	node     *node.Node
	runner   Runner
	feedback *bus.Publisher[*hyt_msgs.ExecuteFeedbackMessage]
	status   *bus.Publisher[*am.GoalStatusArray]

	mu    sync.Mutex
	goals []*goal // the newest last
}

// goal is one that was accepted.
type goal struct {
	info   am.GoalInfo
	state  int8 // am.GoalStatus_...
	cancel context.CancelCauseFunc
	done   chan struct{} // closed when result is set
	result hyt_msgs.ExecuteResult
}

func (g *goal) over() bool { return g.state >= am.GoalStatus_STATUS_SUCCEEDED }

// Serve offers the action name ("~/execute") to the graph.
func Serve(n *node.Node, name string, r Runner) (s *Server, err error) {
	s = &Server{node: n, runner: r}
	part := func(of string) string { return name + "/_action/" + of }
	if s.feedback, err = node.Advertise[*hyt_msgs.ExecuteFeedbackMessage](n, part("feedback"), bus.Default()); err != nil {
		return nil, err
	}
	if s.status, err = node.Advertise[*am.GoalStatusArray](n, part("status"), bus.Latched(1)); err != nil {
		return nil, err
	}
	return s, errors.Join(
		node.Serve(n, part("send_goal"), s.send),
		node.Serve(n, part("cancel_goal"), s.cancel),
		node.Serve(n, part("get_result"), s.await),
	)
}

// Pause ends the goal that is carried out, if there is one, and returns when it has
// ended. Until then, requests for results wait.
func (s *Server) Pause() {
	s.mu.Lock()
	now := s.current()
	s.mu.Unlock()
	if now != nil {
		now.cancel(errPaused)
		<-now.done
	}
}

// current is the goal that is carried out, or nil; mu is held.
func (s *Server) current() *goal {
	if len(s.goals) == 0 || s.goals[len(s.goals)-1].over() {
		return nil
	}
	return s.goals[len(s.goals)-1]
}

func (s *Server) send(q *hyt_msgs.ExecuteSendGoalRequest, r *hyt_msgs.ExecuteSendGoalResponse) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t, err := s.begin(q)
	if err != nil {
		s.node.Log().Warn("goal rejected", "instruction", q.Goal.Instruction, "reason", err)
		return
	}
	ctx, cancel := context.WithCancelCause(context.Background())
	g := &goal{cancel: cancel, done: make(chan struct{}), state: am.GoalStatus_STATUS_EXECUTING}
	g.info.GoalId, g.info.Stamp = q.GoalId, builtin_interfaces.FromTime(s.node.Now())
	s.goals = append(s.goals, g)
	s.goals = s.goals[max(0, len(s.goals)-kept):]
	s.tell()
	r.Accepted, r.Stamp = true, g.info.Stamp
	s.node.Log().Info("goal accepted", "instruction", q.Goal.Instruction)
	go s.carryOut(ctx, g, t)
}

// begin is the task of a new goal, or why there is none; mu is held.
func (s *Server) begin(q *hyt_msgs.ExecuteSendGoalRequest) (Task, error) {
	if s.current() != nil {
		return nil, errors.New("busy with another goal: cancel that first")
	}
	if slices.ContainsFunc(s.goals, func(g *goal) bool { return g.info.GoalId == q.GoalId }) {
		return nil, errors.New("a goal of this id was sent before")
	}
	return s.runner.Begin(q.Goal)
}

func (s *Server) carryOut(ctx context.Context, g *goal, t Task) {
	message, err := t.Run(ctx, func(f *hyt_msgs.ExecuteFeedback) {
		if err := s.feedback.Publish(&hyt_msgs.ExecuteFeedbackMessage{GoalId: g.info.GoalId, Feedback: *f}); err != nil {
			s.node.Log().Warn("feedback not sent", "error", err)
		}
	})
	cause := context.Cause(ctx)
	g.cancel(nil)
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case err == nil:
		g.state, g.result = am.GoalStatus_STATUS_SUCCEEDED, hyt_msgs.ExecuteResult{Success: true, Message: message}
	case errors.Is(cause, errCancelled):
		g.state, g.result = am.GoalStatus_STATUS_CANCELED, hyt_msgs.ExecuteResult{Message: cause.Error()}
	case cause != nil:
		g.state, g.result = am.GoalStatus_STATUS_ABORTED, hyt_msgs.ExecuteResult{Message: cause.Error()}
	default:
		g.state, g.result = am.GoalStatus_STATUS_ABORTED, hyt_msgs.ExecuteResult{Message: err.Error()}
	}
	s.node.Log().Info("goal ended", "success", g.result.Success, "message", g.result.Message)
	s.tell()
	close(g.done)
}

// cancel ends goals. A request without an id means all, or all up to its stamp.
func (s *Server) cancel(q *am.CancelGoalRequest, r *am.CancelGoalResponse) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var none am.GoalInfo
	known := false
	for _, g := range s.goals {
		switch {
		case q.GoalInfo.GoalId == g.info.GoalId:
			known = true
		case q.GoalInfo == none, q.GoalInfo.Stamp != none.Stamp && !g.info.Stamp.AsTime().After(q.GoalInfo.Stamp.AsTime()):
		default:
			continue
		}
		if g.over() {
			continue
		}
		g.state = am.GoalStatus_STATUS_CANCELING
		g.cancel(errCancelled)
		r.GoalsCanceling = append(r.GoalsCanceling, g.info)
	}
	switch {
	case len(r.GoalsCanceling) > 0:
		s.tell()
	case known:
		r.ReturnCode = am.CancelGoalResponse_ERROR_GOAL_TERMINATED
	case q.GoalInfo.GoalId != none.GoalId:
		r.ReturnCode = am.CancelGoalResponse_ERROR_UNKNOWN_GOAL_ID
	default:
		r.ReturnCode = am.CancelGoalResponse_ERROR_REJECTED
	}
}

// await answers when the goal has ended.
func (s *Server) await(q *hyt_msgs.ExecuteGetResultRequest, r *hyt_msgs.ExecuteGetResultResponse) {
	s.mu.Lock()
	var asked *goal
	for _, g := range s.goals {
		if g.info.GoalId == q.GoalId {
			asked = g
		}
	}
	s.mu.Unlock()
	if asked == nil {
		r.Status = am.GoalStatus_STATUS_UNKNOWN
		r.Result.Message = fmt.Sprintf("no goal of id %x", q.GoalId.Uuid)
		return
	}
	<-asked.done
	r.Status, r.Result = asked.state, asked.result
}

// tell publishes the states of all goals; mu is held.
func (s *Server) tell() {
	m := &am.GoalStatusArray{}
	for _, g := range s.goals {
		m.StatusList = append(m.StatusList, am.GoalStatus{GoalInfo: g.info, Status: g.state})
	}
	if err := s.status.Publish(m); err != nil {
		s.node.Log().Warn("goal states not sent", "error", err)
	}
}
