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
	e, c := open(t, engine.ONNX), tiny()
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
	} {
		c := tiny()
		change(&c)
		if c.Validate() == nil {
			t.Errorf("accepts %s", name)
		}
	}
}
