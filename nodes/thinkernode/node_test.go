package thinkernode

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"hyt/config"
	"hyt/msgs/builtin_interfaces"
	"hyt/msgs/bus"
	"hyt/msgs/bus/mem"
	"hyt/msgs/diagnostic_msgs"
	"hyt/msgs/geometry_msgs"
	"hyt/msgs/hyt_msgs"
	"hyt/msgs/sensor_msgs"
	"hyt/msgs/std_msgs"
	"hyt/nodes/engines"
	"hyt/nodes/managed"
	"hyt/nodes/node"
	"hyt/nodes/rosargs"
	"hyt/policy"
	"hyt/policy/policytest"
)

// rig is a thinker node on a tiny real model, and the robot round it.
type rig struct {
	t      *testing.T
	model  *policytest.Model
	engine *engines.Handle // shared with the node
	robot  *node.Node
	ctx    context.Context

	images *bus.Publisher[*sensor_msgs.Image]
	poses  *bus.Publisher[*geometry_msgs.PoseStamped]
	joints *bus.Publisher[*sensor_msgs.JointState]
	words  *bus.Publisher[*std_msgs.String]

	mu       sync.Mutex
	thoughts []*hyt_msgs.Thought
	status   diagnostic_msgs.DiagnosticStatus
	spoil    func(*sensor_msgs.Image)
}

func start(t *testing.T, o policytest.Options, test func(*rig)) {
	startWith(t, o, func(*config.Thinker) {}, test)
}

