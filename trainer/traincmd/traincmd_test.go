package traincmd

import (
	"bytes"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"
)

func write(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "c.yaml")
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// execute runs the command line and returns its error's text.
func execute(args ...string) string {
	cmd := New()
	cmd.SetArgs(args)
	cmd.SetOut(&bytes.Buffer{})
	cmd.SetErr(&bytes.Buffer{})
	if err := cmd.Execute(); err != nil {
		return err.Error()
	}
	return ""
}

func TestCommandLinesThatAreRefused(t *testing.T) {
	out := filepath.Join(t.TempDir(), "out")
	for _, test := range []struct {
		name string
		args []string
		want string
	}{
		{"no out", []string{"--pretrain"}, "--out is missing"},
		{"no bags", []string{"--out", out}, "--bags is missing"},
		{"bags for pretraining", []string{"--out", out, "--pretrain", "--bags", "x"}, "takes no --bags"},
		{"unknown key", []string{"--out", out, "--pretrain", "--config", write(t, "trian:\n  steps: 3\n")}, "field trian not found"},
		{"impossible value", []string{"--out", out, "--pretrain", "--config", write(t, "train:\n  steps: 0\n")}, "steps is 0"},
		{"half of pretrained", []string{"--out", out, "--pretrain", "--config", write(t, "pretrained: {file: x}\n")}, "both a file and a map"},
		{"unknown regime", []string{"--out", out, "--bags", "x", "--regime", "bc"}, `no regime "bc"`},
		{"unknown size", []string{"--out", out, "--pretrain", "--config", write(t, "model: {size: huge}\n")}, `no size "huge"`},
		{"no such backend", []string{"--out", out, "--pretrain", "--backend", "tpu"}, `no backend "tpu"`},
		{"missing config", []string{"--out", out, "--pretrain", "--config", "/nowhere.yaml"}, "no such file"},
		{"missing start", []string{"--out", out, "--pretrain", "--init", "/nowhere.ckpt"}, "does not exist"},
		{"nothing to resume", []string{"--out", out, "--pretrain", "--resume", "--steps", "1", "--backend", "go"}, "nothing to resume"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := execute(test.args...); !strings.Contains(got, test.want) {
				t.Errorf("error %q, want one with %q", got, test.want)
			}
		})
	}
}

func TestShippedConfigsAreValid(t *testing.T) {
	files, err := filepath.Glob("../configs/*.yaml")
	if err != nil || len(files) < 3 {
		t.Fatalf("%d configs: %v", len(files), err)
	}
	for _, file := range files {
		c := Default()
		if err := c.read(file); err != nil {
			t.Error(err)
		} else if err := c.Validate(); err != nil {
			t.Errorf("%s: %v", file, err)
		}
	}
}

// TestGroundConfigStatesTheDefaults: the file that documents every key says what
// the program does without it.
func TestGroundConfigStatesTheDefaults(t *testing.T) {
	c := DefaultPretrain()
	if err := c.read("../configs/ground.yaml"); err != nil {
		t.Fatal(err)
	}
	if want := DefaultPretrain(); !reflect.DeepEqual(c, want) {
		t.Errorf("ground.yaml gives\n%+v, the defaults are\n%+v", c, want)
	}
}

// TestGroundConfigHasEveryKey: none is left to be guessed.
func TestGroundConfigHasEveryKey(t *testing.T) {
	defaults, err := yaml.Marshal(DefaultPretrain())
	if err != nil {
		t.Fatal(err)
	}
	documented, err := os.ReadFile("../configs/ground.yaml")
	if err != nil {
		t.Fatal(err)
	}
	has := keys(t, documented)
	for key := range keys(t, defaults) {
		if !has[key] {
			t.Errorf("ground.yaml lacks %s", key)
		}
	}
}

// keys are the paths of all keys of a YAML file.
func keys(t *testing.T, raw []byte) map[string]bool {
	t.Helper()
	var root map[string]any
	if err := yaml.Unmarshal(raw, &root); err != nil {
		t.Fatal(err)
	}
	all := map[string]bool{}
	var walk func(prefix string, m map[string]any)
	walk = func(prefix string, m map[string]any) {
		for key, value := range m {
			all[prefix+key] = true
			if inner, ok := value.(map[string]any); ok {
				walk(prefix+key+".", inner)
			}
		}
	}
	walk("", root)
	return all
}

// TestPretrainWritesAModelToStartFrom takes two steps for real, and two more
// that start from them.
func TestPretrainWritesAModelToStartFrom(t *testing.T) {
	dir := t.TempDir()
	first, second := filepath.Join(dir, "first"), filepath.Join(dir, "second")
	small := write(t, `
model: {width: 16, layers: 2, heads: 2, hidden: 16, stem1: 4, stem2: 8, positions: 28}
train: {steps: 2, batch: 4, eval_every: 1, save_every: 1, log_every: 1}
held_out: 32
`)
	if got := execute("--pretrain", "--config", small, "--out", first); got != "" {
		t.Fatal(got)
	}
	if got := execute("--pretrain", "--config", small, "--out", first, "--resume", "--steps", "3"); got != "" {
		t.Fatal(got)
	}
	for _, start := range []string{first, filepath.Join(first+".run", "checkpoint.ckpt")} {
		if got := execute("--pretrain", "--config", small, "--out", second, "--init", start, "--backend", "go"); got != "" {
			t.Fatal(got)
		}
	}
	for _, name := range []string{"first/spec.yaml", "first.run/metrics.jsonl", "first.run/loss.png", "first.run/report.html", "second/spec.yaml"} {
		if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
			t.Error(err)
		}
	}
}
