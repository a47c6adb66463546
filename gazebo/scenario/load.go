package scenario

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"hyt/gazebo/eval"
	"hyt/gazebo/task"
	"hyt/gazebo/worlds"
	"hyt/policy"
)

// Load reads a scenario over the defaults. The error names the file, the line and what is
// wrong there, each fault on a line of its own.
func Load(path string) (Scenario, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return Scenario{}, fmt.Errorf("scenario: %w", err)
	}
	s, err := Parse(data)
	if err != nil {
		var faults []error
		for _, fault := range unwrap(err) {
			faults = append(faults, fmt.Errorf("%s, %w", path, fault))
		}
		return s, errors.Join(faults...)
	}
	return s, nil
}

func unwrap(err error) []error {
	if many, ok := err.(interface{ Unwrap() []error }); ok {
		return many.Unwrap()
	}
	return []error{err}
}

// Parse reads a scenario over the defaults. Each fault says its line.
func Parse(data []byte) (Scenario, error) {
	s := Default()
	d := yaml.NewDecoder(bytes.NewReader(data))
	d.KnownFields(true)
	if err := d.Decode(&s); err != nil && !errors.Is(err, io.EOF) {
		return s, plainer(err)
	}
	var root yaml.Node
	if err := yaml.Unmarshal(data, &root); err != nil {
		return s, err
	}
	var faults []error
	for _, f := range s.check() {
		faults = append(faults, fmt.Errorf("line %d: %s", line(&root, f.path), f.what))
	}
	return s, errors.Join(faults...)
}

var unknownField = regexp.MustCompile(`^line (\d+): field (\S+) not found in type scenario\.(\w+)$`)

// plainer says the decoder's errors in words of the file.
func plainer(err error) error {
	var many *yaml.TypeError
	if !errors.As(err, &many) {
		return errors.New(strings.TrimPrefix(err.Error(), "yaml: "))
	}
	var faults []error
	for _, text := range many.Errors {
		if m := unknownField.FindStringSubmatch(text); m != nil {
			text = fmt.Sprintf("line %s: no key %q; there are %s", m[1], m[2], strings.Join(keys(m[3]), ", "))
		}
		faults = append(faults, errors.New(text))
	}
	return errors.Join(faults...)
}

// keys are those of one of this package's types.
func keys(typeName string) (names []string) {
	for _, v := range []any{Scenario{}, Thinker{}, Inject{}, Threshold{}} {
		t := reflect.TypeOf(v)
		for i := range t.NumField() {
			if t.Name() == typeName {
				names = append(names, t.Field(i).Tag.Get("yaml"))
			}
		}
	}
	return names
}

// fault is something wrong at a path of keys and indices.
type fault struct {
	path []any
	what string
}

// Check says what is wrong, without lines: for a scenario that did not come from a file
// alone.
func (s Scenario) Check() error {
	var faults []error
	for _, f := range s.check() {
		faults = append(faults, errors.New(f.what))
	}
	return errors.Join(faults...)
}

func (s Scenario) check() (faults []fault) {
	wrong := func(what string, path ...any) { faults = append(faults, fault{path, what}) }
	words := func(key string, list []string, check func(string) error) {
		for i, w := range list {
			if err := check(w); err != nil {
				wrong(err.Error(), key, i)
			}
		}
	}
	taskNamed := func(name string) error { _, err := task.ByName(name); return err }
	splitNamed := func(name string) error { _, err := task.ParseSplit(name); return err }
	words("tasks", s.Tasks, taskNamed)
	words("splits", s.Splits, splitNamed)
	words("modes", s.Modes, oneOf("mode", Modes()))
	words("controls", s.Controls, oneOf("control", Controls()))
	one := func(key, value string, check func(string) error) {
		if err := check(value); err != nil {
			wrong(err.Error(), key)
		}
	}
	one("world", s.World, func(name string) error { _, err := worlds.Read(name); return err })
	one("simulator", s.Sim, oneOf("simulator", []string{"embedded", "classic", "ros"}))
	one("bus", s.Bus, oneOf("bus", []string{"mem", "dds", "direct"}))
	for i, mode := range s.Modes {
		if s.Bus == "direct" && mode != string(policy.Act) && mode != string(policy.Think) {
			wrong(fmt.Sprintf("mode %s needs the policy node: choose act or think, or another bus than direct", mode), "modes", i)
		}
	}
	one("naming", s.Naming, func(name string) error { _, err := task.ParseNaming(name); return err })
	one("blending", s.Blending, func(name string) error { _, err := eval.DefaultChunking(name); return err })
	for i, t := range s.Thresholds {
		optional := func(key, value string, check func(string) error) {
			if err := check(value); value != "" && err != nil {
				wrong(err.Error(), "thresholds", i, key)
			}
		}
		optional("task", t.Task, taskNamed)
		optional("split", t.Split, splitNamed)
		optional("mode", t.Mode, oneOf("mode", Modes()))
		optional("control", t.Control, oneOf("control", Controls()))
		if !(t.Rate >= 0 && t.Rate <= 1) {
			wrong(fmt.Sprintf("a threshold's rate is a share from 0 to 1, not %v", t.Rate), "thresholds", i, "rate")
		}
	}
	s.checkNumbers(wrong)
	return faults
}

