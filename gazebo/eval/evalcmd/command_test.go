package evalcmd

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"hyt/policy/policytest"
	"hyt/policy/spec"
)

func evaluate(t *testing.T, args ...string) (string, error) {
	t.Helper()
	cmd := Command()
	var out bytes.Buffer
	cmd.SetOut(&out)
	cmd.SetErr(io.Discard)
	cmd.SetArgs(args)
	cmd.SilenceErrors, cmd.SilenceUsage = true, true
	err := cmd.ExecuteContext(t.Context())
	return out.String(), err
}

func tiny(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if _, err := policytest.Write(dir, policytest.Options{}); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestReportHasTheKeysThatScriptsRelyOn(t *testing.T) {
	file := filepath.Join(t.TempDir(), "eval.json")
	if _, err := evaluate(t, "--model", tiny(t), "--tasks", "touch", "--episodes", "2", "--json", file); err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var got map[string]any
	if err := json.Unmarshal(raw, &got); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"cells", "latency_ms", "seed", "model_sha256", "sim"} {
		if _, ok := got[key]; !ok {
			t.Errorf("no key %q in %s", key, raw)
		}
	}
	cell := got["cells"].([]any)[0].(map[string]any)
	for _, key := range []string{"task", "split", "mode", "episodes", "successes", "rate", "ci95"} {
		if _, ok := cell[key]; !ok {
			t.Errorf("no key %q in the cell %v", key, cell)
		}
	}
}

func TestNoGainOverItselfIsAFailureWhenGainIsRequired(t *testing.T) {
	model := tiny(t)
	out, err := evaluate(t, "--model", model, "--baseline", model, "--tasks", "touch", "--episodes", "2", "--require-gain")
	if err == nil || !strings.Contains(err.Error(), "may be none") {
		t.Errorf("error %v after\n%s", err, out)
	}
}

func TestScoresGoIntoTheSpec(t *testing.T) {
	model := tiny(t)
	if _, err := evaluate(t, "--model", model, "--tasks", "touch", "--episodes", "2", "--controls", "blank", "--record"); err != nil {
		t.Fatal(err)
	}
	s, err := spec.Load(model)
	if err != nil {
		t.Fatal(err)
	}
	if len(s.Training.Scores) != 1 || s.Training.Scores[0].Task != "touch" || s.Training.Scores[0].Episodes != 2 {
		t.Errorf("scores %+v, want the plain touch cell alone", s.Training.Scores)
	}
}

func TestWrongWordsAreNamed(t *testing.T) {
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"--tasks", "tuch"}, `no task "tuch"`},
		{[]string{"--mode", "dream"}, "dream"},
		{[]string{"--sim", "unreal"}, `no simulator "unreal"`},
		{[]string{"--require-gain"}, "--baseline"},
		{[]string{"--splits", "odd"}, "odd"},
	} {
		_, err := evaluate(t, append(c.args, "--model", tiny(t), "--episodes", "1")...)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v: error %v, want one with %q", c.args, err, c.want)
		}
	}
}
