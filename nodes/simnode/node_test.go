package simnode

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"math"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"hyt/config"
	"hyt/msgs/bus"
	"hyt/msgs/bus/mem"
	"hyt/msgs/geometry_msgs"
	"hyt/msgs/hyt_msgs"
	"hyt/msgs/rosgraph_msgs"
	"hyt/msgs/sensor_msgs"
	"hyt/msgs/std_msgs"
	"hyt/nodes/managed"
	"hyt/nodes/node"
	"hyt/nodes/rosargs"
)

// rig is a sim node with a subscriber to all that it publishes.
type rig struct {
	t       *testing.T
	robot   *node.Node
	action  *bus.Publisher[*geometry_msgs.TwistStamped]
	gripper *bus.Publisher[*std_msgs.Float64]

	mu       sync.Mutex
	images   []*sensor_msgs.Image
	poses    []*geometry_msgs.PoseStamped
	joints   []*sensor_msgs.JointState
	clocks   []time.Time
	outcomes []outcome
}

func start(t *testing.T, change func(*config.Sim), test func(*rig)) {
	synctest.Test(t, func(t *testing.T) {
		driver := mem.Open()
		open := func(name string) *node.Node {
			n, err := node.New(node.Options{Identity: rosargs.Identity{Name: name, Namespace: "/"}, Driver: driver, Console: &bytes.Buffer{}})
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		r := &rig{t: t, robot: open("robot")}
		r.connect()
		c := New(Open)
		if change != nil {
			change(&c.config)
		}
		n := open("sim")
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- managed.Run(ctx, n, c) }()
		defer func() {
			cancel()
			if err := errors.Join(<-done, n.Close(), r.robot.Close(), driver.Close()); err != nil {
				t.Error(err)
			}
		}()
		synctest.Wait()
		time.Sleep(time.Millisecond) // so that no test looks at the instant of a deadline
		test(r)
	})
}

