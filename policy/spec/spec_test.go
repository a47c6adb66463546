package spec

import (
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// write makes a model directory whose graphs are any bytes.
func write(t *testing.T) (dir string, s *Spec) {
	t.Helper()
	dir = t.TempDir()
	for _, name := range []string{"image.onnx", "extend.onnx", "act.onnx", "tokenizer.json"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("content of "+name), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	s = sound()
	if err := s.Write(dir); err != nil {
		t.Fatal(err)
	}
	return dir, s
}

func sound() *Spec {
	return &Spec{
		Format:  Format,
		Name:    "tabletop",
		Files:   map[string]string{},
		Cameras: []Camera{{Name: "overhead", Width: 64, Height: 64, Crop: [4]float64{0, 0, 1, 1}}},
		Proprio: []string{"x", "y", "z", "yaw", "gripper"},
		Action: Action{
			Names: []string{"x", "gripper"}, Units: []string{"m", "1"}, Kind: EEDelta,
			Rate: 10, Chunk: 8, Q01: []float64{-0.02, 0}, Q99: []float64{0.02, 1}, Head: Continuous,
		},
		Modes:     []string{"act", "think"},
		MaxState:  120,
		Graphs:    Graphs{Image: "image.onnx", Extend: "extend.onnx", Act: "act.onnx"},
		Tokenizer: "tokenizer.json",
		Thought:   Thought{Grammar: Format, MaxTokens: 40},
		Training: Training{
			Command: "hyt train", Regime: "hyt", Weights: map[string]float64{"act": 0.25}, Loss: map[string]float64{"act": 0.1},
			Seed: 7, Steps: 100, Samples: 1600, Data: map[string]string{"demos": "seeds 0..99"},
			Scores: []Score{{Task: "touch", Mode: "act", Split: "id", Episodes: 100, Rate: 0.8, CI95: [2]float64{0.71, 0.87}}},
		},
	}
}

func TestWrittenSpecLoadsTheSame(t *testing.T) {
	dir, want := write(t)
	got, err := Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if len(got.Files) != 4 {
		t.Errorf("files lists %v, want the four of the directory", got.Files)
	}
}

func TestHashNamesTheContent(t *testing.T) {
	dir, s := write(t)
	before, err := Hash(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "act.onnx"), []byte("retrained"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := s.Write(dir); err != nil {
		t.Fatal(err)
	}
	if after, _ := Hash(dir); after == before {
		t.Error("another graph gives the same hash")
	}
}

func TestLoadSaysWhatIsWrongWithTheDirectory(t *testing.T) {
	for _, c := range []struct {
		what  string
		spoil func(t *testing.T, dir string)
		want  string
	}{
		{"no spec", remove(FileName), "is not a model directory: it has no spec.yaml"},
		{"missing graph", remove("act.onnx"), "act.onnx is missing, though files in spec.yaml names it"},
		{"changed graph", replaceAll("extend.onnx", "content", "kontent"), "extend.onnx has the sha256"},
		{"newer format", replaceAll(FileName, "hyt/1", "hyt/9"), `format is "hyt/9", but this program reads "hyt/1"`},
		{"unknown key", replaceAll(FileName, "max_state:", "max_states:"), "field max_states not found"},
		{"no YAML", replaceAll(FileName, "name: tabletop", "name: [tabletop"), "not readable as YAML"},
		{"text for a number", replaceAll(FileName, "max_state: 120", "max_state: many"), "unknown or mistyped key"},
		{"infinite quantile", replaceAll(FileName, "[0.02, 1]", "[.inf, 1]"), `action.q01 and action.q99 of "x" are -0.02 and +Inf`},
	} {
		dir, _ := write(t)
		c.spoil(t, dir)
		_, err := Load(dir)
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), dir) {
			t.Errorf("%s: error %v, want one with %q and the directory", c.what, err, c.want)
		}
		if err != nil && strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: the error has more than one line: %q", c.what, err)
		}
	}
}

