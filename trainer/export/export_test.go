package export

import (
	"errors"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"hyt/policy/onnx"
	"hyt/policy/proof"
	"hyt/policy/spec"
	"hyt/policy/tokenizer"
	"hyt/trainer/engine"
	"hyt/trainer/hybrid"
	"hyt/trainer/model"
)

// exportedModel writes a small untrained model, bent by change, and returns it with
// its directory.
func exportedModel(t *testing.T, o Options, change func(*model.Config)) (*engine.Engine, *model.Weights, string) {
	t.Helper()
	e, err := engine.Open(engine.ONNX)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(e.Close)
	tok := tokenizer.Build([]string{"touch the red cube", "target"})
	c := model.Config{Backbone: model.Transformer, Heads: 4, Stem1: 32, Stem2: 64, Cameras: 1, Proprio: 5, Chunk: 8, Dims: 5}
	c.Vocab, c.PlaceX, c.PlaceY = tok.Size(), int(tok.ID("<x00>")), int(tok.ID("<y00>"))
	c.Width, c.Hidden, c.Layers, c.Positions, c.Text = 32, 48, 3, 20, 16
	change(&c)
	w, err := model.NewWeights(e, c, 3)
	if err != nil {
		t.Fatal(err)
	}
	robot := Tabletop()
	for k := 1; k < c.Cameras; k++ {
		robot.Cameras = append(robot.Cameras, robot.Cameras[0])
	}
	robot.Proprio = robot.Proprio[:c.Proprio]
	dir := t.TempDir()
	err = Write(dir, Model{
		Name: "test", Robot: robot, Weights: w, Tokenizer: tok, Modes: []string{"act", "think", "follow"}, Options: o,
		Norm:     hybrid.Norm{Q01: []float64{-1, -1, -1, -1, 0}, Q99: []float64{1, 1, 1, 1, 1}},
		Training: spec.Training{Regime: "hyt", Command: "test", Steps: 1, Samples: 1},
	})
	if err != nil {
		t.Fatal(err)
	}
	return e, w, dir
}

// plain is the shipped model's kind.
func plain(t *testing.T) (*engine.Engine, *model.Weights, string) {
	t.Helper()
	return exportedModel(t, Options{}, func(*model.Config) {})
}

// rows are noise images with texts of different lengths.
func rows(c model.Config) []model.Row {
	r := rand.New(rand.NewPCG(5, 6))
	var rows []model.Row
	for n := 1; n <= c.Text; n += 5 {
		row := model.Row{Predict: 1}
		for range c.Cameras {
			image := make([]byte, model.ImageSide*model.ImageSide*model.Channels)
			for i := range image {
				image[i] = byte(r.IntN(256))
			}
			row.Images = append(row.Images, image)
		}
		for range c.Proprio {
			row.Proprio = append(row.Proprio, r.Float32()*0.4-0.2)
		}
		for range n {
			row.Tokens = append(row.Tokens, r.Int64N(int64(c.Vocab)))
		}
		rows = append(rows, row)
	}
	return rows
}

func TestExportedGraphsComputeWhatWasTrained(t *testing.T) {
	for name, test := range map[string]struct {
		options Options
		change  func(*model.Config)
	}{
		"transformer":        {Options{}, func(*model.Config) {}},
		"two cameras":        {Options{}, func(c *model.Config) { c.Cameras = 2 }},
		"no proprioception":  {Options{}, func(c *model.Config) { c.Proprio = 0 }},
		"bins":               {Options{}, func(c *model.Config) { c.Bins = 32 }},
		"8-bit weights":      {Options{Int8: true}, func(*model.Config) {}},
		"lstm":               {Options{}, func(c *model.Config) { c.Backbone = model.LSTM }},
		"lstm, all together": {Options{Int8: true}, func(c *model.Config) { c.Backbone, c.Cameras, c.Proprio, c.Bins = model.LSTM, 2, 3, 16 }},
	} {
		t.Run(name, func(t *testing.T) {
			e, w, dir := exportedModel(t, test.options, test.change)
			d, err := Prove(e, dir, w, test.options, rows(w.Config))
			if err != nil {
				t.Fatal(err)
			}
			if (d.Rounding.Logits > 0) != test.options.Int8 {
				t.Errorf("rounding %+v", d.Rounding)
			}
			t.Logf("largest difference: %.2g in logits, %.2g in actions", d.Logits, d.Actions)
		})
	}
}

