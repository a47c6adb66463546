// Package demos lets the tasks' oracles demonstrate on the bus: the simulated
// robot publishes what a robot publishes, the oracle commands it, and the
// recorder node, a process of its own, writes the bag. What is trained on has
// gone the way that a user's own recordings go.
package demos

import (
	"context"
	"errors"
	"fmt"
	"time"

	"hyt/gazebo/sim"
	"hyt/msgs/builtin_interfaces"
	"hyt/msgs/bus"
	"hyt/msgs/geometry_msgs"
	"hyt/msgs/hyt_msgs"
	"hyt/msgs/rosgraph_msgs"
	"hyt/msgs/sensor_msgs"
	"hyt/msgs/std_msgs"
	"hyt/nodes/node"
	"hyt/nodes/robotmsg"
	"hyt/policy/thought"
)

const (
	cameraFrame = "camera_optical_frame"
	baseFrame   = "base_link"
)

// depth of the queues towards the recorder. Demonstrations are played faster
// than real time, and nothing of them may be lost.
const depth = 1000

// stage publishes what happens in a demonstration. Times are simulated ones.
type stage struct {
	clock       *bus.Publisher[*rosgraph_msgs.Clock]
	images      []*bus.Publisher[*sensor_msgs.Image] // by camera
	pose        *bus.Publisher[*geometry_msgs.PoseStamped]
	joints      *bus.Publisher[*sensor_msgs.JointState]
	instruction *bus.Publisher[*std_msgs.String]
	action      *bus.Publisher[*geometry_msgs.TwistStamped]
	gripper     *bus.Publisher[*std_msgs.Float64]
	thought     *bus.Publisher[*hyt_msgs.Thought]
	episode     *bus.Publisher[*hyt_msgs.Episode]

	cameras []string // their topics
	settle  func()   // waits until what was sent is taken; nil: the bus cannot tell
	sent    int64    // messages to record, the clock's not among them
}

func newStage(n *node.Node, cameras []string) (*stage, error) {
	qos := bus.Default()
	qos.Depth = depth
	s := &stage{cameras: cameras, images: make([]*bus.Publisher[*sensor_msgs.Image], len(cameras))}
	var errs []error
	for i, name := range cameras {
		errs = append(errs, advertise(n, &s.images[i], name, qos))
	}
	return s, errors.Join(
		errors.Join(errs...),
		advertise(n, &s.clock, "/clock", qos),
		advertise(n, &s.pose, "ee_pose", qos),
		advertise(n, &s.joints, "joint_states", qos),
		advertise(n, &s.instruction, "instruction", qos),
		advertise(n, &s.action, "action", qos),
		advertise(n, &s.gripper, "gripper", qos),
		advertise(n, &s.thought, "thought", bus.Latched(depth)),
		advertise(n, &s.episode, "episode", qos),
	)
}

// ready waits until a recorder listens to everything.
func (s *stage) ready(ctx context.Context) error {
	type topic struct {
		name string
		of   interface{ Matched() int }
	}
	topics := []topic{
		{"ee_pose", s.pose}, {"joint_states", s.joints}, {"instruction", s.instruction},
		{"action", s.action}, {"gripper", s.gripper}, {"thought", s.thought}, {"episode", s.episode}, {"/clock", s.clock},
	}
	for i, name := range s.cameras {
		topics = append(topics, topic{name, s.images[i]})
	}
	for _, t := range topics {
		for t.of.Matched() == 0 {
			select {
			case <-ctx.Done():
				return fmt.Errorf("no recorder listens to %s: %w", t.name, context.Cause(ctx))
			case <-time.After(20 * time.Millisecond):
			}
		}
	}
	return nil
}

// tell sends the clock. What is recorded next bears this time.
func (s *stage) tell(now time.Time) error {
	err := s.clock.Publish(&rosgraph_msgs.Clock{Clock: builtin_interfaces.FromTime(now)})
	s.taken()
	return err
}

// taken waits until what was sent is taken, where that can be known: nobody who plays as
// fast as he can may outrun the recorder.
func (s *stage) taken() {
	if s.settle != nil {
		s.settle()
	}
}

// mark sends an episode's start or end; the start tells the instruction too.
func (s *stage) mark(e *hyt_msgs.Episode, instruction string) error {
	if err := publish(s, s.episode, e); err != nil || instruction == "" {
		return err
	}
	return publish(s, s.instruction, &std_msgs.String{Data: instruction})
}

// observe sends where the robot is and what it sees with each of its cameras.
func (s *stage) observe(now time.Time, views []sim.Frame, a sim.Arm) error {
	err := errors.Join(
		publish(s, s.pose, robotmsg.Pose(a, now, baseFrame)),
		publish(s, s.joints, robotmsg.Joints(a, now)),
	)
	for i, f := range views {
		err = errors.Join(err, publish(s, s.images[i], robotmsg.Image(f, now, cameraFrame)))
	}
	return err
}

// act sends the oracle's command and the thought behind it.
func (s *stage) act(now time.Time, c sim.Command, t thought.Thought) error {
	return errors.Join(
		publish(s, s.action, robotmsg.Twist(c, now, baseFrame)),
		publish(s, s.gripper, &std_msgs.Float64{Data: c.Gripper}),
		publish(s, s.thought, oracleThought(t, now)),
	)
}

func oracleThought(t thought.Thought, now time.Time) *hyt_msgs.Thought {
	m := robotmsg.Thought(t)
	m.Header = robotmsg.Header(now, cameraFrame)
	m.Source = hyt_msgs.Thought_ORACLE
	return m
}
