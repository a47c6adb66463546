package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func writeFile(t *testing.T, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

const timeoutFile = "/robot/policy:\n  ros__parameters:\n    image_timeout: "

func TestPrecedence(t *testing.T) {
	tests := []struct {
		name     string
		file     string
		params   []string
		env      map[string]string
		override string
		want     float64
	}{
		{name: "default", want: 0.3},
		{name: "file over default", file: "1.5", want: 1.5},
		{name: "params file over file", file: "1.5", params: []string{"2.5"}, want: 2.5},
		{name: "later params file over earlier", params: []string{"2.5", "3.5"}, want: 3.5},
		{name: "environment over params file", params: []string{"2.5"}, env: map[string]string{"HYT_IMAGE_TIMEOUT": "4"}, want: 4},
		{name: "node's environment over general", env: map[string]string{"HYT_IMAGE_TIMEOUT": "4", "HYT_POLICY_IMAGE_TIMEOUT": "5"}, want: 5},
		{name: "override over all", file: "1", params: []string{"2"}, env: map[string]string{"HYT_IMAGE_TIMEOUT": "4"}, override: "6.5", want: 6.5},
		{name: "an integer where a float is meant", params: []string{"2"}, want: 2},
		{name: "an integer override where a float is meant", override: "7", want: 7},
		{name: "an empty environment variable is not set", env: map[string]string{"HYT_IMAGE_TIMEOUT": ""}, want: 0.3},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			src := Source{Node: "/robot/policy"}
			if tt.file != "" {
				src.Files = []string{writeFile(t, "c.yaml", timeoutFile+tt.file)}
			}
			for _, p := range tt.params {
				src.ParamsFiles = append(src.ParamsFiles, writeFile(t, "p.yaml", timeoutFile+p))
			}
			if tt.override != "" {
				src.Overrides = []Override{{"image_timeout", tt.override}}
			}
			for k, v := range tt.env {
				t.Setenv(k, v)
			}
			c := DefaultPolicy()
			if err := Load(&c, src); err != nil {
				t.Fatal(err)
			}
			if c.ImageTimeout != tt.want {
				t.Errorf("image_timeout = %v, want %v", c.ImageTimeout, tt.want)
			}
		})
	}
}

func TestNodeNamesResolveByROSRules(t *testing.T) {
	tests := []struct {
		section string
		node    string
		applies bool
	}{
		{"/**", "/policy", true},
		{"/**", "/a/b/policy", true},
		{"/*", "/policy", true},
		{"/*", "/robot/policy", false},
		{"/*/policy", "/robot/policy", true},
		{"/**/policy", "/policy", true},
		{"/**/policy", "/a/b/policy", true},
		{"/**/policy", "/a/b/policy2", false},
		{"policy", "/policy", true},
		{"policy", "/robot/policy", false},
		{"/robot/policy", "/robot/policy", true},
		{"/Robot/policy", "/robot/policy", false},
		{"/robot.policy", "/robot/policy", false},
	}
	for _, tt := range tests {
		if got := (section{node: "/" + strings.TrimPrefix(tt.section, "/")}).matches(tt.node); got != tt.applies {
			t.Errorf("section %q for node %q: applies = %v, want %v", tt.section, tt.node, got, tt.applies)
		}
	}
}

func TestNestedNamespacesAndLaterSectionsWin(t *testing.T) {
	path := writeFile(t, "p.yaml", `
/**:
  ros__parameters: {threads: 2, image_timeout: 1.0, thought_rate: 3}
robot:
  policy:
    ros__parameters:
      image_timeout: 2.0
`)
	c := DefaultPolicy()
	if err := Load(&c, Source{Node: "/robot/policy", ParamsFiles: []string{path}}); err != nil {
		t.Fatal(err)
	}
	if c.Threads != 2 || c.ImageTimeout != 2 {
		t.Errorf("threads %d, image_timeout %v; want 2 and 2", c.Threads, c.ImageTimeout)
	}
}

