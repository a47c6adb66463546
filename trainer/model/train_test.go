package model

import (
	"slices"
	"testing"

	"hyt/trainer/engine"
	"hyt/trainer/optim"
)

// TestAFewStepsReduceTheLoss overfits one small batch on both backends.
func TestAFewStepsReduceTheLoss(t *testing.T) {
	for _, name := range []string{engine.ONNX, engine.Go} {
		t.Run(name, func(t *testing.T) {
			e, c := open(t, name), tiny()
			w, err := NewWeights(e, c, 1)
			if err != nil {
				t.Fatal(err)
			}
			s, err := NewStepper(e, c, 2)
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			b := randomBatch(t, e, c, 2)
			var weights [][]float32
			for _, x := range w.Tensor {
				weights = append(weights, x.F32)
			}
			state, decay := optim.NewState(weights), make([]bool, len(weights))
			var losses []float32
			for range 12 {
				r, err := s.Step(w, b)
				if err != nil {
					t.Fatal(err)
				}
				losses = append(losses, r.Loss)
				optim.Default().Update(state, weights, r.Grad, decay, 1e-2)
				r.Free()
			}
			if last := losses[len(losses)-1]; last > 0.8*losses[0] {
				t.Errorf("losses %v: 12 steps should take off a fifth", losses)
			}
		})
	}
}

func TestSameSeedSameWeights(t *testing.T) {
	e, c := open(t, engine.Go), tiny()
	draw := func(seed uint64) []float32 {
		w, err := NewWeights(e, c, seed)
		if err != nil {
			t.Fatal(err)
		}
		return w.Get("layer0.q")
	}
	if !slices.Equal(draw(3), draw(3)) {
		t.Error("the same seed gives different weights")
	}
	if slices.Equal(draw(3), draw(4)) {
		t.Error("different seeds give the same weights")
	}
}

// TestPaddingDoesNotMatter: what stands in the padding changes neither the
// actions nor the logits before it, so serving needs no padding.
func TestPaddingDoesNotMatter(t *testing.T) {
	for _, backbone := range []string{Transformer, LSTM} {
		t.Run(backbone, func(t *testing.T) {
			c := tiny()
			c.Backbone = backbone
			paddingDoesNotMatter(t, c)
		})
	}
}

func paddingDoesNotMatter(t *testing.T, c Config) {
	t.Helper()
	e := open(t, engine.ONNX)
	w, err := NewWeights(e, c, 1)
	if err != nil {
		t.Fatal(err)
	}
	p, err := NewPredictor(e, c, 1)
	if err != nil {
		t.Fatal(err)
	}
	b := randomBatch(t, e, c, 1)
	valid := c.Text - 1 // randomBatch's mask
	before, err := p.Predict(w, b)
	if err != nil {
		t.Fatal(err)
	}
	b.Tokens.I64[valid] = (b.Tokens.I64[valid] + 1) % int64(c.Vocab)
	after, err := p.Predict(w, b)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(before.Actions, after.Actions) {
		t.Error("a token of padding changed the actions")
	}
	if n := valid * c.Vocab; !slices.Equal(before.Logits[:n], after.Logits[:n]) {
		t.Error("a token of padding changed the logits before it")
	}
}

func TestConfigRejects(t *testing.T) {
	for name, change := range map[string]func(*Config){
		"no layers":                    func(c *Config) { c.Layers = 0 },
		"heads that do not divide":     func(c *Config) { c.Heads = 3 },
		"place tokens past the end":    func(c *Config) { c.PlaceY = c.Vocab - 3 },
		"a text longer than positions": func(c *Config) { c.Text = c.Positions + 1 },
		"an unknown backbone":          func(c *Config) { c.Backbone = "mamba" },
		"no camera":                    func(c *Config) { c.Cameras = 0 },
		"one bin":                      func(c *Config) { c.Bins = 1 },
		"less than no proprioception":  func(c *Config) { c.Proprio = -1 },
	} {
		c := tiny()
		change(&c)
		if c.Validate() == nil {
			t.Errorf("accepts %s", name)
		}
	}
}

func TestSizesGrow(t *testing.T) {
	for _, backbone := range []string{Transformer, LSTM} {
		before := 0
		for _, name := range []string{Nano, Small, Base} {
			c, err := Size(backbone, name)
			if err != nil {
				t.Fatal(err)
			}
			c.Vocab, c.PlaceX, c.PlaceY, c.Positions, c.Text, c.Cameras, c.Proprio, c.Chunk, c.Dims = 150, 10, 80, 8, 8, 1, 5, 8, 5
			if err := c.Validate(); err != nil {
				t.Fatalf("%s %s: %v", backbone, name, err)
			}
			n := 0
			for _, p := range c.Params() {
				n += p.Size()
			}
			t.Logf("%s %s: %.1f M weights", backbone, name, float64(n)/1e6)
			if n < 2*before {
				t.Errorf("%s %s has %d weights, the size before %d", backbone, name, n, before)
			}
			before = n
		}
	}
	if _, err := Size(Transformer, "huge"); err == nil {
		t.Error("accepts a size that there is not")
	}
	if _, err := Size("mamba", Nano); err == nil {
		t.Error("accepts a backbone that there is not")
	}
}

func TestBinsCoverMinusOneToOne(t *testing.T) {
	c := Config{Bins: 4}
	for action, want := range map[float32]int64{-3: 0, -1: 0, -0.6: 0, -0.4: 1, 0.1: 2, 0.9: 3, 1: 3, 1.2: 3} {
		if got := c.Bin(action); got != want {
			t.Errorf("%v falls into bin %d, want %d", action, got, want)
		}
	}
	if got := c.likeliest([]float32{0, 3, 1, 2, 9, 0, 0, 0}); !slices.Equal(got, []float32{-0.25, -0.75}) {
		t.Errorf("likeliest middles %v", got)
	}
}
