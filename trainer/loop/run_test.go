package loop

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"hyt/trainer/engine"
	"hyt/trainer/model"
)

func tiny() model.Config {
	return model.Config{Backbone: model.Transformer, Cameras: 1, Proprio: 5, Vocab: 150, Width: 16, Layers: 2, Heads: 2, Hidden: 24, Stem1: 4, Stem2: 8,
		Positions: 6, Text: 6, Chunk: 3, Dims: 5, PlaceX: 10, PlaceY: 80}
}

// noise gives rows that depend on their index only.
type noise struct {
	fail  int
	texts int // of an observation; 0 is 1
}

func (n noise) Texts() []int { return slices.Repeat([]int{3}, max(1, n.texts)) }

func (n noise) Row(index int) (model.Row, string, error) {
	if n.fail > 0 && index >= n.fail {
		return model.Row{}, "", errors.New("the well is dry")
	}
	r := rand.New(rand.NewPCG(9, uint64(index)))
	row := model.Row{Images: [][]byte{make([]byte, 64*64*3)}, Proprio: make([]float32, 5), Predict: 1,
		Tokens: []int64{r.Int64N(150), 3, 4}, TextWeight: 1, Actions: make([]float32, 15), ActWeight: 1}
	for i := range row.Images[0] {
		row.Images[0][i] = byte(r.IntN(256))
	}
	return row, "act", nil
}

func config(steps int) Config {
	c := Default()
	c.Steps, c.Batch, c.Warmup, c.LogEvery, c.SaveEvery, c.EvalEvery = steps, 2, 1, 2, 2, 2
	return c
}

func trainer(t *testing.T, c Config, s Source) *Trainer {
	t.Helper()
	e, err := engine.Open(engine.ONNX)
	if err != nil {
		t.Fatal(err)
	}
	w, err := model.NewWeights(e, tiny(), 1)
	if err != nil {
		t.Fatal(err)
	}
	tr, err := New(e, c, w, s)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { tr.Close(); e.Close() })
	return tr
}

func TestResumedRunEndsWithTheSameWeights(t *testing.T) {
	for name, rows := range map[string]noise{"one text": {}, "texts side by side": {texts: 2}} {
		t.Run(name, func(t *testing.T) { resumedEndsAlike(t, rows) })
	}
}

func resumedEndsAlike(t *testing.T, rows noise) {
	t.Helper()
	whole := trainer(t, config(6), rows)
	if err := whole.Run(t.Context()); err != nil {
		t.Fatal(err)
	}

	first := trainer(t, config(6), rows)
	first.Folder = t.TempDir()
	path := filepath.Join(first.Folder, CheckpointFile)
	if err := first.Run(&interrupt{t.Context(), 3}); !errors.Is(err, context.Canceled) {
		t.Fatalf("a cancelled run ended with %v", err)
	}
	c, err := ReadCheckpoint(path)
	if err != nil {
		t.Fatal(err)
	}
	if c.Step != 3 {
		t.Errorf("saved at step %d, want 3, between two measures", c.Step)
	}
	second := trainer(t, config(6), rows)
	if err := second.Restore(c); err != nil {
		t.Fatal(err)
	}
	if err := second.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	for i, p := range tiny().Params() {
		if !slices.Equal(whole.weights.Tensor[i].F32, second.weights.Tensor[i].F32) {
			t.Errorf("%s differs after resuming", p.Name)
		}
		if !slices.Equal(whole.average.Tensor[i].F32, second.average.Tensor[i].F32) {
			t.Errorf("the average of %s differs after resuming", p.Name)
		}
	}
	if got, want := losses(second.History()), losses(whole.History()); !reflect.DeepEqual(got, want) {
		t.Errorf("measured losses %v, want %v", got, want)
	}
}

// interrupt ends after some steps.
type interrupt struct {
	context.Context
	left int
}

func (c *interrupt) Err() error {
	if c.left == 0 {
		return context.Canceled
	}
	c.left--
	return nil
}

// losses are what does not depend on the clock.
func losses(history []Measure) (list []map[string]float64) {
	for _, m := range history {
		list = append(list, m.Loss, map[string]float64{"step": float64(m.Step), "norm": m.GradNorm})
	}
	return list
}

