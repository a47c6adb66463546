package export

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"hyt/policy/spec"
	"hyt/policy/tokenizer"
	"hyt/trainer/engine"
	"hyt/trainer/hybrid"
	"hyt/trainer/model"
)

// exportedModel writes a small untrained model and returns it with its directory.
func exportedModel(t *testing.T) (*engine.Engine, *model.Weights, string) {
	t.Helper()
	e, err := engine.Open(engine.ONNX)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(e.Close)
	tok := tokenizer.Build([]string{"touch the red cube", "target"})
	c := model.Default()
	c.Vocab, c.PlaceX, c.PlaceY = tok.Size(), int(tok.ID("<x00>")), int(tok.ID("<y00>"))
	c.Width, c.Hidden, c.Layers, c.Positions, c.Text = 32, 48, 3, 20, 16
	w, err := model.NewWeights(e, c, 3)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	err = Write(dir, Model{
		Name: "test", Weights: w, Tokenizer: tok, Modes: []string{"act", "think", "follow"},
		Norm:     hybrid.Norm{Q01: []float64{-1, -1, -1, -1, 0}, Q99: []float64{1, 1, 1, 1, 1}},
		Training: spec.Training{Regime: "hyt", Command: "test", Steps: 1, Samples: 1},
	})
	if err != nil {
		t.Fatal(err)
	}
	return e, w, dir
}

// rows are noise images with texts of different lengths.
func rows(c model.Config) []model.Row {
	r := rand.New(rand.NewPCG(5, 6))
	var rows []model.Row
	for n := 1; n <= c.Text; n += 5 {
		row := model.Row{Image: make([]byte, model.ImageSide*model.ImageSide*model.Channels), Predict: 1,
			Proprio: []float32{r.Float32()*0.4 - 0.2, r.Float32()*0.4 - 0.2, r.Float32() * 0.2, r.Float32() - 0.5, r.Float32()}}
		for i := range row.Image {
			row.Image[i] = byte(r.IntN(256))
		}
		for range n {
			row.Tokens = append(row.Tokens, r.Int64N(int64(c.Vocab)))
		}
		rows = append(rows, row)
	}
	return rows
}

func TestExportedGraphsComputeWhatWasTrained(t *testing.T) {
	e, w, dir := exportedModel(t)
	d, err := Parity(e, dir, w, rows(w.Config))
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("largest difference: %.2g in logits, %.2g in actions", d.Logits, d.Actions)
}

func TestParitySeesAChangedWeight(t *testing.T) {
	e, w, dir := exportedModel(t)
	w.Get("layer1.down")[7] += 0.1
	if _, err := Parity(e, dir, w, rows(w.Config)); err == nil {
		t.Error("parity holds although a weight was changed after the export")
	}
}

func TestModelDirectoryLoads(t *testing.T) {
	_, w, dir := exportedModel(t)
	s, err := spec.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	if s.MaxState != model.Prefix+w.Config.Positions {
		t.Errorf("max_state %d", s.MaxState)
	}
	f, err := os.OpenFile(filepath.Join(dir, actFile), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteString("x"); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := spec.Load(dir); err == nil {
		t.Error("a changed graph was loaded")
	}
}

func TestAModelDirectoryIsAStartForAnotherRun(t *testing.T) {
	e, w, dir := exportedModel(t)
	c, err := Read(e, dir)
	if err != nil {
		t.Fatal(err)
	}
	other, err := model.NewWeights(e, w.Config, 99)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.StartFrom(other, tokenizer.Build(c.Words)); err != nil {
		t.Fatal(err)
	}
	for i, p := range w.Params {
		if !p.Pretrain && !slices.Equal(w.Tensor[i].F32, other.Tensor[i].F32) {
			t.Errorf("%s did not come back", p.Name)
		}
	}
}
