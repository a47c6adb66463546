package policynode

import (
	"errors"
	"math"
	"slices"
	"testing"
	"time"

	"hyt/config"
	"hyt/msgs/bus"
	"hyt/msgs/hyt_msgs"
	"hyt/msgs/sensor_msgs"
	"hyt/msgs/std_msgs"
	"hyt/msgs/std_srvs"
	"hyt/nodes/node"
)

func armed(c *config.Policy) { c.ArmOnActivate = true }

func TestDisarmedItPlansAndReportsAndSendsNothing(t *testing.T) {
	start(t, nil, func(r *rig) {
		r.say("touch the red cube")
		if got := r.during(3 * time.Second); len(got) != 0 || len(r.grippers) != 0 {
			t.Errorf("%d actions, %d grippers", len(got), len(r.grippers))
		}
		if len(r.chunks) < 25 {
			t.Errorf("%d chunks in 3 s", len(r.chunks))
		}
		c := r.chunks[0]
		if c.Mode != "act" || c.ModelSha256 != "abc" || len(c.Actions) != 12 || c.Period != 0.1 || !slices.Equal(c.Units, []string{"m", "rad", ""}) {
			t.Errorf("%+v", c)
		}
		r.wantStatus("control", node.OK, "disarmed")
		r.wantStatus("inference", node.OK, "planning")
	})
}

func TestArmedItCommandsAtTheControlRate(t *testing.T) {
	start(t, nil, func(r *rig) {
		r.say("touch the red cube")
		time.Sleep(time.Second)
		if a := call[std_srvs.SetBoolResponse](r, "/policy/arm", &std_srvs.SetBoolRequest{Data: true}); !a.Success {
			t.Fatal(a.Message)
		}
		actions := r.during(2 * time.Second)
		if len(actions) != 100 || moving(actions) != 100 {
			t.Fatalf("%d actions in 2 s, %d of them moving", len(actions), moving(actions))
		}
		last := actions[99]
		if math.Abs(last.Twist.Linear.X-0.1) > 1e-9 || last.Header.FrameId != "base_link" || r.grippers[len(r.grippers)-1] != 0.5 {
			t.Errorf("%+v, gripper %v", last, r.grippers[len(r.grippers)-1])
		}
		if age := time.Since(last.Header.Stamp.AsTime()); age != time.Millisecond {
			t.Errorf("stamped %v ago", age)
		}
		r.wantStatus("control", node.OK, "following the policy")
		if hz := value(r.status["policy: control"], "control_hz"); hz != "50" {
			t.Errorf("control_hz %s", hz)
		}
		call[std_srvs.SetBoolResponse](r, "/policy/arm", &std_srvs.SetBoolRequest{Data: false})
		if rest := r.during(time.Second); len(rest) != 1 || moving(rest) != 0 {
			t.Errorf("after disarming: %d actions, %d moving", len(rest), moving(rest))
		}
	})
}

func TestStaleImageHoldsAndRecovers(t *testing.T) {
	start(t, armed, func(r *rig) {
		r.say("touch the red cube")
		time.Sleep(time.Second)
		r.locked(func() { r.quiet = true })
		time.Sleep(500 * time.Millisecond)
		if held := r.during(2 * time.Second); len(held) != 100 || moving(held) != 0 {
			t.Errorf("without images: %d actions, %d moving", len(held), moving(held))
		}
		r.wantStatus("control", node.Error, "no fresh image")
		r.locked(func() { r.quiet = false })
		time.Sleep(200 * time.Millisecond)
		if got := r.during(time.Second); moving(got) != 50 {
			t.Errorf("after images came back: %d moving", moving(got))
		}
	})
}

