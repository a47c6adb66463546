package output

import (
	"context"
	"errors"
	"math"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	am "hyt/msgs/action_msgs"
	"hyt/msgs/bus"
	cm "hyt/msgs/control_msgs"
	"hyt/msgs/std_msgs"
	"hyt/msgs/unique_identifier_msgs"
	"hyt/nodes/control"
	"hyt/nodes/node"
)

// claw is a gripper_action_controller: each accepted goal takes over from the one
// before, which is then aborted.
type claw struct {
	t        *testing.T
	feedback *bus.Publisher[*cm.GripperCommandFeedbackMessage]

	mu      sync.Mutex
	asked   []cm.GripperCommand
	rejects bool
	stalls  bool
	now     unique_identifier_msgs.UUID
	over    chan struct{} // closed when the present goal ends
}

const clawName = "gripper_controller/gripper_cmd"

func newClaw(r *rig) *claw {
	c := &claw{t: r.t, over: make(chan struct{})}
	var err error
	if c.feedback, err = node.Advertise[*cm.GripperCommandFeedbackMessage](r.robot, clawName+"/_action/feedback", bus.Default()); err != nil {
		r.t.Fatal(err)
	}
	err = errors.Join(
		node.Serve(r.robot, clawName+"/_action/send_goal", c.send),
		node.Serve(r.robot, clawName+"/_action/get_result", c.result),
	)
	if err != nil {
		r.t.Fatal(err)
	}
	return c
}

func (c *claw) send(q *cm.GripperCommandSendGoalRequest, a *cm.GripperCommandSendGoalResponse) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.rejects {
		return
	}
	close(c.over)
	c.over = make(chan struct{})
	c.now, a.Accepted = q.GoalId, true
	c.asked = append(c.asked, q.Goal.Command)
	_ = c.feedback.Publish(&cm.GripperCommandFeedbackMessage{GoalId: q.GoalId, Feedback: cm.GripperCommandFeedback{Position: 0.02}})
}

// result takes 100 ms, or until another goal comes.
func (c *claw) result(q *cm.GripperCommandGetResultRequest, a *cm.GripperCommandGetResultResponse) {
	c.mu.Lock()
	over, stalls, mine := c.over, c.stalls, c.now == q.GoalId
	c.mu.Unlock()
	a.Status = am.GoalStatus_STATUS_ABORTED
	if !mine {
		return
	}
	select {
	case <-over:
	case <-time.After(100 * time.Millisecond):
		a.Result.Position, a.Result.Stalled, a.Result.ReachedGoal = 0.03, stalls, !stalls
		if !stalls {
			a.Status = am.GoalStatus_STATUS_SUCCEEDED
		}
	}
}

func (c *claw) positions() (all []float64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, q := range c.asked {
		all = append(all, q.Position)
	}
	return all
}

// grasp runs test with an output whose gripper is the action, from -0.01 (closed) to 0.04.
func grasp(t *testing.T, test func(r *rig, o *Output)) {
	start(t, func(r *rig) {
		o, err := Open(r.policy, Settings{Kind: Twist, Frame: "base_link",
			Gripper: Gripper{Kind: GripperCommand, Action: clawName, Closed: -0.01, Open: 0.04, Effort: 5}})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(context.Background())
		done := make(chan struct{})
		go func() { o.Run(ctx); close(done) }()
		defer func() { cancel(); <-done }()
		test(r, o)
	})
}

// ask sends an opening for as long, 50 times a second.
func ask(t *testing.T, o *Output, opening float64, d time.Duration) {
	t.Helper()
	for end := time.Now().Add(d); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if err := o.Send(control.Command{HasGripper: true, Gripper: opening}); err != nil {
			t.Fatal(err)
		}
	}
}

func TestEachNewTargetOfTheGripperIsOneGoal(t *testing.T) {
	grasp(t, func(r *rig, o *Output) {
		c := newClaw(r)
		ask(t, o, 1, time.Second)
		if g := o.hand.read(); g.position != 0.03 || !g.reached || g.fault != nil {
			t.Errorf("at the end of the goal: %+v", g)
		}
		ask(t, o, 0, 40*time.Millisecond)
		if g := o.hand.read(); g.position != 0.02 || g.reached {
			t.Errorf("by feedback: %+v", g)
		}
		ask(t, o, 0.005, time.Second) // as good as closed
		ask(t, o, 0.5, time.Second)
		got := c.positions()
		if len(got) != 3 || got[0] != 0.04 || got[1] != -0.01 || math.Abs(got[2]-0.015) > 1e-9 || c.asked[0].MaxEffort != 5 {
			t.Errorf("%v %+v", got, c.asked)
		}
	})
}

