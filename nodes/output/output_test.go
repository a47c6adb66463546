package output

import (
	"bytes"
	"errors"
	"math"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"hyt/msgs/bus"
	"hyt/msgs/bus/mem"
	"hyt/msgs/geometry_msgs"
	"hyt/msgs/sensor_msgs"
	"hyt/msgs/std_msgs"
	"hyt/msgs/trajectory_msgs"
	"hyt/nodes/control"
	"hyt/nodes/node"
	"hyt/nodes/rosargs"
)

var gantry = []string{"x x_joint", "y y_joint", "z z_joint -1", "yaw yaw_joint 2"}

// rig is an output and a robot that hears it.
type rig struct {
	t      *testing.T
	policy *node.Node
	robot  *node.Node
	joints *bus.Publisher[*sensor_msgs.JointState]
}

func start(t *testing.T, test func(*rig)) {
	synctest.Test(t, func(t *testing.T) {
		driver := mem.Open()
		open := func(name string) *node.Node {
			n, err := node.New(node.Options{Identity: rosargs.Identity{Name: name, Namespace: "/"}, Driver: driver, Console: &bytes.Buffer{}})
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		r := &rig{t: t, policy: open("policy"), robot: open("robot")}
		var err error
		if r.joints, err = node.Advertise[*sensor_msgs.JointState](r.robot, "joint_states", bus.Default()); err != nil {
			t.Fatal(err)
		}
		test(r)
		if err := errors.Join(r.policy.Close(), r.robot.Close(), driver.Close()); err != nil {
			t.Error(err)
		}
	})
}

func (r *rig) open(kind string) *Output {
	r.t.Helper()
	o, err := Open(r.policy, Settings{Kind: kind, Frame: "base_link", Axes: gantry, Dimensions: []string{"x", "y", "z", "yaw", "gripper"},
		Ahead: 100 * time.Millisecond, Timeout: 300 * time.Millisecond})
	if err != nil {
		r.t.Fatal(err)
	}
	return o
}

// at says where the joints are.
func (r *rig) at(positions ...float64) {
	_ = r.joints.Publish(&sensor_msgs.JointState{Name: []string{"x_joint", "y_joint", "z_joint", "yaw_joint"}, Position: positions})
	synctest.Wait()
}

// heard keeps what comes on a topic.
func heard[M any, PM bus.Pointer[M]](r *rig, topic string) *[]PM {
	var all []PM
	if _, err := node.Subscribe(r.robot, topic, bus.QoS{Depth: 100}, func(m PM) { all = append(all, m) }); err != nil {
		r.t.Fatal(err)
	}
	return &all
}

func (r *rig) send(o *Output, v control.Vector) {
	r.t.Helper()
	if err := o.Send(control.Command{Velocity: v, Gripper: 0.5, HasGripper: true}); err != nil {
		r.t.Fatal(err)
	}
	synctest.Wait()
}

var moving = control.Vector{0.1, -0.2, 0.3, 0, 0, 0.4}

func TestATwistIsTheVelocityInItsFrame(t *testing.T) {
	start(t, func(r *rig) {
		got, grips := heard[geometry_msgs.TwistStamped](r, "action"), heard[std_msgs.Float64](r, "gripper")
		r.send(r.open(Twist), moving)
		m := (*got)[0]
		if m.Header.FrameId != "base_link" || !m.Header.Stamp.AsTime().Equal(time.Now()) || (*grips)[0].Data != 0.5 ||
			m.Twist.Linear != (geometry_msgs.Vector3{X: 0.1, Y: -0.2, Z: 0.3}) || m.Twist.Angular != (geometry_msgs.Vector3{Z: 0.4}) {
			t.Errorf("%+v", m)
		}
	})
}

func TestAnArrayHasAVelocityForEachAxis(t *testing.T) {
	start(t, func(r *rig) {
		got := heard[std_msgs.Float64MultiArray](r, "action")
		r.send(r.open(MultiArray), moving)
		m := (*got)[0]
		if diff := cmp.Diff([]float64{0.1, -0.2, -0.3, 0.8}, m.Data, cmpopts.EquateApprox(0, 1e-12)); diff != "" {
			t.Error(diff)
		}
		var labels []string
		for _, d := range m.Layout.Dim {
			labels = append(labels, d.Label)
		}
		if diff := cmp.Diff([]string{"x_joint", "y_joint", "z_joint", "yaw_joint"}, labels); diff != "" {
			t.Error(diff)
		}
	})
}

func TestATrajectoryLeadsAwayFromWhereTheJointsAre(t *testing.T) {
	start(t, func(r *rig) {
		got := heard[trajectory_msgs.JointTrajectory](r, "action")
		o := r.open(JointTrajectory)
		r.at(1, 2, 3, 4)
		r.send(o, moving)
		r.at(1.1, 2, 3, 4)
		r.send(o, moving)
		for i, want := range [][]float64{{1.01, 1.98, 2.97, 4.08}, {1.11, 1.98, 2.97, 4.08}} {
			p := (*got)[i].Points[0]
			if diff := cmp.Diff(want, p.Positions, cmpopts.EquateApprox(0, 1e-12)); diff != "" || p.TimeFromStart.AsDuration() != 100*time.Millisecond {
				t.Errorf("%s %+v", diff, p)
			}
		}
		if names := strings.Join((*got)[0].JointNames, " "); names != "x_joint y_joint z_joint yaw_joint" {
			t.Error(names)
		}
	})
}

func TestAHoldKeepsThePlaceWhereItBegan(t *testing.T) {
	start(t, func(r *rig) {
		got := heard[trajectory_msgs.JointTrajectory](r, "action")
		o := r.open(JointTrajectory)
		r.at(1, 2, 3, 4)
		r.send(o, moving)
		r.send(o, control.Vector{})
		r.at(1, 2, 2.9, 4) // it sags
		r.send(o, control.Vector{})
		r.send(o, moving)
		r.send(o, control.Vector{})
		for i, want := range map[int]float64{1: 3, 2: 3, 4: 2.9} {
			p := (*got)[i].Points[0]
			if p.Positions[2] != want || p.Velocities[2] != 0 {
				t.Errorf("message %d: %+v", i, p)
			}
		}
	})
}

func TestATrajectoryNeedsToKnowWhereTheJointsAre(t *testing.T) {
	start(t, func(r *rig) {
		o := r.open(JointTrajectory)
		want := func(part string) {
			t.Helper()
			if err := o.Send(control.Command{Velocity: moving}); err == nil || !strings.Contains(err.Error(), part) {
				t.Errorf("%v, want %s", err, part)
			}
		}
		want("joint x_joint is not in joint_states")
		r.at(1, 2, math.NaN(), 4)
		want("joint z_joint is not in joint_states")
		r.at(1, 2, 3, 4)
		r.send(o, moving)
		time.Sleep(time.Second)
		want("the position of joint x_joint is 1s old")
	})
}

func TestAxesThatCannotBeMeantAreRefused(t *testing.T) {
	for text, want := range map[string]string{
		"":                            `parameter "axes": no joint for x, which the model moves; add "x JOINT"`,
		"x":                           `parameter "axes": "x": expected a dimension, a joint, and perhaps a scale`,
		"q x_joint":                   `parameter "axes": "q x_joint": no dimension q; there are x, y, z, roll, pitch, yaw`,
		"x x_joint 0":                 `parameter "axes": "x x_joint 0": the scale 0 is no number that can move a joint`,
		"x x_joint NaN":               `parameter "axes": "x x_joint NaN": the scale NaN is no number that can move a joint`,
		"x x_joint, y x_joint":        `parameter "axes": "y x_joint": its joint or dimension is there twice`,
		"y y_joint, yaw yaw_joint -1": `parameter "axes": no joint for x, which the model moves; add "x JOINT"`,
	} {
		var texts []string
		if text != "" {
			texts = strings.Split(text, ", ")
		}
		if _, err := ParseAxes(texts, []string{"x", "gripper"}); err == nil || err.Error() != want {
			t.Errorf("%q\n got %v\nwant %s", text, err, want)
		}
	}
	start(t, func(r *rig) {
		if _, err := Open(r.policy, Settings{Kind: "pose"}); err == nil || err.Error() != `unknown action_type "pose": use twist, joint_trajectory or float64_multi_array` {
			t.Error(err)
		}
	})
}

func TestSendingAllocatesNothing(t *testing.T) {
	start(t, func(r *rig) {
		for _, kind := range []string{Twist, MultiArray, JointTrajectory} {
			o := r.open(kind)
			r.at(1, 2, 3, 4)
			c := control.Command{Velocity: moving, Gripper: 1, HasGripper: true}
			if n := testing.AllocsPerRun(100, func() { _ = o.Send(c) }); n > 0 {
				t.Errorf("%s: %v allocations", kind, n)
			}
		}
	})
}
