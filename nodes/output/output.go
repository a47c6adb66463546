// Package output turns the control loop's commands into the messages that robots'
// controllers take:
//
//   - geometry_msgs/TwistStamped, the end effector's velocity (MoveIt Servo);
//   - trajectory_msgs/JointTrajectory, one point ahead of the measured joints
//     (joint_trajectory_controller);
//   - std_msgs/Float64MultiArray, one velocity a joint (forward controllers).
//
// The last two are for robots whose joints move the end effector one to one, such as a
// Cartesian gantry. The gripper's target goes on a topic of its own in all of them, or
// becomes goals of the action control_msgs/action/GripperCommand.
package output

import (
	"context"
	"fmt"
	"time"

	"hyt/msgs/builtin_interfaces"
	"hyt/msgs/bus"
	"hyt/msgs/geometry_msgs"
	"hyt/msgs/sensor_msgs"
	"hyt/msgs/std_msgs"
	"hyt/msgs/trajectory_msgs"
	"hyt/nodes/control"
	"hyt/nodes/node"
)

// Kinds of messages on topic action, as parameter action_type names them.
const (
	Twist           = "twist"
	JointTrajectory = "joint_trajectory"
	MultiArray      = "float64_multi_array"
)

// Settings of an Output.
type Settings struct {
	Kind  string
	Frame string   // of a Twist
	Axes  []string // of the others; see ParseAxes
	// Dimensions that the model moves ("x", "yaw"): each needs an axis.
	Dimensions []string
	// Ahead is how far in the future a trajectory's point lies.
	Ahead   time.Duration
	Gripper Gripper
	// Timeout is the age from which measured joints are too old for a trajectory.
	Timeout time.Duration
}

// Output sends commands. Send is called from one goroutine.
type Output struct {
	send    func(control.Vector) error
	actions bus.Writer
	grip    func(opening float64) error
	hand    *hand // nil: the gripper is no action
}

// Open advertises action and gripper, and subscribes to what the kind needs.
func Open(n *node.Node, s Settings) (*Output, error) {
	o := &Output{}
	var err error
	switch s.Kind {
	case Twist:
		err = o.openTwist(n, s)
	case JointTrajectory:
		err = o.openTrajectory(n, s)
	case MultiArray:
		err = o.openArray(n, s)
	default:
		err = fmt.Errorf("unknown action_type %q: use %s, %s or %s", s.Kind, Twist, JointTrajectory, MultiArray)
	}
	if err != nil {
		return nil, err
	}
	return o, o.openGripper(n, s.Gripper)
}

// Listeners is how many subscriptions on topic action there are now.
func (o *Output) Listeners() int { return o.actions.Matched() }

// Run talks to a gripper that is an action, until ctx is done; for others it only
// waits. Without it Send leaves such a gripper alone.
func (o *Output) Run(ctx context.Context) {
	if o.hand != nil {
		o.hand.run(ctx)
	}
	<-ctx.Done()
}

// Send publishes one command. The gripper's target, which bears no stamp, goes first:
// who has heard the action of an instant can have both.
func (o *Output) Send(c control.Command) error {
	if c.HasGripper {
		if err := o.grip(c.Gripper); err != nil {
			return err
		}
	}
	return o.send(c.Velocity)
}

func (o *Output) openTwist(n *node.Node, s Settings) error {
	pub, err := node.Advertise[*geometry_msgs.TwistStamped](n, "action", bus.Command())
	if err != nil {
		return err
	}
	o.actions = pub.Writer()
	m := &geometry_msgs.TwistStamped{Header: std_msgs.Header{FrameId: s.Frame}}
	o.send = func(v control.Vector) error {
		m.Header.Stamp = builtin_interfaces.FromTime(n.Now())
		m.Twist.Linear = geometry_msgs.Vector3{X: v[0], Y: v[1], Z: v[2]}
		m.Twist.Angular = geometry_msgs.Vector3{X: v[3], Y: v[4], Z: v[5]}
		return pub.Publish(m)
	}
	return nil
}

func (o *Output) openArray(n *node.Node, s Settings) error {
	axes, err := ParseAxes(s.Axes, s.Dimensions)
	if err != nil {
		return err
	}
	pub, err := node.Advertise[*std_msgs.Float64MultiArray](n, "action", bus.Command())
	if err != nil {
		return err
	}
	o.actions = pub.Writer()
	m := &std_msgs.Float64MultiArray{Data: make([]float64, len(axes))}
	for _, a := range axes { // a dimension of size 1 each, so that each has its label
		m.Layout.Dim = append(m.Layout.Dim, std_msgs.MultiArrayDimension{Label: a.Joint, Size: 1, Stride: 1})
	}
	m.Layout.Dim[0].Size, m.Layout.Dim[0].Stride = uint32(len(axes)), uint32(len(axes))
	o.send = func(v control.Vector) error {
		for i, a := range axes {
			m.Data[i] = a.Scale * v[a.index]
		}
		return pub.Publish(m)
	}
	return nil
}

func (o *Output) openTrajectory(n *node.Node, s Settings) error {
	axes, err := ParseAxes(s.Axes, s.Dimensions)
	if err != nil {
		return err
	}
	pub, err := node.Advertise[*trajectory_msgs.JointTrajectory](n, "action", bus.Command())
	if err != nil {
		return err
	}
	o.actions = pub.Writer()
	t := newTracker(axes, s)
	_, err = node.Subscribe(n, "joint_states", bus.SensorData(), func(m *sensor_msgs.JointState) { t.measured(m, n.Now()) })
	if err != nil {
		return err
	}
	m := t.message()
	o.send = func(v control.Vector) error {
		if err := t.point(&m.Points[0], v, n.Now()); err != nil {
			return err
		}
		return pub.Publish(m)
	}
	return nil
}