// startWith is start with other parameters.
func startWith(t *testing.T, o policytest.Options, change func(*config.Thinker), test func(*rig)) {
	model := policytest.New(t, o)
	synctest.Test(t, func(t *testing.T) {
		driver := mem.Open()
		open := func(name string) *node.Node {
			n, err := node.New(node.Options{Identity: rosargs.Identity{Name: name, Namespace: "/"}, Driver: driver, Console: &bytes.Buffer{}})
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		pool := engines.NewPool()
		engine, err := pool.Open(model.Dir, policy.Options{})
		if err != nil {
			t.Fatal(err)
		}
		r := &rig{t: t, model: model, engine: engine, robot: open("robot")}
		var cancel context.CancelFunc
		r.ctx, cancel = context.WithCancel(t.Context())
		r.connect()
		c := New(pool)
		c.config.Model = model.Dir
		change(&c.config)
		n := open("thinker")
		var beside sync.WaitGroup
		beside.Go(r.sense)
		done := make(chan error)
		go func() { done <- managed.Run(r.ctx, n, c) }()
		defer func() {
			cancel()
			err := <-done
			beside.Wait()
			if err := errors.Join(err, n.Close(), r.robot.Close(), driver.Close(), engine.Close()); err != nil {
				t.Error(err)
			}
		}()
		time.Sleep(time.Millisecond)
		test(r)
	})
}

func (r *rig) connect() {
	var errs [6]error
	r.images, errs[0] = node.Advertise[*sensor_msgs.Image](r.robot, "image", bus.SensorData())
	r.poses, errs[1] = node.Advertise[*geometry_msgs.PoseStamped](r.robot, "ee_pose", bus.Default())
	r.joints, errs[2] = node.Advertise[*sensor_msgs.JointState](r.robot, "joint_states", bus.Default())
	r.words, errs[3] = node.Advertise[*std_msgs.String](r.robot, "instruction", bus.Default())
	_, errs[4] = node.Subscribe(r.robot, "thought", bus.Latched(1), func(m *hyt_msgs.Thought) {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.thoughts = append(r.thoughts, m)
	})
	_, errs[5] = node.Subscribe(r.robot, "/diagnostics", bus.Default(), func(m *diagnostic_msgs.DiagnosticArray) {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.status = m.Status[len(m.Status)-1] // the lifecycle comes first
	})
	if err := errors.Join(errs[:]...); err != nil {
		r.t.Fatal(err)
	}
}

// sense publishes what the robot's sensors do, 20 times a second.
func (r *rig) sense() {
	cam := r.model.Spec.Cameras[0]
	for r.ctx.Err() == nil {
		h := std_msgs.Header{Stamp: builtin_interfaces.FromTime(time.Now())}
		image := &sensor_msgs.Image{Header: h, Height: uint32(cam.Height), Width: uint32(cam.Width),
			Encoding: "rgb8", Step: uint32(3 * cam.Width), Data: make([]byte, 3*cam.Width*cam.Height)}
		r.mu.Lock()
		if r.spoil != nil {
			r.spoil(image)
		}
		r.mu.Unlock()
		_ = r.poses.Publish(&geometry_msgs.PoseStamped{Header: h})
		_ = r.joints.Publish(&sensor_msgs.JointState{Header: h,
			Name: []string{"left_finger_joint", "right_finger_joint"}, Position: []float64{0.02, 0.02}})
		_ = r.images.Publish(image)
		time.Sleep(50 * time.Millisecond)
	}
}

func (r *rig) say(text string) {
	if err := r.words.Publish(&std_msgs.String{Data: text}); err != nil {
		r.t.Fatal(err)
	}
}

// order puts what the test has read before what handlers write from here on. They
// run only while the test waits, but the race detector cannot know.
func (r *rig) order() {
	r.mu.Lock()
	defer r.mu.Unlock()
}

// wait lets time pass and everything arrive.
func (r *rig) wait(d time.Duration) {
	r.order()
	time.Sleep(d)
	synctest.Wait()
}

func (r *rig) value(key string) string {
	for _, kv := range r.status.Values {
		if kv.Key == key {
			return kv.Value
		}
	}
	return "no such key"
}

func TestEachThoughtIsOfItsOwnFrame(t *testing.T) {
	start(t, policytest.Options{}, func(r *rig) {
		r.wait(time.Second)
		r.say("touch the red cube")
		r.wait(5 * time.Second)
		if len(r.thoughts) < 9 || len(r.thoughts) > 12 {
			t.Errorf("%d thoughts in 5 s at 2 Hz", len(r.thoughts))
		}
		seen := map[builtin_interfaces.Time]bool{}
		for _, th := range r.thoughts {
			if seen[th.Header.Stamp] {
				t.Errorf("two thoughts about the frame of %v", th.Header.Stamp)
			}
			seen[th.Header.Stamp] = true
			if th.Source != hyt_msgs.Thought_MODEL || th.Text != strings.TrimSpace(policytest.DefaultThought) || th.Tokens == 0 {
				t.Fatalf("%+v", th)
			}
		}
		if r.status.Level != node.OK || r.value("thought") != r.thoughts[0].Text || r.value("thought_hz") != "2" {
			t.Errorf("%+v", r.status)
		}
	})
}

func TestItThinksAboutThePolicysFramesWhereThereAreSome(t *testing.T) {
	start(t, policytest.Options{}, func(r *rig) {
		p := policy.NewPolicy(r.engine.Engine)
		cam := r.model.Spec.Cameras[0]
		r.say("touch the red cube")
		for range 50 { // a policy at 10 Hz for 5 s
			r.wait(100 * time.Millisecond)
			obs := policy.Observation{Stamp: time.Now(), Images: [][]byte{make([]byte, 3*cam.Width*cam.Height)},
				Proprio: make([]float32, len(r.model.Spec.Proprio))}
			if _, err := p.Act(r.ctx, obs, "touch the red cube"); err != nil {
				t.Fatal(err)
			}
		}
		stats := r.engine.Stats()
		if own := stats.Prefills - 50; own > 2 || stats.Shared < 8 {
			t.Errorf("the thinker read %d frames itself and shared %d", own, stats.Shared)
		}
	})
}

func TestNoInstructionNoThought(t *testing.T) {
	start(t, policytest.Options{}, func(r *rig) {
		r.wait(3 * time.Second)
		if len(r.thoughts) != 0 || r.status.Level != node.OK || !strings.Contains(r.status.Message, "no instruction") {
			t.Errorf("%d thoughts, %+v", len(r.thoughts), r.status)
		}
	})
}

func TestBadImagesGiveNoThoughts(t *testing.T) {
	start(t, policytest.Options{}, func(r *rig) {
		r.mu.Lock()
		r.spoil = func(m *sensor_msgs.Image) { m.Encoding = "32FC1" }
		r.mu.Unlock()
		r.wait(time.Second)
		r.say("touch the red cube")
		r.wait(3 * time.Second)
		if len(r.thoughts) != 0 || r.status.Level != node.Error || !strings.Contains(r.status.Message, `"32FC1"`) {
			t.Errorf("%d thoughts, %+v", len(r.thoughts), r.status)
		}
	})
}

func TestEndlessThoughtsAreCutAndReported(t *testing.T) {
	start(t, policytest.Options{Endless: true}, func(r *rig) {
		r.say("touch the red cube")
		r.wait(3 * time.Second)
		if len(r.thoughts) == 0 || r.status.Level != node.Warn {
			t.Errorf("%d thoughts, %+v", len(r.thoughts), r.status)
		}
	})
}

// The thinker lives in the process of the policy: its faults must end there.
func TestAFaultInThinkingIsReportedAndNothingElse(t *testing.T) {
	m := &mind{log: slog.New(slog.DiscardHandler), instruction: "touch the red cube"} // without an engine to think on
	m.step(t.Context())
	m.step(t.Context())
	if m.failures != 2 || m.latest.fault == nil || !strings.Contains(m.latest.fault.Error(), "this is a fault of the program") {
		t.Errorf("%d failures, the last is %v", m.failures, m.latest.fault)
	}
}
