package compose

import (
	"context"
	"io"
	"testing"
	"time"

	"hyt/config"
	"hyt/msgs/builtin_interfaces"
	"hyt/msgs/bus"
	"hyt/msgs/bus/dds"
	"hyt/msgs/geometry_msgs"
	"hyt/msgs/sensor_msgs"
	"hyt/msgs/std_msgs"
	"hyt/nodes/engines"
	"hyt/nodes/node"
	"hyt/nodes/policynode"
	"hyt/nodes/rosargs"
	"hyt/nodes/thinkernode"
)

// From the start of policy and thinker to the first command that moves the robot: the
// shipped model read from the disk and checked, discovery over DDS, one image, one
// inference.
func BenchmarkStartToFirstAction(b *testing.B) {
	for b.Loop() {
		b.StopTimer()
		domain := 41 // as in TestBringUps
		robot, err := dds.Open(dds.Options{Domain: &domain, Loopback: true})
		if err != nil {
			b.Fatal(err)
		}
		n, err := node.New(node.Options{Identity: rosargs.Identity{Name: "robot", Namespace: "/"}, Driver: robot, Console: io.Discard})
		if err != nil {
			b.Fatal(err)
		}
		ctx, cancel := context.WithCancel(b.Context())
		moved := make(chan struct{}, 1)
		if err := playRobot(ctx, n, 20, moved); err != nil {
			b.Fatal(err)
		}
		args, err := rosargs.Parse([]string{"--ros-args", "-p", "arm_on_activate:=true", "-p", "model:=../../policy/models/tabletop"})
		if err != nil {
			b.Fatal(err)
		}
		pool := engines.NewPool()
		p := Process{
			Components: []node.Component{policynode.New(policynode.FromPool(pool)), thinkernode.New(pool)},
			Console:    io.Discard,
			OpenDriver: func(config.Common) (bus.Driver, error) {
				return dds.Open(dds.Options{Domain: &domain, Loopback: true})
			},
		}
		done := make(chan error, 1)
		b.StartTimer()
		go func() { done <- p.Run(ctx, args, nil) }()
		select {
		case <-moved:
		case err := <-done:
			b.Fatal(err)
		}
		b.StopTimer()
		cancel()
		if err := <-done; err != nil {
			b.Fatal(err)
		}
		_ = n.Close()
		_ = robot.Close()
		b.StartTimer()
	}
}

// playRobot publishes what a robot's sensors do, rate times a second, and an
// instruction, until ctx is done; moved gets a token with the first command that is
// not zero.
func playRobot(ctx context.Context, n *node.Node, rate float64, moved chan<- struct{}) error {
	images, err := node.Advertise[*sensor_msgs.Image](n, "image", bus.SensorData())
	if err != nil {
		return err
	}
	poses, err := node.Advertise[*geometry_msgs.PoseStamped](n, "ee_pose", bus.SensorData())
	if err != nil {
		return err
	}
	joints, err := node.Advertise[*sensor_msgs.JointState](n, "joint_states", bus.Default())
	if err != nil {
		return err
	}
	words, err := node.Advertise[*std_msgs.String](n, "instruction", bus.Latched(1))
	if err != nil {
		return err
	}
	_, err = node.Subscribe(n, "action", bus.Command(), func(m *geometry_msgs.TwistStamped) {
		if v := m.Twist.Linear; v.X != 0 || v.Y != 0 || v.Z != 0 {
			select {
			case moved <- struct{}{}:
			default:
			}
		}
	})
	if err != nil {
		return err
	}
	if err := words.Publish(&std_msgs.String{Data: "touch the red cube"}); err != nil {
		return err
	}
	const side = 64 // pixels
	image := &sensor_msgs.Image{Height: side, Width: side, Encoding: "rgb8", Step: 3 * side, Data: make([]byte, 3*side*side)}
	go func() {
		for ctx.Err() == nil {
			h := std_msgs.Header{Stamp: builtin_interfaces.FromTime(time.Now())}
			pose := &geometry_msgs.PoseStamped{Header: h}
			pose.Pose.Position.Z, pose.Pose.Orientation.W = 0.1, 1
			image.Header = h
			_ = poses.Publish(pose)
			_ = joints.Publish(&sensor_msgs.JointState{Header: h, Name: []string{"left_finger_joint", "right_finger_joint"}, Position: []float64{0.04, 0.04}})
			_ = images.Publish(image)
			time.Sleep(config.Period(rate))
		}
	}()
	return nil
}