func remove(name string) func(*testing.T, string) {
	return func(t *testing.T, dir string) {
		if err := os.Remove(filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
}

func replaceAll(name, old, fresh string) func(*testing.T, string) {
	return func(t *testing.T, dir string) {
		path := filepath.Join(dir, name)
		data, err := os.ReadFile(path)
		if err != nil || !strings.Contains(string(data), old) {
			t.Fatalf("%s has no %q: %v\n%s", name, old, err, data)
		}
		if err := os.WriteFile(path, []byte(strings.ReplaceAll(string(data), old, fresh)), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func TestValidateNamesTheField(t *testing.T) {
	for _, c := range []struct {
		want  string
		spoil func(s *Spec)
	}{
		{`format is "x"`, func(s *Spec) { s.Format = "x" }},
		{"name is empty", func(s *Spec) { s.Name = "" }},
		{"modes is empty", func(s *Spec) { s.Modes = nil }},
		{`modes has "dream"`, func(s *Spec) { s.Modes = []string{"dream"} }},
		{`modes has "act" twice`, func(s *Spec) { s.Modes = []string{"act", "act"} }},
		{"max_state is 0", func(s *Spec) { s.MaxState = 0 }},
		{"cameras is empty", func(s *Spec) { s.Cameras = nil }},
		{"cameras[0].name is empty", func(s *Spec) { s.Cameras[0].Name = "" }},
		{"cameras[0] is 0 x 64 pixels", func(s *Spec) { s.Cameras[0].Width = 0 }},
		{"cameras[1] is 32 x 64 pixels, but cameras[0] is 64 x 64", func(s *Spec) {
			s.Cameras = append(s.Cameras, Camera{Name: "wrist", Width: 32, Height: 64, Crop: [4]float64{0, 0, 1, 1}})
		}},
		{"cameras[0].crop is [0 0 0 0]", func(s *Spec) { s.Cameras[0].Crop = [4]float64{} }},
		{"cameras[0].crop", func(s *Spec) { s.Cameras[0].Crop[2] = math.NaN() }},
		{`proprio has "x" twice`, func(s *Spec) { s.Proprio = []string{"x", "x"} }},
		{"action.names is empty", func(s *Spec) { s.Action.Names = nil }},
		{`action.names has "x" twice`, func(s *Spec) { s.Action.Names[1] = "x" }},
		{"action.units has 1 entries for 2 names", func(s *Spec) { s.Action.Units = []string{"m"} }},
		{"action.units has an empty entry", func(s *Spec) { s.Action.Units[1] = "" }},
		{`action.kind is "velocity"`, func(s *Spec) { s.Action.Kind = "velocity" }},
		{"action.rate is 0 Hz", func(s *Spec) { s.Action.Rate = 0 }},
		{"action.rate is NaN Hz", func(s *Spec) { s.Action.Rate = math.NaN() }},
		{"action.chunk is 0", func(s *Spec) { s.Action.Chunk = 0 }},
		{`action.head is ""`, func(s *Spec) { s.Action.Head = "" }},
		{"action.bins is 0", func(s *Spec) { s.Action.Head = Bins }},
		{"action.q01 has 1 and action.q99 2 entries for 2 names", func(s *Spec) { s.Action.Q01 = s.Action.Q01[:1] }},
		{`action.q01 and action.q99 of "gripper" are NaN and 1`, func(s *Spec) { s.Action.Q01[1] = math.NaN() }},
		{`action.q01 of "x" is 0.02, not below action.q99, 0.02`, func(s *Spec) { s.Action.Q01[0] = 0.02 }},
		{`thought.grammar is ""`, func(s *Spec) { s.Thought.Grammar = "" }},
		{"thought.max_tokens is 0", func(s *Spec) { s.Thought.MaxTokens = 0 }},
		{`graphs.act is "act2.onnx", which files does not list`, func(s *Spec) { s.Graphs.Act = "act2.onnx" }},
		{`tokenizer is "", which files does not list`, func(s *Spec) { s.Tokenizer = "" }},
		{`files has "../x"`, func(s *Spec) { s.Files["../x"] = strings.Repeat("0", 64) }},
		{`files.act.onnx is "12"`, func(s *Spec) { s.Files["act.onnx"] = "12" }},
	} {
		s := sound()
		for _, f := range []string{"image.onnx", "extend.onnx", "act.onnx", "tokenizer.json"} {
			s.Files[f] = strings.Repeat("a", 64)
		}
		if err := s.Validate(); err != nil {
			t.Fatalf("the sound spec: %v", err)
		}
		c.spoil(s)
		if err := s.Validate(); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error %v, want one with %q", err, c.want)
		}
	}
}

func TestWriteRefusesAnInvalidSpec(t *testing.T) {
	dir, s := write(t)
	s.Action.Rate = -1
	if err := s.Write(dir); err == nil {
		t.Fatal("an invalid spec was written")
	}
	if _, err := Load(dir); err != nil {
		t.Errorf("the spec that was there is spoilt: %v", err)
	}
}

func FuzzParseNeverPanics(f *testing.F) {
	f.Add([]byte("format: hyt/1\nname: x\n"))
	f.Add([]byte("format: hyt/1\ncameras: [{crop: [1]}]"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if s, err := parse(data); err == nil {
			if err := s.Validate(); err != nil {
				t.Errorf("a spec was accepted that is invalid: %v", err)
			}
		}
	})
}
