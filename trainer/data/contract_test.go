package data

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hyt/msgs/geometry_msgs"
	"hyt/msgs/hyt_msgs"
	"hyt/msgs/sensor_msgs"
	"hyt/msgs/std_msgs"
	"hyt/trainer/contract"
	"hyt/trainer/data/datatest"
)

// by reads a contract from text; annotations, where not empty, lie beside it.
func by(t testing.TB, text, annotations string) contract.Contract {
	t.Helper()
	path := filepath.Join(t.TempDir(), "contract.yaml")
	check(t, os.WriteFile(path, []byte(text), 0o644))
	check(t, os.WriteFile(filepath.Join(filepath.Dir(path), "labels.jsonl"), []byte(annotations), 0o644))
	c, err := contract.Read(path)
	check(t, err)
	return c
}

// twoCameras is a robot without commands: what it did is in its measured pose.
const twoCameras = `
rate: 5
chunk: 2
episodes: {instruction: wipe the table, split: gap}
topics:
  - {topic: /front, role: image, name: front, width: 8, height: 6}
  - {topic: /wrist, role: image, name: wrist, width: 4, height: 4, align: hold, tolerance: 250ms}
  - topic: /ee_pose
    role: proprio
    align: nearest
    features: [{name: yaw, field: pose.orientation, as: yaw, unit: rad}]
  - topic: /ee_pose
    role: action
    kind: difference
    features: [{name: x, field: pose.position.x, unit: m}, {name: yaw, field: pose.orientation, as: yaw}]
  - topic: /joint_states
    role: action
    kind: state
    features: [{name: finger, field: "position[name=left_finger_joint]", span: [0, 0.04]}]
`

// small picture of one colour.
func flat(s float64, width, height uint32, value byte) *sensor_msgs.Image {
	data := make([]byte, width*height*3)
	for i := range data {
		data[i] = value
	}
	return &sensor_msgs.Image{Header: datatest.Header(s, "camera"), Width: width, Height: height, Encoding: "rgb8", Step: 3 * width, Data: data}
}

func TestActionsFromWhatTheRobotDidAndTwoCameras(t *testing.T) {
	p := newTape(t, "demo")
	for k := range 11 {
		s := float64(k) / 10
		p.Pose(s, 0.1*float64(k), math.Pi-0.05+0.02*float64(k)) // across the half turn
		p.Joints(s, float64(k)/10)
		if k%3 == 0 {
			p.Write("/wrist", flat(s, 4, 4, byte(100+k)))
		}
		p.Write("/front", flat(s, 8, 6, byte(k)))
	}
	set, report := load(t, by(t, twoCameras, ""), p.Close())
	if set.Len() < 10 {
		t.Fatalf("%d samples: %s", set.Len(), report.String())
	}
	s := set.At(4)
	if len(s.Images) != 2 || s.Images[0][0] != 4 || s.Images[1][0] != 103 || len(s.Images[1]) != 4*4*3 || s.Instruction != "wipe the table" {
		t.Errorf("images %d and %d, instruction %q", s.Images[0][0], s.Images[1][0], s.Instruction)
	}
	if diff := cmp.Diff([]float32{0.2, 0.04, 0.6, 0.2, 0.04, 0.8}, s.Actions, about); diff != "" {
		t.Error(diff)
	}
	want := Shape{
		Cameras: []Camera{{"front", 8, 6, [4]float64{0, 0, 1, 1}}, {"wrist", 4, 4, [4]float64{0, 0, 1, 1}}},
		Proprio: []Number{{Name: "yaw", Unit: "rad"}},
		Action:  []Number{{"x", "m", contract.Difference}, {"yaw", "", contract.Difference}, {"finger", "", contract.State}},
		Rate:    5, Chunk: 2,
	}
	if diff := cmp.Diff(want, set.Shape()); diff != "" {
		t.Error(diff)
	}
}

// Robots whose stamps cannot be trusted are matched by when messages were received.
func TestReceiptTimesReplaceStamps(t *testing.T) {
	c := contract.Default()
	c.Clock = contract.Receipt
	p := newTape(t, "demo")
	p.Step = 0
	begin := p.When
	p.Instruction("go")
	p.Start(0, "a")
	for k := range 5 {
		p.When = begin.Add(time.Duration(k) * time.Second / 10)
		p.Image(777, byte(k)) // always the same stamp
		p.Pose(3-float64(k), float64(k)/100, 0)
		p.Joints(0, 1)
		p.Action(0, 0.1, 0)
		p.Gripper(1)
	}
	p.When = begin.Add(time.Second / 2)
	p.End(0, "a", true)
	set, report := load(t, c, p.Close())
	if set.Len() != 5 || set.At(3).Proprio[0] != 0.03 || set.At(3).Time != begin.Add(300*time.Millisecond).UnixNano() {
		t.Errorf("%d samples, %+v", set.Len(), report)
	}
}

