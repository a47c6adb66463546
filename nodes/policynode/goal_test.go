package policynode

import (
	"strings"
	"testing"
	"time"

	"hyt/config"
	am "hyt/msgs/action_msgs"
	"hyt/msgs/bus"
	"hyt/msgs/hyt_msgs"
	lc "hyt/msgs/lifecycle_msgs"
	"hyt/msgs/std_msgs"
	"hyt/msgs/std_srvs"
	"hyt/msgs/unique_identifier_msgs"
	"hyt/nodes/node"
)

// user is a client of the action ~/execute.
type user struct {
	*rig
	feedback []*hyt_msgs.ExecuteFeedbackMessage
	states   []int8 // of the newest goal, as they came
}

func newUser(r *rig) *user {
	u := &user{rig: r}
	_, err := node.Subscribe(r.robot, "policy/execute/_action/feedback", bus.Default(), func(m *hyt_msgs.ExecuteFeedbackMessage) {
		r.locked(func() { u.feedback = append(u.feedback, m) })
	})
	if err != nil {
		r.t.Fatal(err)
	}
	_, err = node.Subscribe(r.robot, "policy/execute/_action/status", bus.Latched(1), func(m *am.GoalStatusArray) {
		r.locked(func() { u.states = append(u.states, m.StatusList[len(m.StatusList)-1].Status) })
	})
	if err != nil {
		r.t.Fatal(err)
	}
	return u
}

func id(n byte) unique_identifier_msgs.UUID { return unique_identifier_msgs.UUID{Uuid: [16]byte{n}} }

func (u *user) send(n byte, instruction string) bool {
	u.t.Helper()
	q := &hyt_msgs.ExecuteSendGoalRequest{GoalId: id(n)}
	q.Goal.Instruction = instruction
	return call[hyt_msgs.ExecuteSendGoalResponse](u.rig, "/policy/execute/_action/send_goal", q).Accepted
}

func (u *user) cancel(n byte) *am.CancelGoalResponse {
	u.t.Helper()
	q := &am.CancelGoalRequest{}
	if n > 0 {
		q.GoalInfo.GoalId = id(n)
	}
	return call[am.CancelGoalResponse](u.rig, "/policy/execute/_action/cancel_goal", q)
}

// result waits for the end of a goal.
func (u *user) result(n byte) *hyt_msgs.ExecuteGetResultResponse {
	u.t.Helper()
	return call[hyt_msgs.ExecuteGetResultResponse](u.rig, "/policy/execute/_action/get_result", &hyt_msgs.ExecuteGetResultRequest{GoalId: id(n)})
}

func (u *user) arm() {
	u.t.Helper()
	time.Sleep(200 * time.Millisecond) // the pose has come
	if a := call[std_srvs.SetBoolResponse](u.rig, "/policy/arm", &std_srvs.SetBoolRequest{Data: true}); !a.Success {
		u.t.Fatal(a.Message)
	}
}

func publish[M std_msgs.Bool | hyt_msgs.Thought, PM bus.Pointer[M]](u *user, topic string, m M) {
	u.t.Helper()
	p, err := node.Advertise[PM](u.robot, topic, bus.Default())
	if err != nil {
		u.t.Fatal(err)
	}
	if err := p.Publish(PM(&m)); err != nil {
		u.t.Fatal(err)
	}
	time.Sleep(time.Millisecond)
}

