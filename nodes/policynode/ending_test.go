package policynode

import (
	"sync/atomic"
	"testing"
	"time"

	"hyt/config"
	am "hyt/msgs/action_msgs"
	"hyt/msgs/builtin_interfaces"
	"hyt/msgs/bus"
	"hyt/msgs/hyt_msgs"
	"hyt/msgs/std_msgs"
	"hyt/msgs/std_srvs"
	"hyt/nodes/node"
)

// think publishes a thinker's thought about the present.
func (u *user) think(text string) {
	m := hyt_msgs.Thought{Text: text}
	m.Header.Stamp = builtin_interfaces.FromTime(time.Now())
	publish(u, "thought", m)
}

// dones counts what comes on task_done.
func (r *rig) dones() *atomic.Int64 {
	n := new(atomic.Int64)
	if _, err := node.Subscribe(r.robot, "task_done", bus.Default(), func(*std_msgs.Bool) { n.Add(1) }); err != nil {
		r.t.Fatal(err)
	}
	return n
}

func TestTwoThoughtsThatAllIsDoneEndTheGoal(t *testing.T) {
	start(t, nil, func(r *rig) {
		u, told := newUser(r), r.dones()
		u.arm()
		if !u.send(1, "touch the red cube") {
			t.Fatal("rejected")
		}
		for _, text := range []string{"sub done;", "sub touch red cube;", "sub done;"} {
			time.Sleep(500 * time.Millisecond)
			u.think(text)
		}
		if told.Load() != 0 {
			t.Errorf("%d after one at a time", told.Load())
		}
		u.think("sub done; move still;")
		if a := u.result(1); a.Status != am.GoalStatus_STATUS_SUCCEEDED {
			t.Errorf("%+v", a)
		}
		u.think("sub done;")
		if got := r.during(time.Second); moving(got) > 0 || told.Load() != 1 {
			t.Errorf("%d moving, told %d", moving(got), told.Load())
		}
		if !u.send(2, "touch the red cube") { // anew: the last word was about the first goal
			t.Fatal("rejected")
		}
		u.think("sub done;")
		if told.Load() != 1 {
			t.Errorf("told %d", told.Load())
		}
		u.think("sub done;")
		if a := u.result(2); a.Status != am.GoalStatus_STATUS_SUCCEEDED || told.Load() != 2 {
			t.Errorf("%+v, told %d", a, told.Load())
		}
	})
}

func TestWhatThePolicyItselfThinksCountsToo(t *testing.T) {
	start(t, func(c *config.Policy) { c.Mode = "think" }, func(r *rig) {
		u, told := newUser(r), r.dones()
		var thoughts []*hyt_msgs.Thought
		if _, err := node.Subscribe(r.robot, "policy/thought", bus.Default(), func(m *hyt_msgs.Thought) {
			r.locked(func() { thoughts = append(thoughts, m) })
		}); err != nil {
			t.Fatal(err)
		}
		u.arm()
		if !u.send(1, "touch the red cube") {
			t.Fatal("rejected")
		}
		time.Sleep(time.Second)
		r.model.set(func(m *fakeModel) { m.thinks = "sub touch red cube; grip open;" })
		time.Sleep(time.Second)
		r.locked(func() {
			if len(thoughts) < 5 || thoughts[0].Text != "sub touch red cube; grip open;" || thoughts[0].Header.Stamp != r.chunks[len(r.chunks)-len(thoughts)].ObservationStamp {
				t.Errorf("thoughts %+v", thoughts)
			}
			if len(u.feedback) < 5 || u.feedback[0].Feedback.Thought.Subtask != "touch red cube" {
				t.Errorf("feedback %+v", u.feedback)
			}
		})
		r.model.set(func(m *fakeModel) { m.thinks = "sub done; grip open;" })
		a := u.result(1)
		time.Sleep(time.Millisecond)
		if a.Status != am.GoalStatus_STATUS_SUCCEEDED || told.Load() != 1 {
			t.Errorf("%+v, told %d", a, told.Load())
		}
	})
}

func TestTheModelsWordNeedNotCount(t *testing.T) {
	start(t, func(c *config.Policy) { c.DoneAfter = 0 }, func(r *rig) {
		u, told := newUser(r), r.dones()
		u.arm()
		u.send(1, "touch the red cube")
		for range 5 {
			u.think("sub done;")
		}
		if got := r.during(time.Second); moving(got) != 50 || told.Load() != 0 {
			t.Errorf("%d moving, told %d", moving(got), told.Load())
		}
		u.cancel(1)
	})
}

func TestAGoalMayNameItsMode(t *testing.T) {
	start(t, nil, func(r *rig) {
		u := newUser(r)
		u.arm()
		send := func(n byte, mode, instruction string) bool {
			q := &hyt_msgs.ExecuteSendGoalRequest{GoalId: id(n)}
			q.Goal.Instruction, q.Goal.Mode = instruction, mode
			return call[hyt_msgs.ExecuteSendGoalResponse](r, "/policy/execute/_action/send_goal", q).Accepted
		}
		for _, bad := range [][2]string{{"auto", "touch the red cube"}, {"dance", "touch the red cube"}, {"follow", "please go left"}} {
			if send(9, bad[0], bad[1]) {
				t.Errorf("took %q in mode %q", bad[1], bad[0])
			}
		}
		if !send(1, "follow", "sub push red cube") {
			t.Fatal("rejected")
		}
		if got := r.during(time.Second); moving(got) < 40 {
			t.Errorf("%d moving", moving(got))
		}
		u.cancel(1)
		if asked := r.model.heard(); asked[len(asked)-1] != "follow: sub push red cube" {
			t.Errorf("asked %q", asked[len(asked)-1])
		}
		if got := r.during(time.Second); moving(got) > 1 {
			t.Errorf("%d moving after the goal", moving(got))
		}
		r.say("touch the red cube") // the mode was the goal's only
		r.during(time.Second)
		if asked := r.model.heard(); asked[len(asked)-1] != "act: touch the red cube" {
			t.Errorf("asked %q", asked[len(asked)-1])
		}
		call[std_srvs.SetBoolResponse](r, "/policy/arm", &std_srvs.SetBoolRequest{})
	})
}

func TestTheModelsWordHasToComeInARow(t *testing.T) {
	told := 0
	e := &ending{need: 3, tell: func() { told++ }}
	since := time.Unix(5, 0)
	for _, done := range []bool{true, true, false, true, true} {
		e.saw(done, since)
	}
	if told != 0 {
		t.Error("told too soon")
	}
	for range 5 {
		e.saw(true, since)
	}
	if told != 1 {
		t.Errorf("told %d times", told)
	}
	e.saw(true, since.Add(time.Second))
	e.saw(true, since.Add(time.Second))
	if told != 1 {
		t.Error("words about one instruction counted for another")
	}
}
