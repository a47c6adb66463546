package compose

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

func execute(t *testing.T, line string) (string, error) {
	t.Helper()
	root := &cobra.Command{Use: "hyt", SilenceErrors: true}
	root.AddCommand(Commands()...)
	var out bytes.Buffer
	root.SetOut(&out)
	root.SetErr(&out)
	root.SetArgs(strings.Fields(line))
	err := root.ExecuteContext(t.Context())
	return out.String(), err
}

func TestCommandLinesThatCannotBeUnderstoodAreUsageErrors(t *testing.T) {
	for line, want := range map[string]string{
		"policy brain":                 `hyt policy takes no argument "brain"; ROS arguments come after --ros-args`,
		"run":                          "name the nodes to run: policy, thinker, recorder, sim, teleop",
		"run policy juggler":           `no node "juggler"; choose from policy, thinker, recorder, sim, teleop`,
		"run policy policy":            "policy and policy would both be the node /policy; name them apart with -r policy:__node:=NAME",
		"sim --speed 3":                "unknown flag: --speed",
		"sim --ros-args --speed":       `unknown ROS argument "--speed" after --ros-args (known: -r, -p, --params-file, --log-level; -- ends them)`,
		"sim --ros-args -p bus:=smoke": `node /sim: parameter "bus" is "smoke", must be one of auto, dds, rcl, mem`,
	} {
		_, err := execute(t, line)
		var usage *UsageError
		if !errors.As(err, &usage) || err.Error() != want {
			t.Errorf("%s\n got %v\nwant %s", line, err, want)
		}
	}
}

func TestHelpIsPrintedNotRun(t *testing.T) {
	out, err := execute(t, "run --help")
	if err != nil || !strings.Contains(out, "several nodes in one process") {
		t.Errorf("%v: %s", err, out)
	}
}
