package output

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"math"
	"sync"
	"sync/atomic"
	"time"

	am "hyt/msgs/action_msgs"
	"hyt/msgs/bus"
	cm "hyt/msgs/control_msgs"
	"hyt/msgs/unique_identifier_msgs"
	"hyt/nodes/node"
)

// hand is a client of the action control_msgs/action/GripperCommand, which
// gripper_action_controller offers: each target that differs from the one before
// becomes a goal, and a new goal takes over from the one that is being carried out.
//
// The control loop only leaves the target; run, on a goroutine of its own, talks to
// the server, so that a gripper that does not answer holds nobody up.
type hand struct {
	gripper Gripper
	now     func() time.Time
	send    bus.Client
	result  bus.Client
	target  atomic.Uint64 // the opening, as bits
	changed chan struct{} // the target did; one token at most

	mu    sync.Mutex
	state grip
}

// grip is what is known of the gripper.
type grip struct {
	goals    int64 // accepted
	goal     unique_identifier_msgs.UUID
	asked    float64 // opening of that goal
	position float64 // by its feedback or result, in the gripper's units
	stalled  bool    // it stopped before it got there: something is in it, or in its way
	reached  bool
	fault    error // of the last attempt; nil when it went well
}

const (
	// sameTarget is how far an opening may be from the one asked for without a new goal.
	sameTarget = 0.01
	// answerTime is how long a server may take to accept a goal.
	answerTime = time.Second
	// goalPeriod is the least time between goals: a target that moves with every command
	// would have the gripper start anew each time.
	goalPeriod = 50 * time.Millisecond
)

func newHand(n *node.Node, g Gripper) (*hand, error) {
	h := &hand{gripper: g, now: n.Now, changed: make(chan struct{}, 1), state: grip{asked: math.NaN(), position: math.NaN()}}
	h.target.Store(math.Float64bits(math.NaN()))
	part := func(of string) (string, error) { return n.Service(g.Action + "/_action/" + of) }
	send, err1 := part("send_goal")
	result, err2 := part("get_result")
	if err := errors.Join(err1, err2); err != nil {
		return nil, fmt.Errorf("parameter \"gripper_action\": %w", err)
	}
	var err error
	if h.send, err = bus.NewClient[*cm.GripperCommandSendGoalRequest](n.Bus(), send); err != nil {
		return nil, err
	}
	n.Own(h.send)
	if h.result, err = bus.NewClient[*cm.GripperCommandGetResultRequest](n.Bus(), result); err != nil {
		return nil, err
	}
	n.Own(h.result)
	_, err = node.Subscribe(n, g.Action+"/_action/feedback", bus.Default(), h.felt)
	return h, err
}

// want leaves an opening for run. It neither waits nor allocates.
func (h *hand) want(opening float64) error {
	bits := math.Float64bits(opening)
	if h.target.Swap(bits) == bits {
		return nil
	}
	select {
	case h.changed <- struct{}{}:
	default:
	}
	return nil
}

// run asks the gripper for what is wanted until ctx is done. What it was asked for last
// it keeps: a hold does not drop what is held.
func (h *hand) run(ctx context.Context) {
	var watching sync.WaitGroup
	defer watching.Wait()
	retry := time.NewTimer(0)
	defer retry.Stop()
	forget := context.CancelFunc(func() {}) // of the goal before
	for {
		select {
		case <-ctx.Done():
			forget()
			return
		case <-h.changed:
		case <-retry.C:
		}
		opening := math.Float64frombits(h.target.Load())
		if math.IsNaN(opening) || math.Abs(opening-h.read().asked) < sameTarget {
			continue
		}
		goal, err := h.ask(ctx, opening)
		h.note(func(g *grip) { g.fault = err })
		if err != nil {
			retry.Reset(answerTime)
			continue
		}
		forget()
		var watched context.Context
		watched, forget = context.WithCancel(ctx)
		watching.Go(func() { h.await(watched, goal) })
		select {
		case <-ctx.Done():
		case <-time.After(goalPeriod):
		}
	}
}

// ask sends a goal and returns its id when it was accepted.
func (h *hand) ask(ctx context.Context, opening float64) (unique_identifier_msgs.UUID, error) {
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	q := &cm.GripperCommandSendGoalRequest{}
	_, _ = rand.Read(q.GoalId.Uuid[:]) // never fails
	q.Goal.Command = cm.GripperCommand{Position: h.gripper.value(opening), MaxEffort: h.gripper.Effort}
	// Feedback may overtake the answer.
	h.note(func(g *grip) { g.goal, g.stalled, g.reached = q.GoalId, false, false })
	var answer cm.GripperCommandSendGoalResponse
	switch err := bus.Call(ctx, h.send, q, &answer); {
	case errors.Is(err, context.DeadlineExceeded):
		return q.GoalId, fmt.Errorf("no answer from the action %s within %v: is its controller active?", h.gripper.Action, answerTime)
	case err != nil:
		return q.GoalId, err
	case !answer.Accepted:
		return q.GoalId, fmt.Errorf("the action %s rejected position %.4g", h.gripper.Action, q.Goal.Command.Position)
	}
	h.note(func(g *grip) { g.asked, g.goals = opening, g.goals+1 })
	return q.GoalId, nil
}

// await waits for the end of a goal. A later goal ends it, too, and then nobody asks.
func (h *hand) await(ctx context.Context, goal unique_identifier_msgs.UUID) {
	var answer cm.GripperCommandGetResultResponse
	err := bus.Call(ctx, h.result, &cm.GripperCommandGetResultRequest{GoalId: goal}, &answer)
	if ctx.Err() != nil {
		return
	}
	h.note(func(g *grip) {
		if g.goal != goal {
			return
		}
		r := answer.Result
		switch {
		case err != nil:
			g.fault = fmt.Errorf("no result from the action %s: %w", h.gripper.Action, err)
		case answer.Status != am.GoalStatus_STATUS_SUCCEEDED && !r.Stalled: // a stall is how a grasp ends
			g.fault = fmt.Errorf("the gripper did not get there: it ended at %.4g with goal status %d", r.Position, answer.Status)
		}
		if err == nil {
			g.position, g.stalled, g.reached = r.Position, r.Stalled, r.ReachedGoal
		}
	})
}

// felt hears feedback.
func (h *hand) felt(m *cm.GripperCommandFeedbackMessage) {
	h.note(func(g *grip) {
		if g.goal == m.GoalId {
			g.position, g.stalled, g.reached = m.Feedback.Position, m.Feedback.Stalled, m.Feedback.ReachedGoal
		}
	})
}

func (h *hand) note(f func(*grip)) {
	h.mu.Lock()
	defer h.mu.Unlock()
	f(&h.state)
}

func (h *hand) read() grip {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.state
}

// fill reports on the gripper.
func (h *hand) fill(s *node.Status) {
	g := h.read()
	switch {
	case g.fault != nil:
		s.Summary(node.Warn, "%v", g.fault)
	case g.goals == 0:
		s.Summary(node.OK, "not asked yet")
	case g.stalled:
		s.Summary(node.OK, "stalled before its target: it holds something, or something is in its way")
	default:
		s.Summary(node.OK, "following")
	}
	s.Add("action", h.gripper.Action)
	s.Add("goals", g.goals)
	s.Add("asked", g.asked)
	s.Add("position", g.position)
	s.Add("stalled", g.stalled)
	s.Add("reached", g.reached)
}
