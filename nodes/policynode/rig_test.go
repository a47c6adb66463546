package policynode

import (
	"cmp"
	"context"
	"errors"
	"io"
	"math"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"hyt/config"
	"hyt/msgs"
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
	"hyt/policy/policytest"
)

// rig is a policy node and the robot round it, on a bus of their own and a fake clock.
type rig struct {
	t      *testing.T
	model  *fakeModel
	driver bus.Driver
	robot  *node.Node
	policy *node.Node
	ctx    context.Context
	cancel context.CancelFunc
	done   chan error

	images      *bus.Publisher[*sensor_msgs.Image]
	poses       *bus.Publisher[*geometry_msgs.PoseStamped]
	joints      *bus.Publisher[*sensor_msgs.JointState]
	instruction *bus.Publisher[*std_msgs.String]
	listener    bus.Reader // of action

	mu       sync.Mutex
	actions  []*geometry_msgs.TwistStamped
	grippers []float64
	chunks   []*hyt_msgs.ActionChunk
	status   map[string]diagnostic_msgs.DiagnosticStatus // newest, by name
	quiet    bool                                        // no images
	lost     bool                                        // no poses
	bad      func(*sensor_msgs.Image)                    // spoils images
	every    int                                         // only one image of so many is sent; 0: all
	console  io.Writer                                   // of nodes made from here on
}

// start runs a policy node with a fake model and a camera at 20 Hz for as long as test
// takes.
func start(t *testing.T, change func(*config.Policy), test func(*rig)) {
	t.Helper()
	startOn(t, nil, change, test)
}

// startReal is start with a tiny real model, on the real runtime.
func startReal(t *testing.T, o policytest.Options, change func(*config.Policy), test func(*rig)) {
	t.Helper()
	dir := policytest.New(t, o).Dir
	startOn(t, FromPool(engines.NewPool()), func(c *config.Policy) {
		c.Model = dir
		if change != nil {
			change(c)
		}
	}, test)
}

// startOn runs the node on what open gives, or on a fake model. before has the rig
// before its nodes are made.
func startOn(t *testing.T, open func(*config.Policy) (Model, error), change func(*config.Policy), test func(*rig), before ...func(*rig)) {
	synctest.Test(t, func(t *testing.T) {
		r := &rig{t: t, model: &fakeModel{velocity: 0.1}, driver: mem.Open(), done: make(chan error, 1),
			status: map[string]diagnostic_msgs.DiagnosticStatus{}}
		r.ctx, r.cancel = context.WithCancel(t.Context())
		for _, prepare := range before {
			prepare(r)
		}
		r.robot = r.node("robot")
		r.connect()
		if open == nil {
			open = func(*config.Policy) (Model, error) { return r.model, nil }
		}
		c := New(open)
		c.config.ReplanRate = 10 // often, so that short tests see many plans
		c.sleep = func(until time.Time) { time.Sleep(time.Until(until)) }
		if change != nil {
			change(&c.config)
		}
		n := r.node("policy")
		r.policy = n
		var beside sync.WaitGroup
		beside.Go(r.sense)
		go func() { r.done <- managed.Run(r.ctx, n, c) }()
		synctest.Wait()
		defer func() { // also after a failed test: a bubble must be empty in the end
			r.cancel()
			if err := <-r.done; err != nil {
				t.Error(err)
			}
			beside.Wait()
			if err := errors.Join(n.Close(), r.robot.Close(), r.driver.Close()); err != nil {
				t.Error(err)
			}
		}()
		time.Sleep(time.Millisecond) // so that no test looks at the instant of a deadline
		test(r)
	})
}

func (r *rig) node(name string) *node.Node {
	n, err := node.New(node.Options{Identity: rosargs.Identity{Name: name, Namespace: "/"}, Driver: r.driver, Console: cmp.Or(r.console, io.Discard)})
	if err != nil {
		r.t.Fatal(err)
	}
	return n
}

