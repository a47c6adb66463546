package data

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"hyt/msgs/hyt_msgs"
	"hyt/msgs/sensor_msgs"
	"hyt/trainer/contract"
	"hyt/trainer/data/datatest"
)

var about = cmpopts.EquateApprox(0, 1e-6)

func TestSampleHoldsWhatWasSeenAndWhatWasDone(t *testing.T) {
	p := newTape(t, "demo")
	p.Demo("touch-7", "touch the red cube", 5, true)
	set, report := load(t, contract.Default(), p.Close())
	if set.Len() != 5 {
		t.Fatalf("%d samples of 5", set.Len())
	}
	s := set.At(2)
	if s.Image[0] != 2 || len(s.Image) != 64*64*3 || s.Instruction != "touch the red cube" || s.Thought != "sub touch red cube ;" {
		t.Errorf("image of %d bytes, value %d, instruction %q, thought %q", len(s.Image), s.Image[0], s.Instruction, s.Thought)
	}
	if diff := cmp.Diff([]float32{0.02, 2, 3, 0, 1}, s.Proprio, about); diff != "" {
		t.Error(diff)
	}
	// x y z yaw gripper: velocity times 0.1 s; the gripper closes at frame 3;
	// after the last frame nothing moves.
	want := []float32{
		0.02, 0, 0, -0.2, 1,
		0.03, 0, 0, -0.3, 0,
		0.04, 0, 0, -0.4, 0,
		0, 0, 0, 0, 0,
		0, 0, 0, 0, 0,
		0, 0, 0, 0, 0,
		0, 0, 0, 0, 0,
		0, 0, 0, 0, 0,
	}
	if diff := cmp.Diff(want, s.Actions, about); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]Episode{{ID: "touch-7", Bag: "demo", Task: "touch", Split: "id", Seed: 7, Samples: 5}}, set.Episodes()); diff != "" {
		t.Error(diff)
	}
	if report.Samples != 5 || report.Episodes != 1 || report.Thoughts != 5 || len(report.LeftOut)+len(report.Dropped) != 0 {
		t.Errorf("report %+v", report)
	}
	// With five samples, the 99 % quantile is the last but one.
	if diff := cmp.Diff([]float64{0.03, 0, 0, -0.1, 1}, report.Q99, about); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]float64{0, 0, 0, -0.4, 0}, report.Q01, about); diff != "" {
		t.Error(diff)
	}
}