func TestThoughtsComeFromTheFileThenTheBagThenTheData(t *testing.T) {
	text := strings.Replace(string(shippedText(t)), "annotations: \"\"", "annotations: labels.jsonl", 1)
	text = strings.Replace(text, "make: []", "make: [sub, move, grip]", 1)
	c := by(t, text, `{"episode": "a", "from": 0.1, "to": 0.2, "thought": "sub touch green ball;"}
{"episode": "nobody", "thought": "grip open;"}`)
	p := newTape(t, "demo")
	p.Instruction("touch the red cube")
	p.Start(0, "a")
	for k := range 6 {
		p.Skip = "/thought"
		p.Frame(k)
		p.Skip = ""
		if k == 2 {
			p.Thought(0.2, hyt_msgs.Thought_HUMAN, "sub look around;")
			p.Thought(0.25, hyt_msgs.Thought_HUMAN, "not a thought")
		}
	}
	p.End(0.6, "a", true)
	c.Of(contract.Thought)[0].Hold = 150 * time.Millisecond
	set, report := load(t, c, p.Close())
	var got []string
	for i := range set.Len() {
		_, thought := set.Text(i)
		got = append(got, thought)
	}
	want := []string{
		"sub reach red cube; move forward turn right; grip open;", "sub touch green ball;", "sub look around;", "sub look around;",
		"sub carry red cube; move forward turn right; grip close;", "sub carry red cube; move forward turn right; grip close;",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for _, said := range []string{"no usable episode is called nobody", "1 × /thought: it is not in the thought grammar"} {
		if !strings.Contains(report.String(), said) {
			t.Errorf("the report does not say %q: %s", said, report.String())
		}
	}
}

// shippedText is the shipped contract as people copy it.
func shippedText(t testing.TB) []byte {
	text, err := os.ReadFile("../contract/tabletop.yaml")
	check(t, err)
	return text
}

func TestEpisodesThatTeachNothingAreSetAside(t *testing.T) {
	frozen := func(p *datatest.Tape) {
		p.Instruction("go")
		p.Start(0, "a")
		for k := range 30 {
			p.Image(float64(k)/10, 7)
			p.Pose(float64(k)/10, float64(k)/100, 0)
			p.Joints(float64(k)/10, 1)
			p.Action(float64(k)/10, 0.1, 0)
			p.Gripper(1)
		}
		p.End(3, "a", true)
	}
	still := func(p *datatest.Tape) {
		p.Instruction("go")
		p.Start(0, "a")
		for k := range 5 {
			p.Image(float64(k)/10, byte(k))
			p.Pose(float64(k)/10, 0.1, 0)
			p.Joints(float64(k)/10, 1)
			p.Action(float64(k)/10, 0, 0)
			p.Gripper(1)
		}
		p.End(0.5, "a", true)
	}
	apart := func(p *datatest.Tape) {
		p.Instruction("go")
		p.Start(0, "a")
		for k := range 6 {
			p.Image(float64(k), byte(k))
			p.Pose(float64(k)+0.4, float64(k)/10, 0)
			p.Joints(float64(k), 1)
			p.Action(float64(k), 0.1, 0)
			p.Gripper(1)
		}
		p.End(6, "a", true)
	}
	long := func(p *datatest.Tape) {
		p.Instruction("go")
		p.Start(0, "a")
		p.Frame(1)
		p.Frame(2)
		p.Frame(3000)
		p.Frame(6010)
		p.End(601, "a", true)
	}
	for name, c := range map[string]struct {
		record func(p *datatest.Tape)
		why    string
	}{
		"the camera is frozen":    {frozen, "camera image is frozen for more than 2s while the robot moves"},
		"nothing moves":           {still, "nothing moves in it"},
		"poses are too far":       {apart, "more than 50 % of its images lack something (no /ee_pose within 20ms of the image)"},
		"it is longer than usual": {long, "longer than 10m0s"},
	} {
		t.Run(name, func(t *testing.T) {
			p := newTape(t, "demo")
			c.record(p)
			p.Demo("good", "go", 4, true)
			set, report := load(t, contract.Default(), p.Close())
			if set.Len() != 4 || report.LeftOut[c.why] != 1 {
				t.Errorf("%d samples, report %+v", set.Len(), report)
			}
		})
	}
}

func TestTaskNamesComeFromATopicOfTheirOwn(t *testing.T) {
	text := string(shippedText(t)) + "\n"
	text = strings.Replace(text, "\nepisodes:", "\n  - {topic: /task, role: task, optional: true}\n\nepisodes:", 1)
	p := newTape(t, "demo")
	p.Instruction("go")
	p.Write("/task", &std_msgs.String{Data: "tidy up"})
	for k := range 4 {
		p.Frame(k)
	}
	set, _ := load(t, by(t, text, ""), p.Close())
	if got := set.Episodes()[0].Task; got != "tidy up" {
		t.Errorf("task %q", got)
	}
}

func TestTargetsAreWhereKnownThingsAre(t *testing.T) {
	text := strings.Replace(string(shippedText(t)), "\nepisodes:", `
  - topic: /tags/cube
    role: object
    name: red cube
    align: hold
    tolerance: 1s
    features: [{name: x, field: pose.position.x}, {name: y, field: pose.position.y}, {name: z, field: pose.position.z}]

episodes:`, 1)
	text = strings.Replace(text, "make: []", "make: [target]\n  view: {topic: /camera_info, position: [0, 2, 4], orientation: [1, 0, 0, 0]}", 1)
	p := newTape(t, "demo")
	p.Skip = "/thought"
	p.Write("/camera_info", &sensor_msgs.CameraInfo{Width: 64, Height: 64, K: [9]float64{32, 0, 32, 0, 32, 32, 0, 0, 1}})
	p.Instruction("touch it")
	p.Start(0, "a")
	cube := &geometry_msgs.PoseStamped{Header: datatest.Header(0, "base_link")}
	cube.Pose.Position = geometry_msgs.Point{X: 0.03, Y: 2, Z: 3} // where the hand is in frame 3
	p.Write("/tags/cube", cube)
	for k := range 3 {
		p.Frame(k + 1)
	}
	p.End(0.4, "a", true)
	set, report := load(t, by(t, text, ""), p.Close())
	// 0.03 m at a depth of 1 m are 0.96 of 64 columns from the centre, 32.
	if _, thought := set.Text(0); thought != "target red cube <x32> <y32>;" {
		t.Errorf("thought %q: %s", thought, report.String())
	}
}