// TestTheProofIsRepeatedFromTheDirectory: without the trainer, from what it left there.
func TestTheProofIsRepeatedFromTheDirectory(t *testing.T) {
	e, w, dir := plain(t)
	if samples, err := proof.Read(dir); len(samples) != 0 || err != nil {
		t.Errorf("before it was proved there are %d samples, %v", len(samples), err)
	}
	if _, err := Prove(e, dir, w, Options{}, rows(w.Config)); err != nil {
		t.Fatal(err)
	}
	s, err := spec.Load(dir) // with the proof's hash
	if err != nil {
		t.Fatal(err)
	}
	samples, err := proof.Read(dir)
	if err != nil || len(samples) != proofSamples {
		t.Fatalf("%d samples, %v", len(samples), err)
	}
	again := func() error {
		d, err := proof.Run(dir, s.Graphs, samples, onnx.Options{})
		return errors.Join(err, d.Error())
	}
	if err := again(); err != nil {
		t.Error(err)
	}
	for name, c := range map[string]struct {
		spoil func(s *proof.Sample)
		says  string
	}{
		"another answer":    {func(s *proof.Sample) { s.Actions = append([]float32{7}, s.Actions[1:]...) }, "differ"},
		"no answer":         {func(s *proof.Sample) { s.Logits = nil }, "differ"},
		"half an image":     {func(s *proof.Sample) { s.Images = [][]byte{s.Images[0][:6000]} }, "sample 1: it has 6000 values for images"},
		"no image":          {func(s *proof.Sample) { s.Images = nil }, "sample 1: it has 0 values for images"},
		"an image too many": {func(s *proof.Sample) { s.Images = append(s.Images, s.Images[0]) }, "sample 1: it has 24576 values for images"},
		"no tokens":         {func(s *proof.Sample) { s.Tokens = nil }, "sample 1: it has no tokens"},
	} {
		t.Run(name, func(t *testing.T) {
			whole := samples[1]
			defer func() { samples[1] = whole }()
			c.spoil(&samples[1])
			if err := again(); err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("error %v, want one with %q", err, c.says)
			}
		})
	}
	if err := os.WriteFile(filepath.Join(dir, proof.File), []byte("[{"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := proof.Read(dir); err == nil || !strings.Contains(err.Error(), proof.File) {
		t.Errorf("a cut proof: %v", err)
	}
}

func TestParitySeesAChangedWeight(t *testing.T) {
	e, w, dir := plain(t)
	w.Get("layer1.down")[7] += 0.1
	if _, err := Prove(e, dir, w, Options{}, rows(w.Config)); err == nil {
		t.Error("parity holds although a weight was changed after the export")
	}
}

func TestModelDirectoryLoads(t *testing.T) {
	_, w, dir := plain(t)
	s, err := spec.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	if s.MaxState != w.Config.Prefix()+w.Config.Positions {
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
	for name, test := range map[string]struct {
		options Options
		change  func(*model.Config)
	}{
		"transformer":   {Options{}, func(*model.Config) {}},
		"lstm":          {Options{}, func(c *model.Config) { c.Backbone = model.LSTM }},
		"8-bit weights": {Options{Int8: true}, func(*model.Config) {}},
	} {
		t.Run(name, func(t *testing.T) {
			e, w, dir := exportedModel(t, test.options, test.change)
			c, err := Read(e, dir)
			if err != nil {
				t.Fatal(err)
			}
			other, err := model.NewWeights(e, w.Config, 99)
			if err != nil {
				t.Fatal(err)
			}
			if fresh, err := c.StartFrom(other, tokenizer.Build(c.Words)); err != nil || len(fresh) > 0 {
				t.Fatal(fresh, err)
			}
			for i, p := range w.Params {
				want := w.Tensor[i].F32
				if test.options.Int8 && quantisable(p) {
					want = dequantise(quantise(want, p.Dims[1]))
				}
				if !p.Pretrain && !slices.Equal(want, other.Tensor[i].F32) {
					t.Errorf("%s did not come back", p.Name)
				}
			}
		})
	}
}

// TestIntegersAreOffByHalfAScaleAtMost: what 8 bits can hold.
func TestIntegersAreOffByHalfAScaleAtMost(t *testing.T) {
	values := []float32{0.5, 0, -1, 3, 0.25, 0, 127.4, -63.7, 0.001, 0, -127, 12}
	ints, scales := quantise(values, 4)
	for i, v := range dequantise(ints, scales) {
		if off := math.Abs(float64(v - values[i])); off > float64(scales[i%4])/2+1e-6 {
			t.Errorf("%v became %v, with a scale of %v", values[i], v, scales[i%4])
		}
	}
	if scales[1] != 1 {
		t.Errorf("a column of zeros has scale %v", scales[1])
	}
}