func TestBadImagesAreReportedAndNothingIsDoneWithThem(t *testing.T) {
	tests := []struct {
		name  string
		spoil func(*sensor_msgs.Image)
		want  string
	}{
		{"encoding", func(m *sensor_msgs.Image) { m.Encoding = "bayer_rggb8" }, "image: image encoding \"bayer_rggb8\" is not supported"},
		{"truncated", func(m *sensor_msgs.Image) { m.Data = m.Data[:5] }, "image: image data is truncated: 5 bytes of 12"},
		{"size", func(m *sensor_msgs.Image) { m.Width = 0 }, "image: image size"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			start(t, armed, func(r *rig) {
				r.locked(func() { r.bad = tt.spoil })
				time.Sleep(time.Second)
				r.model.set(func(m *fakeModel) { m.asked = nil })
				r.say("touch the red cube")
				if got := r.during(3 * time.Second); moving(got) != 0 {
					t.Errorf("%d moving actions", moving(got))
				}
				if len(r.model.heard()) != 0 || len(r.chunks) != 0 {
					t.Errorf("planned %d times", len(r.model.heard()))
				}
				r.wantStatus("inference", node.Error, tt.want)
				r.wantStatus("control", node.Error, "no fresh image")
			})
		})
	}
}

func TestNonFinitePlansAreDropped(t *testing.T) {
	start(t, armed, func(r *rig) {
		r.model.set(func(m *fakeModel) { m.velocity = math.NaN() })
		r.say("touch the red cube")
		if got := r.during(3 * time.Second); moving(got) != 0 || len(r.chunks) != 0 {
			t.Errorf("%d moving actions, %d chunks", moving(got), len(r.chunks))
		}
		r.wantStatus("inference", node.Error, "not a finite number")
		if n := value(r.status["policy: control"], "chunks_not_finite"); n == "0" {
			t.Error("not counted")
		}
	})
}

func TestEndOfThePlanHoldsWhenTheModelFails(t *testing.T) {
	start(t, armed, func(r *rig) {
		r.say("touch the red cube")
		time.Sleep(time.Second)
		r.model.set(func(m *fakeModel) { m.broken = errors.New("out of memory") })
		time.Sleep(500 * time.Millisecond)
		if got := r.during(2 * time.Second); len(got) != 100 || moving(got) != 0 {
			t.Errorf("%d actions, %d moving", len(got), moving(got))
		}
		r.wantStatus("control", node.Warn, "the last chunk is used up")
		r.wantStatus("inference", node.Error, "out of memory")
	})
}

func TestStopInstructionHoldsAndANewOneMoves(t *testing.T) {
	for _, word := range []string{"stop", "", " Stop "} {
		start(t, armed, func(r *rig) {
			r.say("touch the red cube")
			time.Sleep(time.Second)
			r.say(word)
			time.Sleep(40 * time.Millisecond)
			if got := r.during(time.Second); len(got) != 50 || moving(got) != 0 {
				t.Errorf("%q: %d actions, %d moving", word, len(got), moving(got))
			}
			r.wantStatus("control", node.OK, "no instruction")
			r.say("touch the blue ball")
			time.Sleep(40 * time.Millisecond) // the plan does not wait for the next image
			if got := r.during(time.Second); moving(got) != 50 {
				t.Errorf("%q: %d moving after a new instruction", word, moving(got))
			}
		})
	}
}

func TestInstructionsAreHeardOnceFromEitherKindOfPublisher(t *testing.T) {
	patient := func(c *config.Policy) { c.ImageTimeout, c.PoseTimeout = 10, 10 }
	start(t, patient, func(r *rig) {
		volatile, err := node.Advertise[*std_msgs.String](r.robot, "instruction", bus.Default())
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second)
		r.locked(func() { r.quiet = true })
		time.Sleep(time.Second)
		r.say("first") // a new instruction is planned for at once, on the last image
		time.Sleep(50 * time.Millisecond)
		_ = volatile.Publish(&std_msgs.String{Data: "second"})
		time.Sleep(50 * time.Millisecond)
		if want := []string{"act: first", "act: second"}; !slices.Equal(r.model.heard(), want) {
			t.Errorf("asked %q, want %q", r.model.heard(), want)
		}
	})
}

