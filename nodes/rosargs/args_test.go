package rosargs

import (
	"log/slog"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func parse(t *testing.T, line string) Args {
	t.Helper()
	a, err := Parse(strings.Fields(line))
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestRemapRules(t *testing.T) {
	tests := []struct {
		args string
		node Identity
		kind Kind
		name string
		want string
	}{
		// Expansion without rules.
		{"", Identity{"policy", "/"}, Topic, "image", "/image"},
		{"", Identity{"policy", "/robot"}, Topic, "image", "/robot/image"},
		{"", Identity{"policy", "/robot"}, Topic, "/clock", "/clock"},
		{"", Identity{"policy", "/robot"}, Topic, "~/chunk", "/robot/policy/chunk"},
		{"", Identity{"policy", "/robot"}, Service, "~/arm", "/robot/policy/arm"},
		{"", Identity{"policy", "/robot"}, Topic, "{node}/x", "/robot/policy/x"},
		{"", Identity{"policy", "/robot"}, Topic, "{ns}/x", "/robot/x"},
		{"", Identity{"policy", "/"}, Topic, "{ns}/x", "/x"},
		// Rules are expanded in the node's namespace on both sides.
		{"-r image:=/camera/image_raw", Identity{"policy", "/robot"}, Topic, "image", "/camera/image_raw"},
		{"-r image:=cam/image", Identity{"policy", "/robot"}, Topic, "image", "/robot/cam/image"},
		{"-r /robot/image:=/x", Identity{"policy", "/robot"}, Topic, "image", "/x"},
		{"-r /image:=/x", Identity{"policy", "/robot"}, Topic, "image", "/robot/image"},
		{"-r ~/arm:=/arm", Identity{"policy", "/robot"}, Service, "~/arm", "/arm"},
		{"-r arm:=~/arm", Identity{"policy", "/robot"}, Service, "arm", "/robot/policy/arm"},
		// The first match wins, once.
		{"-r image:=/a -r image:=/b", Identity{"policy", "/"}, Topic, "image", "/a"},
		{"-r image:=a -r a:=b", Identity{"policy", "/"}, Topic, "image", "/a"},
		// Qualified by node and by kind.
		{"-r thinker:image:=/x", Identity{"policy", "/"}, Topic, "image", "/image"},
		{"-r policy:image:=/x", Identity{"policy", "/"}, Topic, "image", "/x"},
		{"-r rostopic://x:=/y", Identity{"policy", "/"}, Topic, "x", "/y"},
		{"-r rostopic://x:=/y", Identity{"policy", "/"}, Service, "x", "/x"},
		{"-r policy:rosservice://x:=/y", Identity{"policy", "/"}, Service, "x", "/y"},
		{"--remap image:=/long", Identity{"policy", "/"}, Topic, "image", "/long"},
	}
	for _, tt := range tests {
		a := parse(t, "--ros-args "+tt.args)
		got, err := a.Resolve(tt.node, tt.kind, tt.name)
		if err != nil || got != tt.want {
			t.Errorf("%s of %s with %q: %q, %v; want %q", tt.name, tt.node.FullName(), tt.args, got, err, tt.want)
		}
	}
}

func TestNodesAreNamedByRules(t *testing.T) {
	tests := []struct {
		args, node string
		want       string
	}{
		{"", "policy", "/policy"},
		{"-r __node:=brain", "policy", "/brain"},
		{"-r __name:=brain", "policy", "/brain"},
		{"-r __ns:=/robot", "policy", "/robot/policy"},
		{"-r __ns:=robot/left/", "policy", "/robot/left/policy"},
		{"-r __ns:=/", "policy", "/policy"},
		{"-r policy:__node:=brain -r __ns:=/robot", "policy", "/robot/brain"},
		{"-r policy:__node:=brain -r __ns:=/robot", "thinker", "/robot/thinker"},
		{"-r thinker:__ns:=/b -r __ns:=/a", "thinker", "/b/thinker"},
	}
	for _, tt := range tests {
		a := parse(t, "--ros-args "+tt.args)
		id, err := a.Identify(tt.node, "")
		if err != nil || id.FullName() != tt.want {
			t.Errorf("%s with %q: %q, %v; want %q", tt.node, tt.args, id.FullName(), err, tt.want)
		}
	}
}

func TestParseSplitsWhatIsForROS(t *testing.T) {
	a := parse(t, "--model m --ros-args -p threads:=2 --params-file a.yaml -- --json "+
		"--ros-args --param thinker:rate:=1.5 --log-level debug --log-level policy:=error --params-file b.yaml --disable-rosout-logs")
	want := Args{
		Params:      []Param{{"", "threads", "2"}, {"thinker", "rate", "1.5"}},
		ParamsFiles: []string{"a.yaml", "b.yaml"},
		LogLevels:   []LogLevel{{"", slog.LevelDebug}, {"policy", slog.LevelError}},
		NoRosout:    true,
		Rest:        []string{"--model", "m", "--json"},
	}
	if diff := cmp.Diff(want, a); diff != "" {
		t.Error(diff)
	}
	if l := a.Level(Identity{"policy", "/robot"}); l != slog.LevelError {
		t.Errorf("level of policy is %v", l)
	}
	if got := a.ParamsFor(Identity{"policy", "/robot"}); len(got) != 1 {
		t.Errorf("params of policy: %v", got)
	}
}

func TestParamValuesKeepColons(t *testing.T) {
	a := parse(t, "--ros-args -p model:=/a:b:=c")
	if diff := cmp.Diff([]Param{{"", "model", "/a:b:=c"}}, a.Params); diff != "" {
		t.Error(diff)
	}
}

func TestParseErrors(t *testing.T) {
	tests := []struct{ args, want string }{
		{"--ros-args -x", `unknown ROS argument "-x" after --ros-args (known: -r, -p, --params-file, --log-level; -- ends them)`},
		{"--ros-args -p", `ROS argument -p needs a value after it`},
		{"--ros-args -p threads=2", `-p threads=2: expected name:=value or node:name:=value`},
		{"--ros-args -p a:b:c:=2", `-p a:b:c:=2: expected name:=value or node:name:=value`},
		{"--ros-args -r image", `-r image: expected from:=to or node:from:=to`},
		{"--ros-args -r image:=", `-r image:=: expected from:=to or node:from:=to`},
		{"--ros-args -r a:b:c:=d", `-r a:b:c:=d: expected from:=to or node:from:=to`},
		{"--ros-args --log-level loud", `--log-level loud: expected debug, info, warn, error or fatal`},
	}
	for _, tt := range tests {
		if _, err := Parse(strings.Fields(tt.args)); err == nil || err.Error() != tt.want {
			t.Errorf("%s\n got %v\nwant %s", tt.args, err, tt.want)
		}
	}
}

func TestBadNamesAreRefused(t *testing.T) {
	a := parse(t, "--ros-args -r image:=/bad-name -r __node:=9policy")
	if _, err := a.Resolve(Identity{"policy", "/"}, Topic, "image"); err == nil {
		t.Error("remapped to a bad name")
	}
	if _, err := a.Identify("policy", ""); err == nil {
		t.Error("a node's name starts with a digit")
	}
	if _, err := a.Resolve(Identity{"policy", "/"}, Topic, ""); err == nil {
		t.Error("an empty name resolved")
	}
}

func FuzzParse(f *testing.F) {
	f.Add("--ros-args -r a:=b -p x:=1 -- rest")
	f.Add("--ros-args -r n:rostopic://a:={node}/b --log-level n:=warn")
	f.Fuzz(func(t *testing.T, line string) {
		a, err := Parse(strings.Fields(line))
		if err != nil {
			return
		}
		id, err := a.Identify("policy", "/robot")
		if err != nil {
			return
		}
		if full, err := a.Resolve(id, Topic, "image"); err == nil && !strings.HasPrefix(full, "/") {
			t.Errorf("%q resolves image to %q", line, full)
		}
	})
}
