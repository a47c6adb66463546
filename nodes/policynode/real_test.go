package policynode

import (
	"errors"
	"math"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"hyt/config"
	"hyt/msgs/builtin_interfaces"
	"hyt/msgs/bus"
	"hyt/msgs/sensor_msgs"
	"hyt/nodes/engines"
	"hyt/nodes/node"
	"hyt/policy/onnx"
	"hyt/policy/policytest"
)

// The whole node, from images to commands, on tiny real models of each kind.
func TestModelsOfEachKindDriveTheRobot(t *testing.T) {
	for name, o := range map[string]policytest.Options{
		"continuous": {}, "bins": {Bins: 256}, "recurrent": {Recurrent: true}, "with a gate": {Gate: true},
	} {
		t.Run(name, func(t *testing.T) {
			startReal(t, o, armed, func(r *rig) {
				r.say("touch the red cube")
				r.during(time.Second)
				if got := r.during(2 * time.Second); moving(got) != 100 {
					t.Errorf("%d moving", moving(got))
				}
				if c := r.lastChunk(); c.Mode != "act" || len(c.Actions) != 8*5 || len(c.ModelSha256) != 64 {
					t.Errorf("%+v", c)
				}
				r.wantStatus("inference", node.OK, "planning")
			})
		})
	}
}

// Other training regimes run in the same engine: a plain VLA only acts, one with embodied
// chain of thought always thinks first.
func TestModelsOfOtherRegimesRunInTheirModeAndRefuseOthers(t *testing.T) {
	for mode, others := range map[string][]string{"act": {"think", "follow", "guided", "auto"}, "think": {"act", "follow", "guided", "auto"}} {
		startReal(t, policytest.Options{Modes: []string{mode}}, func(c *config.Policy) { armed(c); c.Mode = mode }, func(r *rig) {
			r.say("touch the red cube")
			r.during(time.Second)
			if got := r.during(time.Second); moving(got) != 50 || r.lastChunk().Mode != mode {
				t.Errorf("%s: %d moving, by %s", mode, moving(got), r.lastChunk().Mode)
			}
			for _, other := range others {
				if err := r.policy.SetParameter("mode", other); err == nil || !strings.Contains(err.Error(), "policytest was trained for "+mode+" only") {
					t.Errorf("%s in mode %s: %v", mode, other, err)
				}
			}
		})
	}
}

func TestAModelWithTwoCamerasWaitsForBothAndTakesThemByName(t *testing.T) {
	startReal(t, policytest.Options{Cameras: 2}, armed, func(r *rig) {
		r.say("touch the red cube")
		if got := r.during(2 * time.Second); moving(got) != 0 {
			t.Errorf("%d moving with one camera", moving(got))
		}
		r.wantStatus("inference", node.Error, "no usable image on image_camera1 yet")
		second, err := node.Advertise[*sensor_msgs.Image](r.robot, "image_camera1", bus.SensorData())
		if err != nil {
			t.Fatal(err)
		}
		var left, right float64
		for i := range 60 {
			m := &sensor_msgs.Image{Height: 2, Width: 2, Encoding: "rgb8", Step: 6, Data: make([]byte, 12)}
			if i >= 30 { // what the second camera sees changes
				for k := range m.Data {
					m.Data[k] = 255
				}
			}
			m.Header.Stamp = builtin_interfaces.FromTime(time.Now())
			_ = second.Publish(m)
			got := r.during(50 * time.Millisecond)
			if i == 29 {
				left = got[len(got)-1].Twist.Linear.X
			}
			right = got[len(got)-1].Twist.Linear.X
		}
		if left == 0 || math.Abs(left-right) < 1e-4 {
			t.Errorf("commands %v and %v: the second camera's image makes no difference", left, right)
		}
		r.wantStatus("inference", node.OK, "planning")
	})
}

// The gate's p_think is how red the image is; mode auto thinks as far as its budget goes.
func TestModeAutoThinksWhereTheGateSaysSo(t *testing.T) {
	startReal(t, policytest.Options{Gate: true}, func(c *config.Policy) { armed(c); c.Mode, c.AutoRate = "auto", 2 }, func(r *rig) {
		statuses := r.statuses()
		modes := func(d time.Duration) map[string]int {
			r.locked(func() { r.chunks = nil })
			if got := r.during(d); moving(got) < 45 {
				t.Errorf("%d of %d moving", moving(got), len(got))
			}
			count := map[string]int{}
			r.locked(func() {
				for _, c := range r.chunks {
					count[c.Mode]++
				}
			})
			return count
		}
		r.say("touch the red cube")
		r.during(time.Second)
		if got := modes(4 * time.Second); got["think"] != 0 || got["act"] < 30 {
			t.Errorf("where thinking does not pay: %v", got)
		}
		r.locked(func() {
			r.bad = func(m *sensor_msgs.Image) {
				for i := range m.Data {
					m.Data[i] = 255
				}
			}
		})
		if got := modes(4 * time.Second); got["think"] < 7 || got["think"] > 10 || got["act"] < 20 {
			t.Errorf("where it pays, twice a second at most: %v", got)
		}
		time.Sleep(time.Second)
		synctest.Wait()
		last := (*statuses)[len(*statuses)-1]
		if last.Mode != "auto" || last.ThoughtsAsked < 35 || last.ThoughtsHad < 8 || last.ThoughtsHad > 13 {
			t.Errorf("the status says mode %s, %d asked, %d had", last.Mode, last.ThoughtsAsked, last.ThoughtsHad)
		}
	})
}

func TestAProviderThatIsNotThereFailsAtConfigureInOneSentence(t *testing.T) {
	for _, provider := range []string{"cuda", "tensorrt", "openvino"} {
		c := config.DefaultPolicy()
		c.Model, c.Provider = policytest.New(t, policytest.Options{}).Dir, provider
		_, err := FromPool(engines.NewPool())(&c)
		if err == nil {
			continue // a machine that has it
		}
		if !errors.Is(err, onnx.ErrProvider) {
			t.Errorf("%s: %v", provider, err)
		}
		for _, part := range []string{"has no " + provider + " here", "use provider cpu", "ONNXRUNTIME_SHARED_LIBRARY_PATH"} {
			if !strings.Contains(err.Error(), part) || strings.Contains(err.Error(), "\n") {
				t.Errorf("%s: %v lacks %q", provider, err, part)
			}
		}
	}
}