// Each case changes one thing of a demonstration of six frames.
func TestLeavesOutWhatCannotBeUsed(t *testing.T) {
	frames := func(p *datatest.Tape) {
		for k := range 6 {
			p.Frame(k)
		}
	}
	for name, c := range map[string]struct {
		record  func(p *datatest.Tape)
		samples int
		leftOut map[string]int
		dropped map[string]int
	}{
		"a failed episode": {
			record:  func(p *datatest.Tape) { p.Demo("a", "go", 6, false) },
			leftOut: map[string]int{failed: 1},
		},
		"an episode without end": {
			record:  func(p *datatest.Tape) { p.Instruction("go"); p.Start(0, "a"); frames(p) },
			leftOut: map[string]int{notEnded: 1},
		},
		"an end without start": {
			record:  func(p *datatest.Tape) { p.Instruction("go"); frames(p); p.End(1, "a", true) },
			dropped: map[string]int{"/episode: END marker without its START": 1},
		},
		"an episode without images": {
			record:  func(p *datatest.Tape) { p.Skip = "/image"; p.Demo("a", "go", 6, true); p.Skip = "" },
			leftOut: map[string]int{noImages: 1},
		},
		"an episode without actions": {
			record:  func(p *datatest.Tape) { p.Skip = "/action"; p.Demo("a", "go", 6, true); p.Skip = "" },
			leftOut: map[string]int{noActions: 1},
		},
		"an episode without instruction": {
			record:  func(p *datatest.Tape) { p.Demo("a", "", 6, true) },
			leftOut: map[string]int{noInstruction: 1},
		},
		"an image without pose": {
			record: func(p *datatest.Tape) {
				p.Instruction("go")
				p.Start(0, "a")
				p.Image(0, 0)
				p.Joints(0, 1)
				p.Action(0, 0, 0)
				for k := 5; k < 9; k++ {
					p.Frame(k)
				}
				p.End(1, "a", true)
			},
			samples: 4,
			dropped: map[string]int{"no /ee_pose within 20ms of the image": 1},
		},
		"an image after the last command": {
			record: func(p *datatest.Tape) {
				p.Instruction("go")
				p.Start(0, "a")
				frames(p)
				p.Image(0.8, 9)
				p.Pose(0.8, 0, 0)
				p.Joints(0.8, 0)
				p.End(0.8, "a", true)
			},
			samples: 6,
			dropped: map[string]int{"no /action at the image's time": 1},
		},
		"images between episodes": {
			record: func(p *datatest.Tape) {
				p.Demo("a", "go", 6, true)
				p.Frame(20)
				p.Frame(21) // then the simulator is reset
			},
			samples: 6,
		},
		"an image that comes twice": {
			record: func(p *datatest.Tape) {
				p.Instruction("go")
				p.Start(0, "a")
				p.Frame(0)
				p.Image(0, 0)
				p.Frame(1)
				p.End(0.2, "a", true)
			},
			samples: 2,
			dropped: map[string]int{"/image: stamp does not advance": 1},
		},
		"bad images": {
			record: func(p *datatest.Tape) {
				p.Instruction("go")
				p.Start(0, "a")
				p.Write("/image", &sensor_msgs.Image{Width: 64, Height: 64, Encoding: "rgb8", Step: 192, Data: make([]byte, 99)})
				p.Write("/image", &sensor_msgs.Image{Width: 64, Height: 64, Encoding: "bayer_rggb8", Step: 192})
				frames(p)
				p.End(1, "a", true)
			},
			samples: 6,
			dropped: map[string]int{
				"/image: image data is truncated": 1,
				`/image: image encoding "bayer_rggb8" is not supported: publish rgb8, bgr8, rgba8, bgra8, mono8, yuv422 or yuv422_yuy2`: 1,
			},
		},
		"numbers that are none": {
			record: func(p *datatest.Tape) {
				p.Instruction("go")
				p.Start(0, "a")
				p.Pose(0.05, math.NaN(), 0)
				p.Action(0.05, math.Inf(1), 0)
				p.Gripper(math.NaN())
				p.Joints(0.05, math.NaN())
				frames(p)
				p.End(1, "a", true)
			},
			samples: 6,
			dropped: map[string]int{
				"/ee_pose: x is not a finite number":            1,
				"/action: x is not a finite number":             1,
				"/gripper: gripper is not a finite number":      1,
				"/joint_states: gripper is not a finite number": 1,
			},
		},
		"a model's thoughts": {
			record: func(p *datatest.Tape) {
				p.Instruction("go")
				p.Start(0, "a")
				p.Skip = "/thought"
				frames(p)
				p.Skip = ""
				p.Thought(0, hyt_msgs.Thought_MODEL, "sub push blue ball ;")
				p.End(1, "a", true)
			},
			samples: 6,
			dropped: map[string]int{"/thought: it was written by a model": 1},
		},
	} {
		t.Run(name, func(t *testing.T) {
			p := newTape(t, "demo")
			c.record(p)
			p.Demo("good", "go", 3, true) // so that there is always something to load
			_, report := load(t, contract.Default(), p.Close())
			if report.Samples != c.samples+3 {
				t.Errorf("%d samples, want %d and 3 of a good episode", report.Samples, c.samples)
			}
			if diff := cmp.Diff(c.leftOut, report.LeftOut, cmpopts.EquateEmpty()); diff != "" {
				t.Error("left out:", diff)
			}
			if diff := cmp.Diff(c.dropped, report.Dropped, cmpopts.EquateEmpty()); diff != "" {
				t.Error("dropped:", diff)
			}
			for reason := range report.Dropped {
				if !strings.Contains(report.String(), reason) {
					t.Errorf("the printed report does not say %q", reason)
				}
			}
		})
	}
}

func TestKeepsFailedEpisodesAndModelThoughtsWhenTold(t *testing.T) {
	p := newTape(t, "demo")
	p.Skip = "/thought"
	p.Instruction("go")
	p.Start(0, "a")
	p.Frame(0)
	p.Skip = ""
	p.Thought(0, hyt_msgs.Thought_MODEL, "sub push blue ball ;")
	p.End(0.1, "a", false)
	c := contract.Default()
	c.Episodes.KeepFailed, c.Episodes.Still, c.Thoughts.Sources = true, 0, []string{"model"}
	set, _ := load(t, c, p.Close())
	if s := set.At(0); s.Thought != "sub push blue ball ;" {
		t.Errorf("thought %q", s.Thought)
	}
}

func TestSplitKeepsEpisodesTogetherAndStaysTheSame(t *testing.T) {
	p := newTape(t, "demo")
	const episodes = 60
	for i := range episodes {
		p.Demo(fmt.Sprintf("touch-%d", i), "go", 2, true)
	}
	dir := p.Close()
	set, _ := load(t, contract.Default(), dir)
	train, valid := set.Split(0.25)
	ids := func(s *Set) (ids []string) {
		for i := range s.Len() {
			ids = append(ids, s.Episodes()[s.At(i).Episode].ID)
		}
		return slices.Compact(ids)
	}
	a, b := ids(train), ids(valid)
	if len(a)+len(b) != episodes || train.Len()+valid.Len() != 2*episodes {
		t.Errorf("%d and %d episodes, %d and %d samples", len(a), len(b), train.Len(), valid.Len())
	}
	if len(b) < 8 || len(b) > 24 {
		t.Errorf("%d of %d episodes to validate on, want about 15", len(b), episodes)
	}
	again, _ := load(t, contract.Default(), dir)
	_, valid2 := again.Split(0.25)
	if diff := cmp.Diff(b, ids(valid2)); diff != "" {
		t.Error("another split the second time:", diff)
	}
}