func TestErrorsSayWhatWhereAndWhatToDo(t *testing.T) {
	tests := []struct {
		name     string
		params   string // of section /policy
		whole    string // a whole file instead
		env      string // HYT_IMAGE_TIMEOUT
		override Override
		want     string
	}{
		{name: "unknown", params: "image_timeot: 1",
			want: `params file FILE, section /policy: unknown parameter "image_timeot"; did you mean "image_timeout"?`},
		{name: "unknown without a near one", params: "colour: red",
			want: `params file FILE, section /policy: unknown parameter "colour"`},
		{name: "unknown in a wildcard section", whole: "/**: {ros__parameters: {colour: red}}",
			want: `params file FILE, section /**: unknown parameter "colour"`},
		{name: "case matters", params: "Mode: act",
			want: `params file FILE, section /policy: unknown parameter "Mode"; did you mean "mode"?`},
		{name: "nested unknown", params: "limits: {speed: 1}",
			want: `params file FILE, section /policy: unknown parameter "limits.speed"`},
		{name: "type", params: "image_timeout: soon",
			want: `params file FILE, section /policy: parameter "image_timeout" wants a number, got the string "soon"`},
		{name: "float for an integer", params: "threads: 1.5",
			want: `params file FILE, section /policy: parameter "threads" wants an integer, got the number 1.5`},
		{name: "list element", params: "workspace_min: [0, up, 0]",
			want: `params file FILE, section /policy: parameter "workspace_min" wants a list of numbers, but element 1 is the string "up"`},
		{name: "range", params: "image_timeout: 60",
			want: `node /policy: parameter "image_timeout" is 60, must be 0.01 to 10 s`},
		{name: "not a number", params: "max_linear_speed: .nan",
			want: `node /policy: parameter "max_linear_speed" is NaN, must be a finite number`},
		{name: "choice", params: "mode: fast",
			want: `node /policy: parameter "mode" is "fast", must be one of act, think, follow, guided, auto`},
		{name: "box inside out", params: "workspace_min: [0, 0.5, 0]",
			want: `node /policy: workspace_min is not below workspace_max in y (0.5 and 0.28)`},
		{name: "short box", params: "workspace_max: [1]",
			want: `node /policy: parameter "workspace_max" has 1 values, must have 3`},
		{name: "environment", env: "soon",
			want: `environment HYT_IMAGE_TIMEOUT: parameter "image_timeout" wants a number, got the string "soon"`},
		{name: "override unknown", override: Override{"image_timeot", "1"},
			want: `node /policy: -p image_timeot:=1: unknown parameter "image_timeot"; did you mean "image_timeout"?`},
		{name: "override type", override: Override{"threads", "[1]"},
			want: `node /policy: -p threads:=[1]: parameter "threads" wants an integer, got a list`},
		{name: "no ros__parameters", whole: "/policy: {image_timeout: 1}",
			want: `params file FILE: line 1: "/policy/image_timeout" holds no map; expected a node's name, then ros__parameters, then name: value`},
		{name: "no node", whole: "ros__parameters: {image_timeout: 1}",
			want: `params file FILE: line 1: ros__parameters stands at the top; put it under a node's name or /**`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			src := Source{Node: "/policy"}
			if tt.params != "" {
				tt.whole = "/policy:\n  ros__parameters: {" + tt.params + "}"
			}
			if tt.whole != "" {
				src.ParamsFiles = []string{writeFile(t, "p.yaml", tt.whole)}
			}
			if tt.override.Name != "" {
				src.Overrides = []Override{tt.override}
			}
			t.Setenv("HYT_IMAGE_TIMEOUT", tt.env)
			c := DefaultPolicy()
			err := Load(&c, src)
			if err == nil {
				t.Fatal("no error")
			}
			got := err.Error()
			if len(src.ParamsFiles) > 0 {
				got = strings.ReplaceAll(got, src.ParamsFiles[0], "FILE")
			}
			if got != tt.want {
				t.Errorf("error\n got %s\nwant %s", got, tt.want)
			}
		})
	}
}

func TestTypedTextForAStringMayLookLikeANumber(t *testing.T) {
	c := DefaultPolicy()
	t.Setenv("HYT_MODEL", "123")
	if err := Load(&c, Source{Node: "/policy", Overrides: []Override{{"base_frame", "7"}}}); err != nil {
		t.Fatal(err)
	}
	if c.Model != "123" || c.BaseFrame != "7" {
		t.Errorf("model %q, base_frame %q", c.Model, c.BaseFrame)
	}
}

func TestEnvironmentListIsYAML(t *testing.T) {
	c := DefaultPolicy()
	t.Setenv("HYT_WORKSPACE_MIN", "[-1, -1, -1]")
	if err := Load(&c, Source{Node: "/policy"}); err != nil {
		t.Fatal(err)
	}
	if c.WorkspaceMin[2] != -1 {
		t.Errorf("workspace_min = %v", c.WorkspaceMin)
	}
}

func TestSimRefusesStepsThatAreNotMultiplesOf2ms(t *testing.T) {
	c := DefaultSim()
	err := Load(&c, Source{Node: "/sim", Overrides: []Override{{"step_rate", "60"}}})
	const want = `node /sim: parameter "step_rate" is 60 Hz: a step must be a multiple of 2 ms (50, 62.5, 100, 125, 250 or 500 Hz)`
	if err == nil || err.Error() != want {
		t.Errorf("got %v", err)
	}
}

func FuzzParseRosParams(f *testing.F) {
	f.Add([]byte("/**:\n  ros__parameters:\n    a: 1\n"))
	f.Add([]byte("a: &x\n  b: *x\n"))
	f.Add([]byte("a: {b: {ros__parameters: {c: {d: [1, 2]}}}}"))
	f.Fuzz(func(t *testing.T, data []byte) {
		sections, err := parseRosParams(data)
		if err != nil {
			return
		}
		for _, s := range sections {
			s.matches("/robot/policy")
		}
	})
}