func TestAGoalMovesTheRobotUntilItIsDone(t *testing.T) {
	start(t, nil, func(r *rig) {
		u := newUser(r)
		u.arm()
		if !u.send(1, "touch the red cube") {
			t.Fatal("rejected")
		}
		if got := r.during(time.Second); moving(got) < 40 {
			t.Errorf("%d of %d moving", moving(got), len(got))
		}
		publish(u, "thought", hyt_msgs.Thought{Plan: []string{"pick red cube", "place red cube on table"}})
		publish(u, "thought", hyt_msgs.Thought{Plan: []string{"place red cube on table"}})
		publish(u, "task_done", std_msgs.Bool{Data: true})
		a := u.result(1)
		if a.Status != am.GoalStatus_STATUS_SUCCEEDED || !a.Result.Success || !strings.HasPrefix(a.Result.Message, "done after 1.") {
			t.Errorf("%+v", a)
		}
		if got := r.during(time.Second); moving(got) > 0 {
			t.Errorf("%d moving afterwards", moving(got))
		}
		if len(u.feedback) != 2 || u.feedback[0].Feedback.Progress != 0 || u.feedback[1].Feedback.Progress != 0.5 || u.feedback[1].GoalId != id(1) {
			t.Errorf("feedback %+v", u.feedback)
		}
		if u.states[0] != am.GoalStatus_STATUS_EXECUTING || u.states[len(u.states)-1] != am.GoalStatus_STATUS_SUCCEEDED {
			t.Errorf("states %v", u.states)
		}
	})
}

func TestAGoalEndsInOtherWays(t *testing.T) {
	for name, c := range map[string]struct {
		end     func(u *user)
		status  int8
		message string
	}{
		"failed":    {func(u *user) { publish(u, "task_done", std_msgs.Bool{}) }, am.GoalStatus_STATUS_ABORTED, "the task failed (task_done is false)"},
		"late":      {func(*user) { time.Sleep(6 * time.Second) }, am.GoalStatus_STATUS_ABORTED, "not done after 5s (execute_timeout)"},
		"cancelled": {func(u *user) { u.cancel(1) }, am.GoalStatus_STATUS_CANCELED, "cancelled"},
		"all gone":  {func(u *user) { u.cancel(0) }, am.GoalStatus_STATUS_CANCELED, "cancelled"},
		"replaced":  {func(u *user) { u.say("push the blue ball") }, am.GoalStatus_STATUS_ABORTED, `another instruction came: "push the blue ball"`},
		"paused": {func(u *user) {
			call[lc.ChangeStateResponse](u.rig, "/policy/change_state", &lc.ChangeStateRequest{Transition: lc.Transition{Label: "deactivate"}})
		}, am.GoalStatus_STATUS_ABORTED, "the node is not active any more"},
	} {
		t.Run(name, func(t *testing.T) {
			start(t, func(c *config.Policy) { c.ExecuteTimeout = 5 }, func(r *rig) {
				u := newUser(r)
				u.arm()
				if !u.send(1, "touch the red cube") {
					t.Fatal("rejected")
				}
				c.end(u)
				if a := u.result(1); a.Status != c.status || a.Result.Success || a.Result.Message != c.message {
					t.Errorf("%+v", a)
				}
				if got := r.during(time.Second); name != "replaced" && moving(got) > 0 {
					t.Errorf("%d moving afterwards", moving(got))
				}
			})
		})
	}
}

func TestGoalsThatCannotBeCarriedOutAreRejected(t *testing.T) {
	start(t, nil, func(r *rig) {
		u := newUser(r)
		if u.send(1, "touch the red cube") {
			t.Error("taken while disarmed")
		}
		u.arm()
		if u.send(2, "stop") || u.send(3, "  ") {
			t.Error("taken without anything to do")
		}
		if !u.send(4, "touch the red cube") || u.send(5, "push the red cube") || u.send(4, "touch the red cube") {
			t.Error("a second goal at the same time")
		}
		for n, want := range map[byte]int8{4: am.CancelGoalResponse_ERROR_NONE, 9: am.CancelGoalResponse_ERROR_UNKNOWN_GOAL_ID} {
			if a := u.cancel(n); a.ReturnCode != want {
				t.Errorf("cancel %d: %+v", n, a)
			}
		}
		u.result(4)
		if a := u.cancel(4); a.ReturnCode != am.CancelGoalResponse_ERROR_GOAL_TERMINATED {
			t.Errorf("%+v", a)
		}
		if a := u.result(7); a.Status != am.GoalStatus_STATUS_UNKNOWN {
			t.Errorf("%+v", a)
		}
		if !u.send(8, "touch the red cube") {
			t.Error("nothing is going on, and it was rejected")
		}
		u.cancel(8)
	})
}
