// Package robotmsg puts a simulated robot's state and commands into the ROS
// messages that a real robot of this kind would publish, and takes them out
// again. The simulator bridge and the demonstrator speak through it, so that a
// policy cannot tell them apart.
package robotmsg

import (
	"math"
	"strings"
	"time"

	"hyt/gazebo/sim"
	"hyt/msgs/builtin_interfaces"
	"hyt/msgs/geometry_msgs"
	"hyt/msgs/hyt_msgs"
	"hyt/msgs/sensor_msgs"
	"hyt/msgs/std_msgs"
	"hyt/policy/thought"
)

// FingerTravel is the position of each finger joint when the gripper is fully
// open, metres.
const FingerTravel = 0.04

// Header stamps a message.
func Header(stamp time.Time, frame string) std_msgs.Header {
	return std_msgs.Header{Stamp: builtin_interfaces.FromTime(stamp), FrameId: frame}
}

// Image is the camera's picture. The message shares the frame's pixels.
func Image(f sim.Frame, stamp time.Time, frame string) *sensor_msgs.Image {
	return &sensor_msgs.Image{
		Header: Header(stamp, frame), Height: uint32(f.Height), Width: uint32(f.Width),
		Encoding: "rgb8", Step: uint32(3 * f.Width), Data: f.RGB,
	}
}

// Pose is the pose of the point between the fingertips.
func Pose(a sim.Arm, stamp time.Time, frame string) *geometry_msgs.PoseStamped {
	return &geometry_msgs.PoseStamped{Header: Header(stamp, frame), Pose: geometry_msgs.Pose{
		Position:    geometry_msgs.Point{X: a.X, Y: a.Y, Z: a.Z},
		Orientation: geometry_msgs.Quaternion{Z: math.Sin(a.Yaw / 2), W: math.Cos(a.Yaw / 2)},
	}}
}

// Joints is the gantry's joint state. The fingers mirror each other.
func Joints(a sim.Arm, stamp time.Time) *sensor_msgs.JointState {
	finger := a.Gripper * FingerTravel
	return &sensor_msgs.JointState{
		Header:   Header(stamp, ""),
		Name:     []string{"x_joint", "y_joint", "z_joint", "yaw_joint", "left_finger_joint", "right_finger_joint"},
		Position: []float64{a.X, a.Y, a.Z, a.Yaw, finger, finger},
	}
}

// Twist is a command's velocity.
func Twist(c sim.Command, stamp time.Time, frame string) *geometry_msgs.TwistStamped {
	return &geometry_msgs.TwistStamped{Header: Header(stamp, frame), Twist: geometry_msgs.Twist{
		Linear:  geometry_msgs.Vector3{X: c.Linear[0], Y: c.Linear[1], Z: c.Linear[2]},
		Angular: geometry_msgs.Vector3{Z: c.YawRate},
	}}
}

// Thought is a thought as a message, with its fields apart. Header, source and
// what was measured are the caller's to fill in.
func Thought(t thought.Thought) *hyt_msgs.Thought {
	m := &hyt_msgs.Thought{
		Text: t.String(), Plan: t.Plan, Subtask: t.Sub, Target: t.Target,
		Motion: strings.Join(t.Move, " "), Gripper: t.Grip,
	}
	if t.TargetAt != nil {
		m.TargetUv = [2]float32{placeFraction(t.TargetAt.X), placeFraction(t.TargetAt.Y)}
	}
	return m
}

// placeFraction is the middle of a place bin as a fraction of the image.
func placeFraction(bin int) float32 { return (float32(bin) + 0.5) / 64 }