func (r *rig) connect() {
	check := func(err error) {
		if err != nil {
			r.t.Fatal(err)
		}
	}
	var err error
	r.images, err = node.Advertise[*sensor_msgs.Image](r.robot, "image", bus.SensorData())
	check(err)
	r.poses, err = node.Advertise[*geometry_msgs.PoseStamped](r.robot, "ee_pose", bus.Default())
	check(err)
	r.joints, err = node.Advertise[*sensor_msgs.JointState](r.robot, "joint_states", bus.Default())
	check(err)
	r.instruction, err = node.Advertise[*std_msgs.String](r.robot, "instruction", bus.Latched(1))
	check(err)
	r.listen()
	_, err = node.Subscribe(r.robot, "gripper", bus.Default(), func(m *std_msgs.Float64) {
		r.locked(func() { r.grippers = append(r.grippers, m.Data) })
	})
	check(err)
	_, err = node.Subscribe(r.robot, "policy/chunk", bus.Default(), func(m *hyt_msgs.ActionChunk) {
		r.locked(func() { r.chunks = append(r.chunks, m) })
	})
	check(err)
	_, err = node.Subscribe(r.robot, "/diagnostics", bus.Default(), func(m *diagnostic_msgs.DiagnosticArray) {
		r.locked(func() {
			for _, s := range m.Status {
				r.status[s.Name] = s
			}
		})
	})
	check(err)
}

// listen is the robot's driver.
func (r *rig) listen() {
	var err error
	r.listener, err = bus.Subscribe(r.robot.Bus(), "/action", bus.Default(), func(m *geometry_msgs.TwistStamped, _ bus.Sample) {
		r.locked(func() { r.actions = append(r.actions, m) })
	}, nil)
	if err != nil {
		r.t.Fatal(err)
	}
}

// sense publishes what the robot's sensors do, 20 times a second.
func (r *rig) sense() {
	for n := 1; r.ctx.Err() == nil; n++ {
		stamp := builtin_interfaces.FromTime(time.Now())
		pose := &geometry_msgs.PoseStamped{Header: std_msgs.Header{Stamp: stamp}}
		pose.Pose.Position.X, pose.Pose.Position.Z, pose.Pose.Orientation.W = 0.05, 0.1, 1
		image := &sensor_msgs.Image{Header: std_msgs.Header{Stamp: stamp}, Height: 2, Width: 2, Encoding: "rgb8", Step: 6, Data: make([]byte, 12)}
		joints := &sensor_msgs.JointState{Header: std_msgs.Header{Stamp: stamp},
			Name: []string{"left_finger_joint", "right_finger_joint"}, Position: []float64{0.04, 0.04}}
		r.mu.Lock()
		quiet, lost, bad := r.quiet || r.every > 0 && n%r.every != 0, r.lost, r.bad
		r.mu.Unlock()
		if bad != nil {
			bad(image)
		}
		if !lost {
			_ = r.poses.Publish(pose)
		}
		_ = r.joints.Publish(joints)
		if !quiet {
			_ = r.images.Publish(image)
		}
		time.Sleep(50 * time.Millisecond)
	}
}

func (r *rig) locked(f func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	f()
}

// during returns the actions published within the next d.
func (r *rig) during(d time.Duration) []*geometry_msgs.TwistStamped {
	r.locked(func() { r.actions = nil })
	time.Sleep(d)
	synctest.Wait()
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.actions
}

func (r *rig) say(text string) {
	if err := r.instruction.Publish(&std_msgs.String{Data: text}); err != nil {
		r.t.Fatal(err)
	}
}

func call[S any, PS interface {
	*S
	msgs.Message
}, Q msgs.Message](r *rig, service string, request Q) PS {
	r.t.Helper()
	client, err := bus.NewClient[Q](r.robot.Bus(), service)
	if err != nil {
		r.t.Fatal(err)
	}
	answer := PS(new(S))
	if err := bus.Call(r.ctx, client, request, answer); err != nil {
		r.t.Fatal(err)
	}
	return answer
}

// moving counts the actions that are not zero.
func moving(actions []*geometry_msgs.TwistStamped) (n int) {
	for _, a := range actions {
		if math.Abs(a.Twist.Linear.X) > 1e-9 {
			n++
		}
	}
	return n
}

func value(s diagnostic_msgs.DiagnosticStatus, key string) string {
	for _, kv := range s.Values {
		if kv.Key == key {
			return kv.Value
		}
	}
	return "no such key: " + key
}

func (r *rig) wantStatus(name string, level byte, part string) {
	r.t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	s := r.status["policy: "+name]
	if s.Level != level || !strings.Contains(s.Message, part) {
		r.t.Errorf("%s reports level %d, %q; want %d, %q", name, s.Level, s.Message, level, part)
	}
}