func (r *rig) connect() {
	locked := func(f func()) { r.mu.Lock(); defer r.mu.Unlock(); f() }
	deep := bus.QoS{Depth: 1000}
	var errs [7]error
	_, errs[0] = node.Subscribe(r.robot, "image", bus.SensorData(), func(m *sensor_msgs.Image) {
		m.Data = bytes.Clone(m.Data)
		locked(func() { r.images = append(r.images, m) })
	})
	_, errs[1] = node.Subscribe(r.robot, "ee_pose", bus.SensorData(), func(m *geometry_msgs.PoseStamped) {
		locked(func() { r.poses = append(r.poses, m) })
	})
	_, errs[2] = node.Subscribe(r.robot, "joint_states", deep, func(m *sensor_msgs.JointState) {
		locked(func() { r.joints = append(r.joints, m) })
	})
	_, errs[3] = node.Subscribe(r.robot, "/clock", deep, func(m *rosgraph_msgs.Clock) {
		locked(func() { r.clocks = append(r.clocks, m.Clock.AsTime()) })
	})
	_, errs[4] = node.Subscribe(r.robot, "sim/outcome", deep, func(m *std_msgs.String) {
		var o outcome
		if err := json.Unmarshal([]byte(m.Data), &o); err != nil {
			r.t.Error(err)
		}
		locked(func() { r.outcomes = append(r.outcomes, o) })
	})
	r.action, errs[5] = node.Advertise[*geometry_msgs.TwistStamped](r.robot, "action", bus.Command())
	r.gripper, errs[6] = node.Advertise[*std_msgs.Float64](r.robot, "gripper", bus.Command())
	if err := errors.Join(errs[:]...); err != nil {
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

func (r *rig) reset(task, split string, seed int64) *hyt_msgs.ResetResponse {
	r.t.Helper()
	r.order()
	client, err := bus.NewClient[*hyt_msgs.ResetRequest](r.robot.Bus(), "/sim/reset")
	if err != nil {
		r.t.Fatal(err)
	}
	answer := &hyt_msgs.ResetResponse{}
	if err := bus.Call(r.t.Context(), client, &hyt_msgs.ResetRequest{Task: task, Split: split, Seed: seed}, answer); err != nil {
		r.t.Fatal(err)
	}
	return answer
}

func (r *rig) drive(x float64) {
	m := &geometry_msgs.TwistStamped{}
	m.Twist.Linear.X = x
	if err := r.action.Publish(m); err != nil {
		r.t.Fatal(err)
	}
}

func TestSensorsComeAtTheirRatesWithCommonStamps(t *testing.T) {
	start(t, nil, func(r *rig) {
		r.wait(2 * time.Second)
		if len(r.images) != 40 || len(r.poses) != 200 || len(r.joints) != 200 {
			t.Errorf("in 2 s: %d images, %d poses, %d joint states", len(r.images), len(r.poses), len(r.joints))
		}
		im := r.images[7]
		if im.Encoding != "rgb8" || im.Width != 64 || im.Height != 64 || len(im.Data) != 64*64*3 || im.Header.FrameId != "camera_optical_frame" {
			t.Errorf("image %dx%d %s, %d bytes, %s", im.Width, im.Height, im.Encoding, len(im.Data), im.Header.FrameId)
		}
		found := false
		for _, p := range r.poses {
			found = found || p.Header.Stamp == im.Header.Stamp
		}
		if !found {
			t.Error("no pose has the image's stamp")
		}
	})
}

func TestCommandsMoveTheArmAndAWatchdogStopsIt(t *testing.T) {
	start(t, nil, func(r *rig) {
		r.wait(time.Second)
		before := r.poses[len(r.poses)-1].Pose.Position.X
		direction := 1.0
		if before > 0 {
			direction = -1
		}
		for range 20 { // 0.4 s
			r.drive(0.1 * direction)
			r.wait(20 * time.Millisecond)
		}
		moved := (r.poses[len(r.poses)-1].Pose.Position.X - before) * direction
		if math.Abs(moved-0.04) > 0.01 {
			t.Errorf("moved %v m in 0.4 s at 0.1 m/s", moved)
		}
		r.wait(600 * time.Millisecond) // the watchdog's 0.25 s, and the arm comes to rest
		stopped := r.poses[len(r.poses)-1].Pose.Position.X
		r.wait(time.Second)
		if after := r.poses[len(r.poses)-1].Pose.Position.X; math.Abs(after-stopped) > 1e-6 {
			t.Errorf("still moves without commands: %v, then %v", stopped, after)
		}
		r.drive(math.NaN())
		r.wait(100 * time.Millisecond)
		if x := r.poses[len(r.poses)-1].Pose.Position.X; math.IsNaN(x) {
			t.Error("a command that is not a number moved the arm")
		}
	})
}

func TestGripperFollowsItsTarget(t *testing.T) {
	start(t, nil, func(r *rig) {
		for _, target := range []float64{1, 0} {
			if err := r.gripper.Publish(&std_msgs.Float64{Data: target}); err != nil {
				t.Fatal(err)
			}
			r.wait(2 * time.Second)
			if finger := r.joints[len(r.joints)-1].Position[4]; math.Abs(finger-0.04*target) > 0.002 {
				t.Errorf("target %v, finger at %v m", target, finger)
			}
		}
	})
}

func TestResetPutsTheAskedSceneOnTheTable(t *testing.T) {
	start(t, nil, func(r *rig) {
		r.wait(500 * time.Millisecond)
		a := r.reset("push", "ood_pair", 1_000_007)
		if !a.Success || a.Instruction == "" || a.Message != "push, ood_pair, seed 1000007" {
			t.Fatalf("%+v", a)
		}
		r.wait(100 * time.Millisecond)
		o := r.outcomes[len(r.outcomes)-1]
		if o.Task != "push" || o.Split != "ood_pair" || o.Seed != 1_000_007 || o.Instruction != a.Instruction || o.Verdict != "running" || o.TimeS > 0.2 {
			t.Errorf("%+v", o)
		}
		first := r.images[len(r.images)-1].Data
		if b := r.reset("", "", 1_000_008); !b.Success || b.Message != "push, ood_pair, seed 1000008" {
			t.Errorf("%+v", b)
		}
		r.wait(100 * time.Millisecond)
		if bytes.Equal(first, r.images[len(r.images)-1].Data) {
			t.Error("another seed shows the same picture")
		}
	})
}

func TestResetRefusesWhatIsNotThereAndKeepsTheScene(t *testing.T) {
	start(t, nil, func(r *rig) {
		r.wait(100 * time.Millisecond)
		for _, s := range []scene{{"juggle", "id", 1}, {"touch", "ood_gravity", 1}} {
			if a := r.reset(s.Task, s.Split, s.Seed); a.Success || a.Message == "" {
				t.Errorf("%+v: %+v", s, a)
			}
		}
		r.wait(time.Second)
		if o := r.outcomes[len(r.outcomes)-1]; o.Task != "touch" || o.Split != "id" {
			t.Errorf("%+v", o)
		}
	})
}

func TestClockIsTheSimulations(t *testing.T) {
	start(t, func(c *config.Sim) { c.PublishClock = true }, func(r *rig) {
		r.wait(time.Second)
		r.reset("touch", "id", 5) // time goes on
		r.wait(time.Second)
		last := r.clocks[len(r.clocks)-1]
		if want := time.Unix(2, 0); !last.Equal(want) {
			t.Errorf("the clock says %v after 2 s", last.UTC())
		}
		if got := r.poses[len(r.poses)-1].Header.Stamp.AsTime(); !got.Equal(last) {
			t.Errorf("poses are stamped %v", got.UTC())
		}
	})
}

func TestUnknownWorldIsRefused(t *testing.T) {
	c := config.DefaultSim()
	c.World = "moon"
	if _, err := Open(&c); err == nil {
		t.Error("opened")
	}
}
