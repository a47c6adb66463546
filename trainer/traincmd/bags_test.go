package traincmd

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"hyt/policy/proof"
	"hyt/policy/spec"
	"hyt/trainer/data/datatest"
	"hyt/trainer/loop"
)

// smallConfig trains in moments.
const smallConfig = `
model: {width: 16, layers: 2, heads: 2, hidden: 16, stem1: 4, stem2: 8, positions: 20}
train: {steps: 6, batch: 4, eval_every: 4, save_every: 100, log_every: 2, warmup: 1, keep: 1}
validation: 0.3
held_out: 8
`

// demonstrations is a bag of a dozen short episodes.
func demonstrations(t *testing.T) string {
	t.Helper()
	tape := datatest.New(t, "demos")
	for i := range 12 {
		tape.Demo(fmt.Sprint("episode ", i), "rotate the red cube", 8, true)
	}
	return tape.Close()
}

// outputAfter cancels a command once it has printed a line with a text.
type outputAfter struct {
	bytes.Buffer
	text   string
	cancel context.CancelFunc
}

func (w *outputAfter) Write(p []byte) (int, error) {
	if w.text != "" && bytes.Contains(p, []byte(w.text)) {
		w.cancel()
	}
	return w.Buffer.Write(p)
}

// train runs the command; it is interrupted where it prints stop.
func train(t *testing.T, stop string, args ...string) (string, error) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	out := &outputAfter{text: stop, cancel: cancel}
	cmd := New()
	cmd.SetArgs(args)
	cmd.SetOut(out)
	cmd.SetErr(out)
	err := cmd.ExecuteContext(ctx)
	return out.String(), err
}

// checkpoint is the run's last one, without what depends on the clock.
func checkpoint(t *testing.T, out string) *loop.Checkpoint {
	t.Helper()
	c, err := loop.ReadCheckpoint(filepath.Join(out+".run", loop.CheckpointFile))
	if err != nil {
		t.Fatal(err)
	}
	for i := range c.History {
		c.History[i].SamplesPerSec, c.History[i].Left = 0, 0
	}
	return c
}

// TestAnInterruptedRunEndsAsTheUninterrupted: with Ctrl-C and --resume, to the last
// bit of every weight and every measured loss.
func TestAnInterruptedRunEndsAsTheUninterrupted(t *testing.T) {
	dir, bag, config := t.TempDir(), demonstrations(t), write(t, smallConfig)
	whole, parts := filepath.Join(dir, "whole"), filepath.Join(dir, "parts")
	args := func(out string) []string {
		return []string{"--bags", bag, "--cache", filepath.Join(dir, "cache"), "--config", config, "--out", out}
	}
	if text, err := train(t, "", args(whole)...); err != nil {
		t.Fatal(text, err)
	}
	if _, err := train(t, "step     2", args(parts)...); err == nil || !strings.Contains(err.Error(), "canceled") {
		t.Fatalf("the interrupted run ended with %v", err)
	}
	if _, err := os.Stat(filepath.Join(parts, spec.FileName)); err == nil {
		t.Error("an interrupted run left a model directory")
	}
	if text, err := train(t, "", append(args(parts), "--resume")...); err != nil {
		t.Fatal(text, err)
	}
	a, b := checkpoint(t, whole), checkpoint(t, parts)
	if a.Step != 6 || b.Step != 6 {
		t.Fatalf("steps %d and %d", a.Step, b.Step)
	}
	for i, name := range a.Names {
		for j, v := range a.Weights[i] {
			if v != b.Weights[i][j] || a.Average[i][j] != b.Average[i][j] || a.Optim.V[i][j] != b.Optim.V[i][j] {
				t.Fatalf("%s[%d] is %v and %v", name, j, v, b.Weights[i][j])
			}
		}
	}
	if x, y := fmt.Sprint(a.History), fmt.Sprint(b.History); x != y {
		t.Errorf("measured\n%s\nand\n%s", x, y)
	}
	if _, err := train(t, "", append(args(parts), "--resume", "--seed", "9")...); err == nil || !strings.Contains(err.Error(), "began with seed 1") {
		t.Errorf("resuming with another seed: %v", err)
	}
}

