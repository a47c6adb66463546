package evalcmd

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"hyt/gazebo/classic/server"
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

func tiny(t *testing.T) string { return tinyOf(t, policytest.Options{}) }

func tinyOf(t *testing.T, o policytest.Options) string {
	t.Helper()
	dir := t.TempDir()
	if _, err := policytest.Write(dir, o); err != nil {
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

func write(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "scenario.yaml")
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestAScenarioWritesItsReportsAndItsThresholdsDecide(t *testing.T) {
	file := write(t, "tasks: [touch]\nepisodes: 3\ncontrols: [oracle]\nthresholds: [{control: oracle, rate: 1}]\n")
	dir, model := t.TempDir(), tiny(t)
	out, err := evaluate(t, "--scenario", file, "--model", model, "--out", dir, "--episodes", "2")
	if err != nil {
		t.Fatalf("%v after\n%s", err, out)
	}
	if !strings.Contains(out, "4 of 4 episodes played in simulator embedded, 0 lost; 1 of 1 checks held.") {
		t.Errorf("the flag does not go over the scenario, or it is not said:\n%s", out)
	}
	for _, name := range []string{"report.json", "report.md", "report.html", "junit.xml", "episodes.jsonl", "films/touch_id_act_1000000.gif", "bags/touch_id_act_1000000/metadata.yaml"} {
		if info, err := os.Stat(filepath.Join(dir, name)); err != nil || info.Size() == 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
	file = write(t, "tasks: [touch]\nepisodes: 1\nthresholds: [{rate: 1}]\n")
	_, err = evaluate(t, "--scenario", file, "--model", model)
	if err == nil || err.Error() != "touch id act: wanted at least 100 %, got 0.0 % (0 of 1)" {
		t.Errorf("%v", err)
	}
}

func TestGuidedHasItsThinker(t *testing.T) {
	file := filepath.Join(t.TempDir(), "eval.json")
	args := []string{"--model", tiny(t), "--tasks", "touch", "--episodes", "2", "--mode", "guided", "--thinker-rate", "4", "--thinker-latency", "100ms", "--json", file}
	if out, err := evaluate(t, args...); err != nil || !strings.Contains(out, "2 of 2 episodes played in simulator embedded, 0 lost") {
		t.Errorf("%v after\n%s", err, out)
	}
	if _, err := evaluate(t, append(args, "--thinker-latency", "30ms")...); err == nil || !strings.Contains(err.Error(), "the thinker's latency is 30ms") {
		t.Errorf("%v", err)
	}
}

func TestAModelThatOnlyThinksIsEvaluatedThinking(t *testing.T) {
	model := tinyOf(t, policytest.Options{Modes: []string{"think"}})
	out, err := evaluate(t, "--model", model, "--tasks", "touch", "--episodes", "2", "--mode", "think")
	if err != nil || !strings.Contains(out, "2 of 2 episodes played in simulator embedded, 0 lost") {
		t.Errorf("%v after\n%s", err, out)
	}
}

func TestContinueReadsOnlyEpisodesOfItsKind(t *testing.T) {
	model, dir := tiny(t), t.TempDir()
	args := []string{"--model", model, "--tasks", "touch", "--out", dir, "--episodes"}
	if _, err := evaluate(t, append(args, "1")...); err != nil {
		t.Fatal(err)
	}
	journal := filepath.Join(dir, "episodes.jsonl")
	cut, err := os.OpenFile(journal, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := cut.WriteString(`{"task":"touch","se`); err != nil { // a killed run's last line
		t.Fatal(err)
	}
	cut.Close()
	out, err := evaluate(t, append(args, "3", "--continue")...)
	if err != nil || !strings.Contains(out, "3 of 3 episodes played") {
		t.Fatalf("%v after\n%s", err, out)
	}
	lines, err := os.ReadFile(journal)
	if err != nil || strings.Count(string(lines), "\n") != 4 {
		t.Errorf("%v, the file holds\n%s", err, lines)
	}
	if _, err := evaluate(t, append(args, "3", "--continue", "--latency", "20ms")...); err == nil || !strings.Contains(err.Error(), "another model, simulator or pace") {
		t.Errorf("%v", err)
	}
	if after, _ := os.ReadFile(journal); string(after) != string(lines) {
		t.Error("the refused file was changed")
	}
}

func TestABaselineCanBeAReport(t *testing.T) {
	model, file := tiny(t), filepath.Join(t.TempDir(), "report.json")
	if _, err := evaluate(t, "--model", model, "--tasks", "touch", "--episodes", "2", "--json", file); err != nil {
		t.Fatal(err)
	}
	out, err := evaluate(t, "--model", model, "--tasks", "touch", "--episodes", "2", "--baseline", file)
	if err != nil || !strings.Contains(out, "gain, touch id act: +0.0 points") {
		t.Errorf("%v after\n%s", err, out)
	}
}

func TestASimulatorThatCannotBeHadIsSkippedUnlessRequired(t *testing.T) {
	t.Setenv(server.RootVariable, t.TempDir())
	file := filepath.Join(t.TempDir(), "junit.xml")
	args := []string{"--model", tiny(t), "--tasks", "touch", "--episodes", "1", "--sim", "classic", "--junit", file}
	out, err := evaluate(t, args...)
	if err != nil || !strings.Contains(out, "Skipped, 0 episodes in simulator classic: ") {
		t.Errorf("%v after\n%s", err, out)
	}
	if xml, err := os.ReadFile(file); err != nil || !strings.Contains(string(xml), `skipped="1"`) {
		t.Errorf("%v, %s", err, xml)
	}
	if _, err := evaluate(t, append(args, "--required")...); err == nil {
		t.Error("required, skipped, and nobody is told")
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
