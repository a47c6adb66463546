package scenario

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"hyt/gazebo/eval"
)

func TestDefaultYAMLSaysTheDefaults(t *testing.T) {
	data, err := os.ReadFile("default.yaml")
	if err != nil {
		t.Fatal(err)
	}
	s, err := Parse(data)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(Default(), s, cmpopts.EquateEmpty()); diff != "" {
		t.Error(diff)
	}
	for _, key := range slices.Concat(keys("Scenario"), keys("Thinker"), keys("Inject")) {
		if !strings.Contains(string(data), key+":") {
			t.Errorf("default.yaml does not document %s", key)
		}
	}
}

func TestShippedScenariosLoad(t *testing.T) {
	files, err := filepath.Glob("../scenarios/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scenarios: %v", err)
	}
	for _, f := range files {
		if _, err := Load(f); err != nil {
			t.Error(err)
		}
	}
}

func TestFaultsAreNamedWithTheirLines(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"unknown key", "name: x\ntresholds: []\n", `line 2: no key "tresholds"; there are name, world, simulator,`},
		{"unknown key in a threshold", "thresholds:\n  - task: touch\n    rat: 1\n", `line 3: no key "rat"; there are task, split, mode, control, rate`},
		{"unknown task", "tasks:\n  - touch\n  - juggle\n", `line 3: no task "juggle": choose from touch`},
		{"unknown split", "splits: [id,\n  odd]\n", `line 2: no split "odd"`},
		{"unknown mode", "modes: [dream]", `line 1: no mode "dream": choose from act, think`},
		{"mode without a node", "modes: [act, guided]\nbus: direct", "line 1: mode guided needs the policy node"},
		{"unknown control", "controls: [oracel]", `line 1: no control "oracel"`},
		{"unknown simulator", "\n\nsimulator: unreal", `line 3: no simulator "unreal": choose from embedded, classic, ros`},
		{"unknown world", "world: moon", `line 1: `},
		{"task of a threshold", "thresholds: [{rate: 1}, {task: jog, rate: 1}]", `no task "jog"`},
		{"a rate in percent", "thresholds:\n  - task: touch\n    rate: 90", `line 3: a threshold's rate is a share from 0 to 1, not 90`},
		{"not a number", "episodes: many", "line 1: cannot unmarshal"},
		{"no episodes", "episodes: 0", "line 1: episodes is 0: want at least 1"},
		{"odd latency", "inject:\n  latency: 5ms", "line 2: latency is 5ms: want a multiple of the control step, 20ms"},
		{"odd latency of the thinker", "thinker:\n  rate: 4\n  latency: 90ms", "line 3: the thinker's latency is 90ms: want a multiple of the control step, 20ms"},
		{"a thinker that never thinks", "thinker: {rate: 0}", "line 1: the thinker's rate is 0: want 0.01 to 50 thoughts a second"},
		{"unknown key of the thinker", "thinker: {pace: 4}", `line 1: no key "pace"; there are rate, latency`},
		{"all frames lost", "inject:\n  dropped_frames: 1", "line 2: dropped_frames is 1"},
		{"not YAML", "tasks: [", "line 1"},
		{"two faults", "episodes: 0\nworkers: 0", "line 2: workers is 0"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "nightly.yaml")
			if err := os.WriteFile(path, []byte(tt.text), 0o644); err != nil {
				t.Fatal(err)
			}
			_, err := Load(path)
			if err == nil || !strings.Contains(err.Error(), tt.want) || !strings.HasPrefix(err.Error(), path+", line ") {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
}

func TestTheKeyChangesWithWhatDecidesAnEpisode(t *testing.T) {
	key := func(change func(*Scenario)) string {
		s := Default()
		change(&s)
		return s.Key("abc")
	}
	base := key(func(*Scenario) {})
	for name, change := range map[string]func(*Scenario){
		"more episodes": func(s *Scenario) { s.Episodes *= 2 }, "workers": func(s *Scenario) { s.Workers++ },
		"tasks": func(s *Scenario) { s.Tasks = []string{"touch"} }, "thresholds": func(s *Scenario) { s.Thresholds = []Threshold{{Rate: 1}} },
	} {
		if key(change) != base {
			t.Errorf("%s: another key", name)
		}
	}
	for name, change := range map[string]func(*Scenario){
		"replan": func(s *Scenario) { s.Replan *= 2 }, "latency": func(s *Scenario) { s.Inject.Latency = eval.Step },
		"thinker": func(s *Scenario) { s.Thinker.Rate++ }, "simulator": func(s *Scenario) { s.Sim = "classic" }, "blending": func(s *Scenario) { s.Blending = "switch" },
	} {
		if key(change) == base {
			t.Errorf("%s: the same key", name)
		}
	}
	if Default().Key("other model") == base {
		t.Error("another model, the same key")
	}
}

func TestAThresholdNamesItsCells(t *testing.T) {
	plain := eval.Cell{Task: "touch", Split: "id", Mode: "act"}
	oracle := eval.Cell{Task: "touch", Split: "id", Control: eval.Oracle}
	for _, tt := range []struct {
		t             Threshold
		plain, oracle bool
	}{
		{Threshold{}, true, false},
		{Threshold{Task: "touch", Split: "id", Mode: "act"}, true, false},
		{Threshold{Task: "push"}, false, false},
		{Threshold{Mode: "think"}, false, false},
		{Threshold{Control: "oracle"}, false, true},
	} {
		if tt.t.Of(plain) != tt.plain || tt.t.Of(oracle) != tt.oracle {
			t.Errorf("%+v: %v of the policy, %v of the oracle", tt.t, tt.t.Of(plain), tt.t.Of(oracle))
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte("tasks: [touch]\nthresholds: [{rate: 1}]"))
	f.Add([]byte("inject: {latency: 20ms}\n---\nname: two"))
	f.Add([]byte("&a [*a]"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if s, err := Parse(data); err == nil {
			if err := s.Check(); err != nil {
				t.Errorf("parsed, but %v", err)
			}
			if _, err := s.Config(); err != nil {
				t.Errorf("parsed, but %v", err)
			}
			s.Key("")
		}
	})
}