func (s Scenario) checkNumbers(wrong func(what string, path ...any)) {
	atLeast := func(key string, value, least int64) {
		if value < least {
			wrong(fmt.Sprintf("%s is %d: want at least %d", key, value, least), key)
		}
	}
	atLeast("episodes", int64(s.Episodes), 1)
	atLeast("seed", s.Seed, 0)
	atLeast("workers", int64(s.Workers), 1)
	atLeast("max_lost", int64(s.MaxLost), 0)
	const step = "20ms"
	if s.Replan <= 0 || s.Replan%eval.Step != 0 {
		wrong(fmt.Sprintf("replan is %v: want a multiple of the control step, %s", s.Replan, step), "replan")
	}
	if l := s.Inject.Latency; l < 0 || l%eval.Step != 0 {
		wrong(fmt.Sprintf("latency is %v: want a multiple of the control step, %s", l, step), "inject", "latency")
	}
	if l := s.Thinker.Latency; l < 0 || l%eval.Step != 0 {
		wrong(fmt.Sprintf("the thinker's latency is %v: want a multiple of the control step, %s", l, step), "thinker", "latency")
	}
	if r := s.Thinker.Rate; !(r >= 0.01 && r <= 50) {
		wrong(fmt.Sprintf("the thinker's rate is %v: want 0.01 to 50 thoughts a second", r), "thinker", "rate")
	}
	if d := s.Inject.DroppedFrames; !(d >= 0 && d < 1) {
		wrong(fmt.Sprintf("dropped_frames is %v: want a share below 1", d), "inject", "dropped_frames")
	}
	for key, v := range map[string]float64{"image_noise": s.Inject.ImageNoise, "actuation_noise": s.Inject.ActuationNoise} {
		if !(v >= 0) || math.IsInf(v, 0) {
			wrong(fmt.Sprintf("%s is %v: want a standard deviation", key, v), "inject", key)
		}
	}
	if !(s.WorseAt >= 0 && s.WorseAt <= 1) {
		wrong(fmt.Sprintf("worse_at is %v: want a probability", s.WorseAt), "worse_at")
	}
}

// Modes are those that can be evaluated.
func Modes() []string {
	return []string{string(policy.Act), string(policy.Think), string(policy.Follow), string(policy.Guided), string(policy.Auto)}
}

// Controls are those that can play beside the policy.
func Controls() []string {
	return []string{string(eval.Shuffled), string(eval.Blank), string(eval.Still), string(eval.Random), string(eval.Oracle)}
}

func oneOf(what string, list []string) func(string) error {
	return func(word string) error {
		if slices.Contains(list, word) {
			return nil
		}
		return fmt.Errorf("no %s %q: choose from %s", what, word, strings.Join(list, ", "))
	}
}

// line is where the path is in the file, or as much of it as is there.
func line(n *yaml.Node, path []any) int {
	if n.Kind == yaml.DocumentNode && len(n.Content) > 0 {
		n = n.Content[0]
	}
	for _, part := range path {
		next := child(n, part)
		if next == nil {
			break
		}
		n = next
	}
	return max(1, n.Line)
}

func child(n *yaml.Node, part any) *yaml.Node {
	switch part := part.(type) {
	case string:
		for i := 0; i+1 < len(n.Content) && n.Kind == yaml.MappingNode; i += 2 {
			if n.Content[i].Value == part {
				return n.Content[i+1]
			}
		}
	case int:
		if n.Kind == yaml.SequenceNode && part < len(n.Content) {
			return n.Content[part]
		}
	}
	return nil
}
