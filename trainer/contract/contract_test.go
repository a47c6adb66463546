package contract

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func TestTheShippedFileIsTheTabletopRobot(t *testing.T) {
	c := Default()
	var names []string
	for _, f := range append(c.Named(Proprio), c.Named(Action)...) {
		names = append(names, f.Name)
	}
	if got := strings.Join(names, " "); got != "x y z yaw gripper x y z yaw gripper" {
		t.Errorf("features %s", got)
	}
	if c.Rate != 10 || c.Chunk != 8 || c.Period() != 100*time.Millisecond || c.Takes("model") || !c.Takes("oracle") {
		t.Errorf("contract %+v", c)
	}
	if camera := c.Of(Image)[0]; camera.Width != 64 || camera.Crop != [4]float64{0, 0, 1, 1} || camera.Tolerance != 20*time.Millisecond {
		t.Errorf("camera %+v", camera)
	}
}

// minimal is the shortest contract; %s stands for what a test adds.
const minimal = `topics:
  - {topic: /image, role: image, name: front, width: 32, height: 24}
  - topic: /cmd
    role: action
    kind: velocity
    features: [{name: x, field: twist.linear.x}]
  - {topic: /told, role: instruction}
`

func TestWhatIsNotSaidIsTheDefault(t *testing.T) {
	c, err := Parse([]byte(minimal))
	if err != nil {
		t.Fatal(err)
	}
	if c.Rate != 10 || c.Episodes.Gap != time.Second || c.Topics[1].Hold != 500*time.Millisecond || c.Topics[2].Field != "data" {
		t.Errorf("contract %+v", c)
	}
}

func TestTheWrittenOutContractReadsBackTheSame(t *testing.T) {
	want := Default()
	got, err := Parse(want.Text())
	if err != nil {
		t.Fatalf("%v in\n%s", err, want.Text())
	}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(Contract{}), cmpopts.EquateEmpty()); diff != "" {
		t.Error(diff)
	}
}

func TestMistakesAreOneSentenceWithTheirLine(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"nothing":          {"", "it is empty: copy trainer/contract/tabletop.yaml"},
		"no YAML":          {"topics: [", "line 1: did not find"},
		"unknown key":      {"rate: 10\nspeed: 3\n" + minimal, `line 2: there is no key "speed"`},
		"unknown below":    {minimal + "  - {topic: /a, role: proprio, fields: []}\n", `line 8: there is no key "fields"`},
		"text for number":  {"rate: fast\n" + minimal, "line 1: the value `fast` is no number"},
		"number for time":  {"episodes:\n  gap: soon\n" + minimal, "line 2: the value `soon` is no time"},
		"text for list":    {"topics: /image\n", "line 1: the value `/image` is no list"},
		"crop of three":    {strings.Replace(minimal, "height: 24", "height: 24, crop: [0, 0, 1]", 1), "line 2: crop holds 3 numbers: want 4"},
		"two documents":    {minimal + "---\nrate: 5\n", "more than one document"},
		"rate":             {"rate: 0\n" + minimal, "rate is 0 Hz: want more than 0"},
		"rate of NaN":      {"rate: .nan\n" + minimal, "rate is NaN Hz"},
		"chunk":            {"chunk: 0\n" + minimal, "chunk is 0: want 1 to 1000"},
		"clock":            {"clock: wall\n" + minimal, `clock is "wall": want stamp or receipt`},
		"split":            {"episodes: {split: often}\n" + minimal, `episodes.split is "often"`},
		"role":             {strings.Replace(minimal, "role: image", "role: photo", 1), `line 2: topic /image: role is "photo"`},
		"kind":             {strings.Replace(minimal, "kind: velocity", "kind: force", 1), `line 3: topic /cmd: kind is "force"`},
		"relative topic":   {strings.Replace(minimal, "/image", "image", 1), `topic is "image": write the whole name`},
		"no camera":        {strings.Replace(minimal, "role: image", "role: thought", 1), "no topic has the role image"},
		"no size":          {strings.Replace(minimal, "width: 32", "width: 0", 1), "width and height are 0x24"},
		"crop inside out":  {strings.Replace(minimal, "height: 24", "height: 24, crop: [1, 0, 0, 1]", 1), "crop is [1 0 0 1]"},
		"two instructions": {minimal + "  - {topic: /b, role: instruction}\n", "2 topics have the role instruction"},
		"twice a name":     {minimal + "  - {topic: /b, role: action, kind: target, features: [{name: x, field: data}]}\n", "line 8: topic /b: a second action is named x"},
		"no instruction":   {strings.Replace(minimal, "role: instruction", "role: task", 1), "say it in episodes.instruction"},
		"no field":         {strings.Replace(minimal, ", field: twist.linear.x", "", 1), `feature "x": a feature needs a name and a field`},
		"span of nothing":  {strings.Replace(minimal, "linear.x", "linear.x, span: [1, 1]", 1), "feature x: span [1 1]"},
		"angle of what":    {strings.Replace(minimal, "linear.x", "linear.x, as: tilt", 1), `feature x: as is "tilt"`},
		"blended images":   {strings.Replace(minimal, "height: 24", "height: 24, align: interpolate", 1), "images cannot be interpolated"},
		"source":           {"thoughts: {sources: [robot]}\n" + minimal, `thoughts.sources holds "robot"`},
		"places unseen":    {"thoughts: {make: [target]}\n" + minimal, "needs thoughts.view"},
		"made of what":     {"thoughts: {make: [plan]}\n" + minimal, `thoughts.make holds "plan"`},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Parse([]byte(c.text))
			if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("error %v\nwant  %s", err, c.want)
			}
		})
	}
}

func TestErrorsNameTheFileAndAnnotationsLieBesideIt(t *testing.T) {
	path := filepath.Join(t.TempDir(), "mine.yaml")
	write := func(text string) {
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("rate: -1\n" + minimal)
	if _, err := Read(path); err == nil || !strings.Contains(err.Error(), path+": rate is -1 Hz") {
		t.Errorf("error %v", err)
	}
	write("thoughts: {annotations: labels.jsonl}\n" + minimal)
	c, err := Read(path)
	if want := filepath.Join(filepath.Dir(path), "labels.jsonl"); err != nil || c.AnnotationsPath() != want {
		t.Errorf("%s, %v; want %s", c.AnnotationsPath(), err, want)
	}
	if _, err := Read(path + ".not"); err == nil || !strings.Contains(err.Error(), "mine.yaml.not") {
		t.Errorf("error %v", err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add(string(tabletop))
	f.Add(minimal)
	f.Fuzz(func(t *testing.T, text string) {
		c, err := Parse([]byte(text))
		if err != nil {
			return
		}
		if _, err := Parse(c.Text()); err != nil {
			t.Errorf("accepted, but not its own text: %v\n%s", err, c.Text())
		}
	})
}

func TestTheExampleOfTheDocsIsAContract(t *testing.T) {
	page, err := os.ReadFile("../../docs/data.md")
	if err != nil {
		t.Fatal(err)
	}
	_, example, _ := strings.Cut(string(page), "```yaml\n")
	example, _, found := strings.Cut(example, "```")
	if !found {
		t.Fatal("docs/data.md has no example")
	}
	c, err := Parse([]byte(example))
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Of(Image)) != 2 || len(c.Named(Action)) != 4 {
		t.Errorf("contract %+v", c)
	}
}