func TestATargetThatMovesAllTheTimeDoesNotFloodTheGripper(t *testing.T) {
	grasp(t, func(r *rig, o *Output) {
		c := newClaw(r)
		for i := range 50 { // a second
			ask(t, o, float64(i)/49, 20*time.Millisecond)
		}
		time.Sleep(200 * time.Millisecond)
		got := c.positions()
		if n := len(got); n > 21 || n < 10 || got[n-1] != 0.04 {
			t.Errorf("%d goals, the last %v", n, got[n-1])
		}
		if g := o.hand.read(); g.fault != nil || !g.reached {
			t.Errorf("%+v: a goal that another one took over from is no fault", g)
		}
	})
}

func TestAGripperThatIsNotThereHoldsNobodyUpAndIsAskedWhenItComes(t *testing.T) {
	grasp(t, func(r *rig, o *Output) {
		begin := time.Now()
		ask(t, o, 1, 3*time.Second)
		if took := time.Since(begin); took != 3*time.Second {
			t.Errorf("sending took %v", took)
		}
		if g := o.hand.read(); g.fault == nil || !strings.Contains(g.fault.Error(), "no answer from the action gripper_controller/gripper_cmd within 1s") {
			t.Errorf("%+v", g)
		}
		c := newClaw(r)
		ask(t, o, 1, 3*time.Second)
		if got, g := c.positions(), o.hand.read(); len(got) == 0 || g.fault != nil || g.asked != 1 {
			t.Errorf("%v %+v", got, g)
		}
	})
}

func TestARejectedGoalIsReportedAndTriedAgain(t *testing.T) {
	grasp(t, func(r *rig, o *Output) {
		c := newClaw(r)
		c.mu.Lock()
		c.rejects = true
		c.mu.Unlock()
		ask(t, o, 1, time.Second)
		if g := o.hand.read(); g.fault == nil || g.fault.Error() != "the action gripper_controller/gripper_cmd rejected position 0.04" {
			t.Errorf("%+v", g)
		}
		c.mu.Lock()
		c.rejects = false
		c.mu.Unlock()
		ask(t, o, 1, 2*time.Second)
		if g := o.hand.read(); g.fault != nil || len(c.positions()) != 1 {
			t.Errorf("%+v", g)
		}
	})
}

func TestAStallIsAGraspAndNoFault(t *testing.T) {
	grasp(t, func(r *rig, o *Output) {
		c := newClaw(r)
		c.stalls = true
		ask(t, o, 0, time.Second)
		if g := o.hand.read(); !g.stalled || g.reached || g.fault != nil || g.position != 0.03 {
			t.Errorf("%+v", g)
		}
	})
}

func TestTheFloat64GripperHasItsUnitsToo(t *testing.T) {
	start(t, func(r *rig) {
		got := heard[std_msgs.Float64](r, "gripper")
		o, err := Open(r.policy, Settings{Kind: Twist, Gripper: Gripper{Closed: 0.8, Open: 0}})
		if err != nil {
			t.Fatal(err)
		}
		ask(t, o, 0.25, 20*time.Millisecond)
		synctest.Wait()
		if len(*got) != 1 || (*got)[0].Data < 0.6-1e-12 || (*got)[0].Data > 0.6+1e-12 {
			t.Errorf("%+v", *got)
		}
	})
}

func TestNoGripperIsToldNothing(t *testing.T) {
	start(t, func(r *rig) {
		got := heard[std_msgs.Float64](r, "gripper")
		o, err := Open(r.policy, Settings{Kind: Twist, Gripper: Gripper{Kind: GripperNone}})
		if err != nil {
			t.Fatal(err)
		}
		ask(t, o, 1, 100*time.Millisecond)
		synctest.Wait()
		if len(*got) != 0 {
			t.Errorf("%+v", *got)
		}
		if _, err := Open(r.policy, Settings{Kind: Twist, Gripper: Gripper{Kind: "claw"}}); err == nil || err.Error() != `unknown gripper_type "claw": use float64, command or none` {
			t.Error(err)
		}
	})
}

func TestTellingTheGripperAllocatesNothing(t *testing.T) {
	start(t, func(r *rig) {
		o, err := Open(r.policy, Settings{Kind: Twist, Gripper: Gripper{Kind: GripperCommand, Action: clawName, Open: 1}})
		if err != nil {
			t.Fatal(err)
		}
		opening := 0.0
		n := testing.AllocsPerRun(100, func() {
			opening += 0.001
			_ = o.Send(control.Command{HasGripper: true, Gripper: opening})
		})
		if n > 0 {
			t.Errorf("%v allocations", n)
		}
	})
}
