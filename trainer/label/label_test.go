package label

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hyt/msgs/sensor_msgs"
	"hyt/policy/thought"
)

// overhead looks straight down from 1 m above the origin; half a metre is as far from
// the picture's centre as its edge. Its picture's up is x, its left is y.
func overhead(t testing.TB) *Camera {
	half := math.Sqrt(0.5)
	c := &Camera{Position: [3]float64{0, 0, 1}, Orientation: [4]float64{half, -half, 0, 0}, Crop: [4]float64{0, 0, 1, 1}}
	info := &sensor_msgs.CameraInfo{Width: 640, Height: 640, K: [9]float64{640, 0, 320, 0, 640, 320, 0, 0, 1}}
	if err := c.Look(info, false); err != nil {
		t.Fatal(err)
	}
	return c
}

func TestPlacesAreWhereTheCameraSeesThem(t *testing.T) {
	c := overhead(t)
	for name, test := range map[string]struct {
		point [3]float64
		want  *thought.Place
	}{
		"the centre":           {[3]float64{0, 0, 0}, &thought.Place{X: 32, Y: 32}},
		"forward is up":        {[3]float64{0.25, 0, 0}, &thought.Place{X: 32, Y: 16}},
		"left is left":         {[3]float64{0, 0.25, 0}, &thought.Place{X: 16, Y: 32}},
		"higher looks farther": {[3]float64{0.2, 0, 0.5}, &thought.Place{X: 32, Y: 6}},
		"out of the picture":   {[3]float64{0, 0.6, 0}, nil},
		"behind the camera":    {[3]float64{0, 0, 1.5}, nil},
		"not known":            {[3]float64{math.NaN(), 0, 0}, nil},
	} {
		if diff := cmp.Diff(test.want, c.Place(test.point)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	c.Crop = [4]float64{0.25, 0.25, 0.75, 0.75}
	if got := c.Place([3]float64{0.125, 0, 0}); got == nil || got.Y != 16 || got.X != 32 {
		t.Errorf("in the cropped picture: %v", got)
	}
	if err := new(Camera).Look(&sensor_msgs.CameraInfo{}, false); err == nil || !strings.Contains(err.Error(), "no focal lengths") {
		t.Errorf("error %v", err)
	}
}

// fetch is a demonstration of 40 samples at 10 Hz: the hand goes to the cube (0.3, 0)
// until the gripper closes at sample 15, carries it to (0.3, 0.3), and opens at 30.
func fetch(instruction string) Track {
	t := Track{Things: []Thing{{Name: "red cube"}, {Name: "blue bar"}}}
	for i := range 40 {
		hand, cube, speed := [3]float64{0.02 * float64(i), 0, 0.05}, [3]float64{0.3, 0, 0.03}, [4]float64{0.2, 0, 0, 0}
		grip, opening := 1.0, 1.0
		if i >= 15 {
			hand = [3]float64{0.3, 0.02 * float64(i-15), 0.05}
			cube, speed = [3]float64{0.3, hand[1], 0.03}, [4]float64{0, 0.2, 0, 0}
			grip, opening = 0, 0.4
		}
		if i >= 30 {
			cube, speed = [3]float64{0.3, 0.3, 0.03}, [4]float64{0, 0, 0.1, -0.5}
			hand = [3]float64{0.3, 0.3, 0.05 + 0.01*float64(i-30)}
			grip, opening = 1, 1
		}
		t.Seconds = append(t.Seconds, float64(i)/10)
		t.Instruction = append(t.Instruction, instruction)
		t.Hand, t.Speed = append(t.Hand, hand), append(t.Speed, speed)
		t.Grip, t.Opening = append(t.Grip, grip), append(t.Opening, opening)
		t.Things[0].At = append(t.Things[0].At, cube)
		t.Things[1].At = append(t.Things[1].At, [3]float64{-0.3, -0.3, 0.03})
	}
	return t
}

func TestThoughtsOfAFetchFollowTheGripper(t *testing.T) {
	thoughts := Make(fetch("put the red cube left of the bar"), []string{"sub", "target", "ee", "move", "grip"}, overhead(t))
	for i, want := range map[int]string{
		0:  "sub reach red cube; target red cube <x32> <y12>; ee <x32> <y32>; move forward; grip open;",
		14: "sub reach red cube; target red cube <x32> <y12>; ee <x32> <y13>; move forward left; grip open;",
		17: "sub carry red cube; target red cube <x29> <y12>; ee <x29> <y11>; move left; grip hold;",
		35: "sub leave red cube; ee <x10> <y10>; move up turn right; grip open;",
	} {
		if got := thoughts[i].String(); got != want {
			t.Errorf("sample %d: %s\n want     %s", i, got, want)
		}
	}
	for i, made := range thoughts {
		if back, err := thought.Parse(made.String()); err != nil || cmp.Diff(made, back) != "" {
			t.Errorf("sample %d: %q is not of the grammar: %v", i, made, err)
		}
	}
}

func TestWithoutKnownPlacesTheInstructionNamesTheThing(t *testing.T) {
	track := fetch("Pick up the green ball, and put it on the table")
	track.Things = nil
	thoughts := Make(track, []string{"sub", "target", "move"}, overhead(t))
	for i, want := range map[int]string{0: "sub reach green ball; move forward;", 20: "sub carry green ball; move left;"} {
		if got := thoughts[i].String(); got != want {
			t.Errorf("sample %d: %s, want %s", i, got, want)
		}
	}
}

func TestStopsPartTheStepsOfAnInstruction(t *testing.T) {
	track := fetch("touch the red cube and then push the blue bar")
	track.Grip, track.Things = nil, nil
	for i := 14; i < 22; i++ {
		track.Speed[i] = [4]float64{}
	}
	thoughts := Make(track, []string{"sub", "move"}, nil)
	for i, want := range map[int]string{
		3: "sub touch red cube; move forward;", 18: "sub touch red cube; move still;", 25: "sub push blue bar; move left;",
	} {
		if got := thoughts[i].String(); got != want {
			t.Errorf("sample %d: %s, want %s", i, got, want)
		}
	}
	track.Speed[18] = [4]float64{0.1, 0, 0, 0} // two short stops are none
	if got := Make(track, []string{"sub"}, nil)[25].String(); got != "" {
		t.Errorf("a sub-task that cannot be known: %s", got)
	}
}

func TestStepsAreTheInstructionWithoutItsSmallWords(t *testing.T) {
	for instruction, want := range map[string][]string{
		"touch the red cube":                      {"touch red cube"},
		"Pick up a ball, then put it on the mat.": {"pick up ball", "put it on mat"},
		"please wait":                             {""},
		"":                                        {""},
		"push the cube and again":                 {"push cube again"},
	} {
		if diff := cmp.Diff(want, Steps(instruction)); diff != "" {
			t.Errorf("%q: %s", instruction, diff)
		}
	}
}

func TestMakeTakesWhatThereIs(t *testing.T) {
	bare := Track{Seconds: []float64{0, 0.1}, Instruction: []string{"go there", "go there"}}
	for i, made := range Make(bare, []string{"sub", "target", "ee", "move", "grip"}, nil) {
		if got := made.String(); got != "sub go there;" {
			t.Errorf("sample %d: %s", i, got)
		}
	}
}

func TestAnnotationsHoldForTheirTimes(t *testing.T) {
	a, err := ParseAnnotations(strings.NewReader("\xef\xbb\xbf" + `{"episode": "a", "from": 1, "thought": "SUB  push ball"}` + "\r\n\n" + `
		{"episode": "a", "to": 0.5, "thought": "move left;", "instruction": "push the ball"}
		{"episode": "b", "bag": "monday", "thought": "grip open;"}
		{"episode": "a", "from": 2, "to": 3, "instruction": "stop"}
		{"episode": "never", "thought": "grip open;"}`))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		bag, episode         string
		seconds              float64
		thought, instruction string
	}{
		{"x", "a", 0, "move left;", "push the ball"}, {"x", "a", 0.5, "", ""}, {"x", "a", 1.9, "sub push ball;", ""},
		{"x", "a", 2, "", "stop"}, {"x", "a", 3, "", ""}, {"monday", "b", 99, "grip open;", ""}, {"tuesday", "b", 1, "", ""},
	} {
		thought, instruction := a.At(c.bag, c.episode, c.seconds)
		if thought != c.thought || instruction != c.instruction {
			t.Errorf("%s %s at %g s: %q, %q", c.bag, c.episode, c.seconds, thought, instruction)
		}
	}
	if diff := cmp.Diff([]string{"never"}, a.Unused()); diff != "" {
		t.Error(diff)
	}
}

func TestBrokenAnnotationsNameTheirLine(t *testing.T) {
	good := `{"episode": "a", "to": 1, "thought": "move left;"}` + "\n"
	for name, c := range map[string]struct{ text, want string }{
		"no JSON":             {good + "hello", "line 2: it is no JSON"},
		"cut":                 {good + good[:20], "line 2: it is no JSON"},
		"an array":            {`[` + good + `]`, "line 1: "},
		"two on a line":       {`{"episode":"a","thought":"move left;"} {"episode":"b"}`, "line 1: more than one JSON value"},
		"unknown key":         {`{"episode": "a", "though": "move left;"}`, "line 1: json: unknown field \"though\": known are"},
		"no episode":          {good + "\n" + `{"thought": "move left;"}`, `line 3: "episode" is missing`},
		"empty episode":       {`{"episode": "", "thought": "move left;"}`, `line 1: "episode" is missing`},
		"nothing said":        {`{"episode": "a"}`, `line 1: it holds neither "thought" nor "instruction"`},
		"text for time":       {`{"episode": "a", "from": "soon", "thought": "move left;"}`, `line 1: "from" is a string: want a number`},
		"number for text":     {`{"episode": 7, "thought": "move left;"}`, `line 1: "episode" is a number: want a text`},
		"time backwards":      {`{"episode": "a", "from": 2, "to": 1, "thought": "move left;"}`, "line 1: from 2 to 1 s"},
		"before the start":    {`{"episode": "a", "from": -1, "thought": "move left;"}`, "line 1: from -1 to +Inf s"},
		"time of infinity":    {`{"episode": "a", "from": 1e999, "thought": "move left;"}`, "line 1: "},
		"not a thought":       {`{"episode": "a", "thought": "go left"}`, `line 1: thought: field 1 starts with "go"`},
		"a place too far":     {`{"episode": "a", "thought": "ee <x99> <y00>;"}`, `line 1: thought: field 1, "ee"`},
		"overlap":             {good + `{"episode": "a", "from": 0.5, "thought": "move up;"}`, "line 2: it overlaps line 1, both about episode a"},
		"the same twice":      {good + good, "line 2: it overlaps line 1"},
		"binary":              {"\x00\x01\x02", "line 1: it is no JSON"},
		"a line of 2 MB":      {good + strings.Repeat("x", 2<<20), "line 2: it is longer than 1048576 bytes"},
		"not even UTF-8 \xff": {`{"episode": "a", "thought": "sub ` + "\xff\xfe" + `;"}`, "line 1: "},
	} {
		if _, err := ParseAnnotations(strings.NewReader(c.text)); err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: error %v\nwant %s", name, err, c.want)
		}
	}
	if _, err := ReadAnnotations(t.TempDir() + "/none.jsonl"); err == nil || !strings.Contains(err.Error(), "none.jsonl") {
		t.Errorf("error %v", err)
	}
}

func FuzzParseAnnotations(f *testing.F) {
	f.Add(`{"episode": "a", "from": 0, "to": 1, "thought": "move left;"}`)
	f.Fuzz(func(t *testing.T, text string) {
		a, err := ParseAnnotations(strings.NewReader(text))
		if err != nil {
			return
		}
		for _, k := range a.Unused() {
			said, _ := a.At("", k, 0.5)
			if _, err := thought.Parse(said); err != nil {
				t.Errorf("accepted %q: %v", said, fmt.Errorf("%s: %w", k, err))
			}
		}
	})
}
