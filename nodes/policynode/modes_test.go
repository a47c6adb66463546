package policynode

import (
	"errors"
	"strings"
	"testing"
	"time"

	"hyt/config"
	"hyt/msgs/builtin_interfaces"
	"hyt/msgs/bus"
	"hyt/msgs/hyt_msgs"
	"hyt/msgs/std_msgs"
	"hyt/nodes/control"
	"hyt/nodes/node"
	"hyt/policy"
	"hyt/policy/thought"
)

func TestGuidedFollowsAThoughtOfThisInstructionAndActsWithout(t *testing.T) {
	m := tinyModel(t)
	at := time.Unix(100, 0)
	plan := func(instruction string) policy.Chunk {
		t.Helper()
		chunk, err := m.Plan(t.Context(), policy.Guided, blackAt(m, at), instruction)
		if err != nil {
			t.Fatal(err)
		}
		return chunk
	}
	if got := plan("touch the red cube"); got.Mode != policy.Act {
		t.Errorf("without a thought: mode %s", got.Mode)
	}
	idea, err := thought.Parse("sub push red cube;")
	if err != nil {
		t.Fatal(err)
	}
	m.Heard(idea, "touch the red cube", at.Add(-time.Second))
	if got := plan("touch the red cube"); got.Mode != policy.Follow || got.Thought != "sub push red cube;" {
		t.Errorf("with one: mode %s, thought %q", got.Mode, got.Thought)
	}
	if got := plan("push the red cube"); got.Mode != policy.Act {
		t.Errorf("with one of another instruction: mode %s", got.Mode)
	}
	at = at.Add(10 * time.Second)
	if got := plan("touch the red cube"); got.Mode != policy.Act {
		t.Errorf("with an old one: mode %s", got.Mode)
	}
}

func TestAutoNeedsAGate(t *testing.T) {
	m := tinyModel(t)
	if err := m.Can(policy.Auto); !errors.Is(err, policy.ErrGate) {
		t.Error(err)
	}
}

func TestThoughtsFromOtherProcessesReachTheModelWithTheirInstruction(t *testing.T) {
	start(t, func(c *config.Policy) { c.Mode = "guided" }, func(r *rig) {
		thoughts, err := node.Advertise[*hyt_msgs.Thought](r.robot, "thought", bus.Default())
		if err != nil {
			t.Fatal(err)
		}
		say := func(text string, at time.Time) {
			m := &hyt_msgs.Thought{Text: text}
			m.Header.Stamp = builtin_interfaces.FromTime(at)
			_ = thoughts.Publish(m)
			time.Sleep(time.Millisecond)
		}
		before := time.Now()
		say("sub push red cube;", before) // nothing to do yet
		time.Sleep(time.Second)
		r.say("touch the red cube")
		time.Sleep(time.Millisecond)
		say("sub push red cube;", before) // about what was before the instruction
		say("no thought at all", time.Now())
		say("sub touch red cube;", time.Now())
		if got := strings.Join(r.model.heardThoughts(), ", "); got != "touch the red cube: sub touch red cube;" {
			t.Error(got)
		}
		time.Sleep(time.Second)
		if got := r.model.heard(); len(got) == 0 || got[0] != "guided: touch the red cube" {
			t.Errorf("asked %q", got)
		}
	})
}

func TestTheRobotHoldsWithoutASignOfLife(t *testing.T) {
	start(t, func(c *config.Policy) { c.DeadmanTimeout, c.ArmOnActivate = 0.5, true }, func(r *rig) {
		alive, err := node.Advertise[*std_msgs.Empty](r.robot, "alive", bus.Default())
		if err != nil {
			t.Fatal(err)
		}
		r.say("touch the red cube")
		if got := r.during(time.Second); moving(got) != 0 {
			t.Errorf("%d moving before the first", moving(got))
		}
		_ = alive.Publish(&std_msgs.Empty{})
		if got := r.during(2 * time.Second); moving(got) < 20 || moving(got) > 26 {
			t.Errorf("%d moving after one", moving(got))
		}
		r.wantStatus("control", node.Warn, control.Deadman.Sentence())
	})
}

func TestAnOldInstructionCountsNoMore(t *testing.T) {
	start(t, func(c *config.Policy) { c.InstructionTimeout, c.ArmOnActivate = 1, true }, func(r *rig) {
		time.Sleep(time.Second)
		r.say("touch the red cube")
		if got := r.during(3 * time.Second); moving(got) < 40 || moving(got) > 51 {
			t.Errorf("%d moving", moving(got))
		}
		r.say("touch the red cube")
		if got := r.during(500 * time.Millisecond); moving(got) < 20 {
			t.Errorf("%d moving after it was said again", moving(got))
		}
	})
}

func TestBlendingAndLimitsChangeWhileTheRobotMoves(t *testing.T) {
	start(t, func(c *config.Policy) { c.ArmOnActivate = true }, func(r *rig) {
		r.say("touch the red cube")
		r.during(time.Second)
		for name, v := range map[string]any{"blending": "realtime", "resampling": "linear", "max_linear_speed": 0.05} {
			if err := r.policy.SetParameter(name, v); err != nil {
				t.Fatal(err)
			}
		}
		got := r.during(time.Second)
		if v := got[len(got)-1].Twist.Linear.X; v > 0.0501 || v < 0.04 {
			t.Errorf("speed %v", v)
		}
		if err := r.policy.SetParameter("mode", "auto"); err == nil || !strings.Contains(err.Error(), "has no mode auto") {
			t.Error(err)
		}
	})
}

func TestAReplacedModelIsReportedAndTheLoadedOneGoesOn(t *testing.T) {
	start(t, func(c *config.Policy) { c.ArmOnActivate = true }, func(r *rig) {
		r.say("touch the red cube")
		r.model.set(func(m *fakeModel) { m.replaced = errors.New("act.onnx was replaced") })
		if got := r.during(2 * time.Second); moving(got) < 90 {
			t.Errorf("%d moving", moving(got))
		}
		r.wantStatus("inference", node.Warn, "act.onnx was replaced")
	})
}
