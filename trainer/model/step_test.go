package model

import (
	"math"
	"math/rand/v2"
	"testing"

	"hyt/trainer/engine"
)

// tiny is small enough for the pure-Go backend.
func tiny() Config {
	return Config{Backbone: Transformer, Cameras: 1, Proprio: 5, Vocab: 150, Width: 16, Layers: 2, Heads: 2, Hidden: 24, Stem1: 4, Stem2: 8,
		Positions: 8, Text: 6, Chunk: 3, Dims: 5, PlaceX: 10, PlaceY: 80}
}

func open(t testing.TB, name string) *engine.Engine {
	t.Helper()
	e, err := engine.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(e.Close)
	return e
}

// randomBatch fills every input with seeded noise; the last position of each text is
// padding.
func randomBatch(t testing.TB, e *engine.Engine, c Config, size int) *Batch {
	t.Helper()
	b, err := NewBatch(e, c, size)
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(1, 2))
	image := make([]byte, ImageSide*ImageSide*Channels)
	for s := range size {
		for k := range c.Cameras {
			for i := range image {
				image[i] = byte(r.IntN(256))
			}
			Unfold(b.Patches.F32[(s*c.Cameras+k)*stemTokens*patchLen:], image, Look{})
		}
		for i := range c.Text {
			b.Tokens.I64[s*c.Text+i] = r.Int64N(int64(c.Vocab))
			b.Targets.I64[s*c.Text+i] = r.Int64N(int64(c.Vocab))
			b.TextWeight.F32[s*c.Text+i] = 1 / float32(size*c.Text)
		}
		var valid []int
		for _, n := range c.lengths() {
			valid = append(valid, n-1)
		}
		FillMask(b.Mask.F32[s*c.maskSize():], c, valid...)
	}
	for i := range b.ActWeight.F32 {
		b.ActWeight.F32[i] = 1 / float32(len(b.ActWeight.F32))
	}
	if c.Proprio > 0 {
		for i := range b.Proprio.F32 {
			b.Proprio.F32[i] = r.Float32()*0.4 - 0.2
		}
	}
	for i := range b.Actions.F32 {
		b.Actions.F32[i] = r.Float32()*2 - 1
		if c.Bins > 0 {
			b.ActionBins.I64[i] = c.Bin(b.Actions.F32[i])
		}
	}
	return b
}

// TestONNXAgreesWithPureGo: two unrelated backends give the same loss and the
// same gradient of every weight.
func TestONNXAgreesWithPureGo(t *testing.T) {
	for name, change := range map[string]func(*Config){
		"transformer":        func(*Config) {},
		"lstm":               func(c *Config) { c.Backbone = LSTM },
		"bins, two cameras":  func(c *Config) { c.Bins, c.Cameras, c.Proprio = 8, 2, 0 },
		"texts side by side": func(c *Config) { *c = c.SideBySide(3, 6, 4) },
		"of an lstm":         func(c *Config) { *c = c.SideBySide(3, 6); c.Backbone, c.Bins = LSTM, 8 },
	} {
		t.Run(name, func(t *testing.T) {
			c := tiny()
			change(&c)
			agree(t, c, stepOnce(t, engine.ONNX, c), stepOnce(t, engine.Go, c))
		})
	}
}

func stepOnce(t *testing.T, backend string, c Config) *Result {
	t.Helper()
	const size = 2
	e := open(t, backend)
	w, err := NewWeights(e, c, 7)
	if err != nil {
		t.Fatal(err)
	}
	s, err := NewStepper(e, c, size)
	if err != nil {
		t.Fatal(err)
	}
	r, err := s.Step(w, randomBatch(t, e, c, size))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func agree(t *testing.T, c Config, a, b *Result) {
	t.Helper()
	if math.Abs(float64(a.Loss-b.Loss)) > 1e-5 {
		t.Errorf("loss %v on ONNX, %v in pure Go", a.Loss, b.Loss)
	}
	for i, p := range c.Params() {
		if p.Frozen {
			if a.Grad[i] != nil {
				t.Errorf("%s is frozen and has a gradient", p.Name)
			}
			continue
		}
		worst, scale := 0.0, 1e-6
		for j := range a.Grad[i] {
			worst = max(worst, math.Abs(float64(a.Grad[i][j]-b.Grad[i][j])))
			scale = max(scale, math.Abs(float64(b.Grad[i][j])))
		}
		if worst > 1e-4*scale+1e-6 {
			t.Errorf("gradient of %s differs by %.2g of %.2g", p.Name, worst, scale)
		}
	}
}