// TestAccumulatedBatchesAreOneStep: two batches of 2 are one of 4.
func TestAccumulatedBatchesAreOneStep(t *testing.T) {
	large, parts := config(2), config(2)
	large.Batch = 4
	parts.Sum = 2
	a, b := trainer(t, large, noise{}), trainer(t, parts, noise{})
	for _, tr := range []*Trainer{a, b} {
		if err := tr.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	for i, p := range tiny().Params() {
		for j, v := range a.weights.Tensor[i].F32 {
			if d := v - b.weights.Tensor[i].F32[j]; d > 2e-5 || d < -2e-5 {
				t.Fatalf("%s[%d] differs by %g", p.Name, j, d)
			}
		}
	}
	x, y := a.History()[0], b.History()[0]
	if x.Samples != 8 || y.Samples != 8 || math.Abs(x.Loss["act.action"]-y.Loss["act.action"]) > 1e-5 {
		t.Errorf("measures %+v and %+v", x, y)
	}
}

func TestTheBestCheckpointsAreKept(t *testing.T) {
	c := config(8)
	c.Keep = 2
	tr := trainer(t, c, noise{})
	tr.Folder = t.TempDir()
	scores := []float64{5, 3, 4, 9}
	tr.Evaluate = func(*model.Weights) (map[string]float64, error) {
		s := scores[0]
		scores = scores[1:]
		return map[string]float64{"act_mm": s}, nil
	}
	if err := tr.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	for step, want := range map[int]bool{2: false, 4: true, 6: true, 8: false} {
		_, err := ReadCheckpoint(KeptPath(tr.Folder, step))
		if (err == nil) != want {
			t.Errorf("step %d: kept %v, want %v (%v)", step, err == nil, want, err)
		}
	}
	if best := Best(tr.History(), "act_mm", 1); len(best) != 1 || best[0].Step != 4 {
		t.Errorf("best %v", best)
	}
	raw, err := os.ReadFile(filepath.Join(tr.Folder, MetricsFile))
	if err != nil || strings.Count(string(raw), "\n") != 4 {
		t.Errorf("metrics %q, %v; want four lines", raw, err)
	}
}

func TestOfErrorsTheSmallerIsBetter(t *testing.T) {
	for score, smaller := range map[string]bool{"act_mm": true, "think_rad": true, "act_gripper_error": true, "place": false, "think_words": false} {
		if Better(score, 1, 2) != smaller {
			t.Errorf("%s: smaller better is %v", score, !smaller)
		}
	}
}

func TestSourceErrorsEndTheRun(t *testing.T) {
	err := trainer(t, config(6), noise{fail: 5}).Run(t.Context())
	if err == nil || !strings.Contains(err.Error(), "the well is dry") {
		t.Errorf("error %v", err)
	}
}

func TestHeldOutErrorsAreReported(t *testing.T) {
	tr := trainer(t, config(4), noise{})
	tr.Evaluate = func(*model.Weights) (map[string]float64, error) { return map[string]float64{"act_mm": 3}, nil }
	if err := tr.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	last := tr.History()[len(tr.History())-1]
	if last.HeldOut["act_mm"] != 3 || last.Loss["act.action"] <= 0 || last.Samples != 8 {
		t.Errorf("last measure %+v", last)
	}
}

func TestCheckpointsThatAreRefused(t *testing.T) {
	dir := t.TempDir()
	good := trainer(t, config(2), noise{}).Checkpoint()
	write := func(name string, change func(*Checkpoint)) string {
		c := *good
		change(&c)
		path := filepath.Join(dir, name)
		if err := c.Write(path); err != nil {
			t.Fatal(err)
		}
		return path
	}
	text := filepath.Join(dir, "text")
	if err := os.WriteFile(text, []byte("hello"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ name, path, want string }{
		{"missing file", filepath.Join(dir, "none"), "does not exist"},
		{"another file", text, "not a checkpoint"},
		{"missing array", write("a", func(c *Checkpoint) { c.Average = c.Average[1:] }), "arrays"},
		{"short array", write("b", func(c *Checkpoint) { c.Average = append([][]float32{{1}}, c.Average[1:]...) }), "wants"},
		{"impossible model", write("c", func(c *Checkpoint) { c.Model.Heads = 5 }), "heads"},
	} {
		if _, err := ReadCheckpoint(test.path); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: error %v, want one with %q", test.name, err, test.want)
		}
	}
	c, err := ReadCheckpoint(write("w", func(c *Checkpoint) { *c = *c.WeightsOnly() }))
	if err != nil {
		t.Fatalf("weights only: %v", err)
	}
	if err := trainer(t, config(2), noise{}).Restore(c); err == nil {
		t.Error("resumed from weights only")
	}
}

func TestConfigRejects(t *testing.T) {
	for name, change := range map[string]func(*Config){
		"no steps":         func(c *Config) { c.Steps = 0 },
		"no learning rate": func(c *Config) { c.Rate = 0 },
		"average of one":   func(c *Config) { c.Average = 1 },
		"no batch":         func(c *Config) { c.Batch = 0 },
		"half a batch":     func(c *Config) { c.Sum = 0 },
		"a nameless score": func(c *Config) { c.Keep, c.Score = 1, "" },
	} {
		c := Default()
		change(&c)
		if c.Validate() == nil {
			t.Errorf("accepts %s", name)
		}
	}
}
