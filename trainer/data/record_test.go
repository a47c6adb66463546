package data

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

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// tape writes a bag, message by message. Stamps are in seconds of a simulated
// clock; log times advance by a millisecond a message, so that demonstrations
// run far faster than real time.
type tape struct {
	t    testing.TB
	w    *bag.Writer
	dir  string
	c    Config
	when time.Time // log time of the next message
	skip string    // topic that is not recorded
}

func newTape(t testing.TB, name string) *tape {
	t.Helper()
	dir := filepath.Join(t.TempDir(), name)
	w, err := bag.Create(dir, bag.Options{FlushEvery: -1})
	check(t, err)
	return &tape{t: t, w: w, dir: dir, c: Default(), when: time.Unix(1_700_000_000, 0)}
}

func (p *tape) write(topic string, m msgs.Message) {
	p.t.Helper()
	if topic == p.skip {
		return
	}
	check(p.t, p.w.Topic(topic, m.TypeName(), ""))
	check(p.t, p.w.Write(topic, msgs.Marshal(m), p.when, p.when))
	p.when = p.when.Add(time.Millisecond)
}

func (p *tape) close() string {
	p.t.Helper()
	check(p.t, p.w.Close())
	return p.dir
}

func header(s float64, frame string) std_msgs.Header {
	d := time.Duration(math.Round(s * 1e9))
	return std_msgs.Header{
		Stamp:   builtin_interfaces.Time{Sec: int32(d / time.Second), Nanosec: uint32(d % time.Second)},
		FrameId: frame,
	}
}

// image records a 64x64 image whose pixels are all value.
func (p *tape) image(s float64, value byte) {
	data := make([]byte, 64*64*3)
	for i := range data {
		data[i] = value
	}
	p.write(p.c.Topics.Image, &sensor_msgs.Image{
		Header: header(s, "camera_optical_frame"), Width: 64, Height: 64, Encoding: "rgb8", Step: 64 * 3, Data: data,
	})
}

func (p *tape) pose(s, x, yaw float64) {
	m := &geometry_msgs.PoseStamped{Header: header(s, "base_link")}
	m.Pose.Position = geometry_msgs.Point{X: x, Y: 2, Z: 3}
	m.Pose.Orientation = geometry_msgs.Quaternion{Z: math.Sin(yaw / 2), W: math.Cos(yaw / 2)}
	p.write(p.c.Topics.Pose, m)
}

// joints records both fingers, open to a share of their travel.
func (p *tape) joints(s, opening float64) {
	p.write(p.c.Topics.Joints, &sensor_msgs.JointState{
		Header:   header(s, ""),
		Name:     []string{"x_joint", "left_finger_joint", "right_finger_joint"},
		Position: []float64{9, 0.04 * opening, 0.04 * opening},
	})
}

func (p *tape) instruction(text string) {
	p.write(p.c.Topics.Instruction, &std_msgs.String{Data: text})
}

func (p *tape) action(s, vx, yawRate float64) {
	m := &geometry_msgs.TwistStamped{Header: header(s, "base_link")}
	m.Twist.Linear.X, m.Twist.Angular.Z = vx, yawRate
	p.write(p.c.Topics.Action, m)
}

func (p *tape) gripper(opening float64) {
	p.write(p.c.Topics.Gripper, &std_msgs.Float64{Data: opening})
}

func (p *tape) thought(s float64, source uint8, text string) {
	p.write(p.c.Topics.Thought, &hyt_msgs.Thought{Header: header(s, ""), Source: source, Text: text})
}

func (p *tape) start(s float64, id string) {
	p.write(p.c.Topics.Episode, &hyt_msgs.Episode{
		Header: header(s, ""), Id: id, Task: "touch", Split: "id", Seed: 7, Phase: hyt_msgs.Episode_START,
	})
}

func (p *tape) end(s float64, id string, success bool) {
	p.write(p.c.Topics.Episode, &hyt_msgs.Episode{
		Header: header(s, ""), Id: id, Phase: hyt_msgs.Episode_END, Success: success,
	})
}

// frame records what a demonstration publishes for its k-th frame (10 Hz): the
// image has brightness k, x is k centimetres, vx is k/10 m/s, the gripper closes
// at frame 3.
func (p *tape) frame(k int) {
	s, opening := float64(k)/10, 1.0
	if k >= 3 {
		opening = 0
	}
	p.image(s, byte(k))
	p.pose(s, float64(k)/100, 0)
	p.joints(s, opening)
	p.thought(s, hyt_msgs.Thought_ORACLE, "sub touch red cube ;")
	p.action(s, float64(k)/10, -float64(k))
	p.gripper(opening)
}

// demo records a whole episode of n frames.
func (p *tape) demo(id, instruction string, n int, success bool) {
	p.instruction(instruction)
	p.start(0, id)
	for k := range n {
		p.frame(k)
	}
	p.end(float64(n)/10, id, success)
}

func load(t testing.TB, c Config, dirs ...string) (*Set, Report) {
	t.Helper()
	set, report, err := Load(dirs, c)
	check(t, err)
	return set, report
}