// TestAModelLearnsNewWordsFromBags starts from a model that does not know the
// bag's words, with another action head.
func TestAModelLearnsNewWordsFromBags(t *testing.T) {
	dir, bag := t.TempDir(), demonstrations(t)
	first, second := filepath.Join(dir, "first"), filepath.Join(dir, "second")
	if text, err := train(t, "", "--bags", bag, "--config", write(t, smallConfig), "--out", first, "--regime", "vla", "--backend", "go"); err != nil {
		t.Fatal(text, err)
	}
	tape := datatest.New(t, "more")
	for i := range 12 {
		tape.Demo(fmt.Sprint("more ", i), "defenestrate the red cube", 8, true)
	}
	config := strings.Replace(smallConfig, "positions: 20}", "positions: 20, bins: 16}", 1)
	text, err := train(t, "", "--bags", tape.Close(), "--config", write(t, config), "--init", first, "--out", second, "--backend", "go")
	if err != nil {
		t.Fatal(text, err)
	}
	for _, want := range []string{"with 1 new words and 0 new text positions", "drawn afresh, since the start has none of this shape: bins.w, bins.b"} {
		if !strings.Contains(text, want) {
			t.Errorf("it says\n%s\nwithout %q", text, want)
		}
	}
	s, err := spec.Load(second)
	if err != nil {
		t.Fatal(err)
	}
	if s.Action.Head != spec.Bins || s.Action.Bins != 16 || s.Training.Regime != "hyt" || s.Action.Kind != spec.EEDelta {
		t.Errorf("spec %+v", s.Action)
	}
	for _, score := range []string{"act_mm", "think_rad", "follow_gripper_error", "think_words", "act_calibration_error"} {
		history := checkpoint(t, second).History
		if _, ok := history[len(history)-1].HeldOut[score]; !ok {
			t.Errorf("%s is not measured", score)
		}
	}
}

// TestAGateIsTaughtAndServed: from bags to a gate that `hyt model check` would take,
// and to a copy of it all in integers.
func TestAGateIsTaughtAndServed(t *testing.T) {
	dir, bag := t.TempDir(), demonstrations(t)
	out := filepath.Join(dir, "model")
	if text, err := train(t, "", "--bags", bag, "--config", write(t, smallConfig), "--out", out, "--backend", "go"); err != nil {
		t.Fatal(text, err)
	}
	tape := datatest.New(t, "fresh")
	for i := range 12 {
		tape.Demo(fmt.Sprint("fresh ", i), "rotate the red cube", 8, true)
	}
	report := filepath.Join(dir, "gate.json")
	text, err := train(t, "", "gate", "--model", out, "--bags", tape.Close(), "--samples", "60", "--report", report)
	if err != nil {
		t.Fatal(text, err)
	}
	if !strings.Contains(text, "exported and learned gate differ by") || !strings.Contains(text, "learned is better by") {
		t.Errorf("it says\n%s", text)
	}
	if s, err := spec.Load(out); err != nil || s.Graphs.Gate != "gate.onnx" {
		t.Errorf("the spec names the gate %q, %v", s.Graphs.Gate, err)
	}
	if _, err := os.Stat(report); err != nil {
		t.Error(err)
	}
	small := filepath.Join(dir, "small")
	again := []string{"export", "--int8", "--model", out, "--bags", bag, "--out", small}
	if text, err := train(t, "", again...); err != nil || !strings.Contains(text, "rounding the weights to 8 bits moves") {
		t.Errorf("export as integers: %v\n%s", err, text)
	}
	whole, _ := spec.Load(out)
	if s, err := spec.Load(small); err != nil || s.Graphs != whole.Graphs || s.MaxState != whole.MaxState || !reflect.DeepEqual(s.Action, whole.Action) {
		t.Errorf("the copy's spec is %+v, the model's %+v, %v", s, whole, err)
	}
	if samples, err := proof.Read(small); err != nil || len(samples) == 0 {
		t.Errorf("the copy has a proof of %d samples, %v", len(samples), err)
	}
	if _, err := train(t, "", again...); err == nil || !strings.Contains(err.Error(), "exists") {
		t.Errorf("a second export to the same folder: %v", err)
	}
	if text, err := train(t, "", "gate", "--model", out, "--bags", bag); err == nil || !strings.Contains(err.Error(), "too few") {
		t.Errorf("a gate from the bags of the training: %v\n%s", err, text)
	}
}
