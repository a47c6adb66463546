package compose

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"hyt/config"
	"hyt/msgs/bus"
	"hyt/msgs/bus/mem"
	"hyt/nodes/node"
	"hyt/nodes/rosargs"
)

// probe is a component that notes how it was run.
type probe struct {
	config config.Config
	name   string
	fail   error
}

func (p *probe) Config() config.Config { return p.config }
func (p *probe) Close() error          { return nil }

func (p *probe) Configure(n *node.Node) (node.Instance, error) {
	p.name = n.FullName()
	return p, nil
}

// errEnough ends a process whose nodes would run for ever.
var errEnough = errors.New("enough")

func (p *probe) Run(ctx context.Context) error {
	if p.fail != nil {
		return p.fail
	}
	<-ctx.Done()
	return nil
}

func both() (policy, thinker *probe) {
	a, b := config.DefaultPolicy(), config.DefaultThinker()
	return &probe{config: &a}, &probe{config: &b}
}

func run(t *testing.T, line string, components ...node.Component) error {
	t.Helper()
	args, err := rosargs.Parse(strings.Fields("--ros-args " + line))
	if err != nil {
		t.Fatal(err)
	}
	p := Process{Components: components, Console: io.Discard,
		OpenDriver: func(config.Common) (bus.Driver, error) { return mem.Open(), nil }}
	return p.Run(t.Context(), args, nil)
}

func TestComposedNodesAreToldApart(t *testing.T) {
	path := filepath.Join(t.TempDir(), "p.yaml")
	const params = "/**: {ros__parameters: {replan_rate: 7, thought_rate: 3}}\n/robot/brain: {ros__parameters: {image_timeout: 2}}\n"
	if err := os.WriteFile(path, []byte(params), 0o600); err != nil {
		t.Fatal(err)
	}
	policy, thinker := both()
	policy.fail, thinker.fail = errEnough, errEnough
	err := run(t, "-r policy:__node:=brain -r __ns:=/robot -p control_rate:=100 -p thinker:image_timeout:=4 -p threads:=2 --params-file "+path,
		policy, thinker)
	if !errors.Is(err, errEnough) {
		t.Fatal(err)
	}
	if policy.name != "/robot/brain" || thinker.name != "/robot/thinker" {
		t.Errorf("names %s, %s", policy.name, thinker.name)
	}
	p, th := policy.config.(*config.Policy), thinker.config.(*config.Thinker)
	if p.ReplanRate != 7 || p.ImageTimeout != 2 || p.ControlRate != 100 || p.Threads != 2 {
		t.Errorf("policy %+v", p)
	}
	if th.ThoughtRate != 3 || th.ImageTimeout != 4 || th.Threads != 2 {
		t.Errorf("thinker %+v", th)
	}
}

func TestUsageErrors(t *testing.T) {
	tests := []struct{ line, want string }{
		{"-r __node:=x", `policy and thinker would both be the node /x; name them apart with -r thinker:__node:=NAME`},
		{"-p contol_rate:=3", `node /policy: -p contol_rate:=3: unknown parameter "contol_rate"; did you mean "control_rate"?`},
		{"-p policy:thought_rate:=3", `node /policy: -p thought_rate:=3: unknown parameter "thought_rate"`},
		{"-p thinker:bus:=mem", `policy wants bus auto for auto and thinker wants mem for auto: nodes of one process share one middleware`},
		{"-p policy:control_rate:=0", `node /policy: parameter "control_rate" is 0, must be 1 to 1000 Hz`},
	}
	for _, tt := range tests {
		policy, thinker := both()
		err := run(t, tt.line, policy, thinker)
		var usage *UsageError
		if !errors.As(err, &usage) || err.Error() != tt.want {
			t.Errorf("%s\n got %v\nwant %s", tt.line, err, tt.want)
		}
	}
}

func TestAFailingNodeEndsTheProcessWithItsName(t *testing.T) {
	policy, thinker := both()
	thinker.fail = errors.New("no model")
	if err := run(t, "-r __ns:=/robot", policy, thinker); err == nil || err.Error() != "/robot/thinker: no model" {
		t.Errorf("got %v", err)
	}
}
