package modelcmd_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"hyt/policy/modelcmd"
	"hyt/policy/policytest"
)

func run(args ...string) (string, error) {
	var out bytes.Buffer
	cmd := modelcmd.Command()
	cmd.SilenceUsage, cmd.SilenceErrors = true, true
	cmd.SetOut(&out)
	cmd.SetErr(&out)
	cmd.SetArgs(args)
	err := cmd.Execute()
	return out.String(), err
}

func TestInfoTellsWhatTheModelIs(t *testing.T) {
	m := policytest.New(t, policytest.Options{})
	out, err := run("info", m.Dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"policytest", "act think follow", "overhead 64x64", "-0.03 .. 0.03 m", "8 at 10 Hz", "written by policytest"} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
}

func TestInfoSpeaksJSON(t *testing.T) {
	m := policytest.New(t, policytest.Options{})
	out, err := run("info", "--json", m.Dir)
	if err != nil {
		t.Fatal(err)
	}
	var got map[string]any
	if err := json.Unmarshal([]byte(out), &got); err != nil {
		t.Fatalf("%v in\n%s", err, out)
	}
	for _, key := range []string{"name", "sha256", "modes", "cameras", "actions", "units", "rate_hz", "chunk", "scores", "command"} {
		if _, ok := got[key]; !ok {
			t.Errorf("no key %q", key)
		}
	}
}

func TestCheckRunsEveryMode(t *testing.T) {
	m := policytest.New(t, policytest.Options{})
	out, err := run("check", m.Dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"ok  files: 4 verified", "ok  graphs: names, types and shapes fit",
		"ok  graph image: ", "ok  graph extend: ", "ok  state: a text read at once and token by token is the same",
		"ok  act: a chunk of 8 finite actions in", "ok  follow: a chunk of 8 finite actions in", "ok  think: a thought of 7 tokens",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
	if strings.Contains(out, "gate") {
		t.Errorf("a gate that the model lacks is in\n%s", out)
	}
}

func TestCheckTakesModelsOfOtherMakers(t *testing.T) {
	m := policytest.New(t, policytest.Options{Cameras: 2, Recurrent: true, Width: 8, Height: 6})
	m.Spec.Modes = []string{"act"}
	if err := m.Spec.Write(m.Dir); err != nil {
		t.Fatal(err)
	}
	out, err := run("check", m.Dir)
	if err != nil || strings.Contains(out, "think") || !strings.Contains(out, "ok  act: ") {
		t.Errorf("error %v, output\n%s", err, out)
	}
	gated := policytest.New(t, policytest.Options{Gate: true})
	if out, err := run("check", gated.Dir); err != nil || !strings.Contains(out, "ok  gate: p_think is 0.50") {
		t.Errorf("error %v, output\n%s", err, out)
	}
}

func TestCheckSaysWhatIsWrong(t *testing.T) {
	nan := policytest.New(t, policytest.Options{NaN: "z"})
	wide := policytest.New(t, policytest.Options{ExtraDims: 1})
	loose := policytest.New(t, policytest.Options{Recurrent: true, Forgetful: true})
	gate := policytest.New(t, policytest.Options{Gate: true, GateNaN: true})
	cut := policytest.New(t, policytest.Options{})
	if err := os.Truncate(filepath.Join(cut.Dir, "extend.onnx"), 100); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ dir, want string }{
		{t.TempDir(), "is not a model directory"},
		{cut.Dir, "extend.onnx has the sha256"},
		{wide.Dir, "graph act.onnx has the output actions float32 [1, 8, 6]"},
		{nan.Dir, `fails at act: model output is not finite: "z" of action 0 is NaN`},
		{loose.Dir, "fails at state: a text of 5 tokens, read at once and one by one, gives"},
		{gate.Dir, "fails at gate: model output is not finite: p_think"},
	} {
		if _, err := run("check", c.dir); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error %v, want %q", err, c.want)
		}
	}
}

func TestWrongUsageIsAnError(t *testing.T) {
	for _, args := range [][]string{{"info"}, {"check", "a", "b"}} {
		if _, err := run(args...); err == nil {
			t.Errorf("%v was taken", args)
		}
	}
}
