// Package datatest writes small bags of demonstrations, for tests of what learns
// from them.
package datatest

import (
	"math"
	"path/filepath"
	"testing"
	"time"

	"hyt/msgs"
	"hyt/msgs/bag"
	"hyt/msgs/builtin_interfaces"
	"hyt/msgs/geometry_msgs"
	"hyt/msgs/hyt_msgs"
	"hyt/msgs/sensor_msgs"
	"hyt/msgs/std_msgs"
)

// Tape writes a bag, message by message. Stamps are in seconds of a simulated
// clock; log times advance by a millisecond a message, so that demonstrations
// run far faster than real time.
type Tape struct {
	Skip      string        // topic that is not recorded
	When      time.Time     // log time of the next message
	Step      time.Duration // from a message to the next
	Published time.Time     // of the next messages; zero: their log times

	t   testing.TB
	w   *bag.Writer
	dir string
}

// New makes a bag in a temporary folder of t's; name is its folder's.
func New(t testing.TB, name string) *Tape { return NewWith(t, name, bag.Options{FlushEvery: -1}) }

// NewWith is New with options.
func NewWith(t testing.TB, name string, o bag.Options) *Tape {
	t.Helper()
	dir := filepath.Join(t.TempDir(), name)
	w, err := bag.Create(dir, o)
	must(t, err)
	return &Tape{t: t, w: w, dir: dir, When: time.Unix(1_700_000_000, 0), Step: time.Millisecond}
}

// Write records a message, with its topic where that is new.
func (p *Tape) Write(topic string, m msgs.Message) {
	p.t.Helper()
	if topic == p.Skip {
		return
	}
	must(p.t, p.w.Topic(topic, m.TypeName(), ""))
	published := p.Published
	if published.IsZero() {
		published = p.When
	}
	must(p.t, p.w.Write(topic, msgs.Marshal(m), p.When, published))
	p.When = p.When.Add(p.Step)
}

// Raw records bytes as a message of a type, whatever they are.
func (p *Tape) Raw(topic, typeName string, data []byte) {
	p.t.Helper()
	must(p.t, p.w.Topic(topic, typeName, ""))
	must(p.t, p.w.Write(topic, data, p.When, p.When))
	p.When = p.When.Add(p.Step)
}

// Close ends the bag and returns its folder.
func (p *Tape) Close() string {
	p.t.Helper()
	must(p.t, p.w.Close())
	return p.dir
}

// Header is one with a stamp of s seconds.
func Header(s float64, frame string) std_msgs.Header {
	d := time.Duration(math.Round(s * 1e9))
	return std_msgs.Header{
		Stamp:   builtin_interfaces.Time{Sec: int32(d / time.Second), Nanosec: uint32(d % time.Second)},
		FrameId: frame,
	}
}

// Image records a 64x64 image whose pixels are all value.
func (p *Tape) Image(s float64, value byte) {
	data := make([]byte, 64*64*3)
	for i := range data {
		data[i] = value
	}
	p.Write("/image", &sensor_msgs.Image{
		Header: Header(s, "camera_optical_frame"), Width: 64, Height: 64, Encoding: "rgb8", Step: 64 * 3, Data: data,
	})
}

// Pose records where the hand is: x metres, yaw radians.
func (p *Tape) Pose(s, x, yaw float64) {
	m := &geometry_msgs.PoseStamped{Header: Header(s, "base_link")}
	m.Pose.Position = geometry_msgs.Point{X: x, Y: 2, Z: 3}
	m.Pose.Orientation = geometry_msgs.Quaternion{Z: math.Sin(yaw / 2), W: math.Cos(yaw / 2)}
	p.Write("/ee_pose", m)
}

// Joints records both fingers, open to a share of their travel.
func (p *Tape) Joints(s, opening float64) {
	p.Write("/joint_states", &sensor_msgs.JointState{
		Header:   Header(s, ""),
		Name:     []string{"x_joint", "left_finger_joint", "right_finger_joint"},
		Position: []float64{9, 0.04 * opening, 0.04 * opening},
	})
}

// Instruction records what the robot is told.
func (p *Tape) Instruction(text string) {
	p.Write("/instruction", &std_msgs.String{Data: text})
}

// Action records a command: m/s along x, rad/s.
func (p *Tape) Action(s, vx, yawRate float64) {
	m := &geometry_msgs.TwistStamped{Header: Header(s, "base_link")}
	m.Twist.Linear.X, m.Twist.Angular.Z = vx, yawRate
	p.Write("/action", m)
}

// Gripper records the commanded opening, 0 closed to 1 open.
func (p *Tape) Gripper(opening float64) {
	p.Write("/gripper", &std_msgs.Float64{Data: opening})
}

// Thought records a thought; source is one of hyt_msgs/Thought.
func (p *Tape) Thought(s float64, source uint8, text string) {
	p.Write("/thought", &hyt_msgs.Thought{Header: Header(s, ""), Source: source, Text: text})
}

// Start records the marker of an episode's start.
func (p *Tape) Start(s float64, id string) {
	p.Write("/episode", &hyt_msgs.Episode{
		Header: Header(s, ""), Id: id, Task: "touch", Split: "id", Seed: 7, Phase: hyt_msgs.Episode_START,
	})
}

// End records the marker of an episode's end.
func (p *Tape) End(s float64, id string, success bool) {
	p.Write("/episode", &hyt_msgs.Episode{
		Header: Header(s, ""), Id: id, Phase: hyt_msgs.Episode_END, Success: success,
	})
}

// Frame records what a demonstration publishes for its k-th frame (10 Hz): the
// image has brightness k, x is k centimetres, vx is k/10 m/s, the gripper closes
// at frame 3.
func (p *Tape) Frame(k int) {
	s, opening := float64(k)/10, 1.0
	if k >= 3 {
		opening = 0
	}
	p.Image(s, byte(k))
	p.Pose(s, float64(k)/100, 0)
	p.Joints(s, opening)
	p.Thought(s, hyt_msgs.Thought_ORACLE, "sub touch red cube ;")
	p.Action(s, float64(k)/10, -float64(k))
	p.Gripper(opening)
}

// Demo records a whole episode of n frames.
func (p *Tape) Demo(id, instruction string, n int, success bool) {
	p.Instruction(instruction)
	p.Start(0, id)
	for k := range n {
		p.Frame(k)
	}
	p.End(float64(n)/10, id, success)
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