func TestAPlanForAnOlderInstructionIsDropped(t *testing.T) {
	start(t, armed, func(r *rig) {
		r.model.set(func(m *fakeModel) { m.took = 70 * time.Millisecond })
		r.say("touch the red cube")
		time.Sleep(30 * time.Millisecond)
		r.say("stop")
		if got := r.during(time.Second); moving(got) != 0 || len(r.chunks) != 0 {
			t.Errorf("%d moving actions, %d chunks", moving(got), len(r.chunks))
		}
	})
}

func TestWithoutAPoseArmingIsRefused(t *testing.T) {
	start(t, nil, func(r *rig) {
		r.locked(func() { r.lost = true })
		time.Sleep(time.Second)
		a := call[std_srvs.SetBoolResponse](r, "/policy/arm", &std_srvs.SetBoolRequest{Data: true})
		if a.Success || a.Message == "" {
			t.Errorf("%+v", a)
		}
		if got := r.during(time.Second); len(got) != 0 {
			t.Errorf("%d actions", len(got))
		}
	})
}

func TestStopServiceIsLatched(t *testing.T) {
	start(t, armed, func(r *rig) {
		r.say("touch the red cube")
		time.Sleep(time.Second)
		call[std_srvs.TriggerResponse](r, "/policy/stop", &std_srvs.TriggerRequest{})
		time.Sleep(40 * time.Millisecond)
		if got := r.during(time.Second); moving(got) != 0 {
			t.Errorf("%d moving while stopped", moving(got))
		}
		if a := call[std_srvs.SetBoolResponse](r, "/policy/arm", &std_srvs.SetBoolRequest{Data: true}); a.Success {
			t.Error("armed while stopped")
		}
		call[std_srvs.TriggerResponse](r, "/policy/reset_stop", &std_srvs.TriggerRequest{})
		time.Sleep(40 * time.Millisecond)
		if got := r.during(time.Second); len(got) != 0 {
			t.Errorf("%d actions after the reset, before arming", len(got))
		}
		call[std_srvs.SetBoolResponse](r, "/policy/arm", &std_srvs.SetBoolRequest{Data: true})
		if got := r.during(time.Second); moving(got) < 45 {
			t.Errorf("%d moving after arming", moving(got))
		}
	})
}

func TestFollowModeTakesTheGivenThought(t *testing.T) {
	start(t, armed, func(r *rig) {
		follow, err := node.Advertise[*std_msgs.String](r.robot, "follow", bus.Default())
		if err != nil {
			t.Fatal(err)
		}
		if a := call[hyt_msgs.SetModeResponse](r, "/policy/set_mode", &hyt_msgs.SetModeRequest{Mode: "follow"}); !a.Success {
			t.Fatal(a.Message)
		}
		r.say("touch the red cube")
		if got := r.during(time.Second); moving(got) != 0 {
			t.Errorf("%d moving without a thought to follow", moving(got))
		}
		r.wantStatus("inference", node.OK, "nothing came on topic follow")
		_ = follow.Publish(&std_msgs.String{Data: "sub push blue cylinder"})
		time.Sleep(time.Second)
		if got := r.during(time.Second); moving(got) != 50 || r.model.heard()[0] != "follow: sub push blue cylinder" {
			t.Errorf("%d moving, asked %q", moving(got), r.model.heard())
		}
		for _, tt := range []struct{ mode, want string }{
			{"auto", "the fake model has no mode auto"},
			{"fast", `parameter "mode" is "fast", must be one of act, think, follow, guided, auto`},
		} {
			if a := call[hyt_msgs.SetModeResponse](r, "/policy/set_mode", &hyt_msgs.SetModeRequest{Mode: tt.mode}); a.Success || a.Message != tt.want {
				t.Errorf("%s: %+v", tt.mode, a)
			}
		}
	})
}
