package model

import (
	"slices"

	g "github.com/gomlx/gomlx/core/graph"

	"hyt/trainer/engine"
)

// Predictor computes the network's answers without gradients.
type Predictor struct {
	program *engine.Program
	config  Config
}

// NewPredictor compiles the forward pass for batches of one size.
func NewPredictor(e *engine.Engine, c Config, size int) (*Predictor, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	params := c.Params()
	inputs := signature(c, params, size, true)
	program, err := e.Compile("predict", inputs, func(in []*g.Node) []*g.Node {
		out := newNet(c, params, in, size).forward(byName(inputs, in, len(params)))
		list := []*g.Node{out.logits, out.actions, out.points, out.things, out.pooled}
		if out.bins != nil {
			list = append(list, out.bins)
		}
		return list
	})
	if err != nil {
		return nil, err
	}
	return &Predictor{program: program, config: c}, nil
}

// Prediction is what the network says about a batch.
type Prediction struct {
	Logits  []float32 // [Size*Text*Vocab], of the token after each position
	Actions []float32 // [Size*Chunk*Dims], -1..1
	Points  []float32 // [Size*Suffix*PointDims]
	Things  []float32 // [Size*CameraTokens*(1+Things)]
	Pooled  []float32 // [Size*Width]: the mean of what the action head reads
	Bins    []float32 // [Size*Chunk*Dims*Config.Bins], logits; nil for a continuous head
}

// Predict runs the forward pass. The result is the caller's own.
func (p *Predictor) Predict(w *Weights, b *Batch) (*Prediction, error) {
	out, err := p.program.Run(append(append([]*engine.Tensor{}, w.Tensor...), b.tensors(p.config, true)...)...)
	if err != nil {
		return nil, err
	}
	pred := &Prediction{Logits: slices.Clone(out[0].F32), Actions: slices.Clone(out[1].F32), Points: slices.Clone(out[2].F32),
		Things: slices.Clone(out[3].F32), Pooled: slices.Clone(out[4].F32)}
	if p.config.Bins > 0 {
		pred.Bins = slices.Clone(out[5].F32)
		pred.Actions = p.config.likeliest(pred.Bins)
	}
	for _, t := range out {
		t.Free()
	}
	return pred, nil
}

// Close frees the compiled pass.
func (p *Predictor) Close() { p.program.Close() }

// BestTokens is the likeliest next token after each text position of sample i.
func (p *Prediction) BestTokens(c Config, i int) []int64 {
	best := make([]int64, c.Text)
	for at := range best {
		logits := p.Logits[(i*c.Text+at)*c.Vocab:][:c.Vocab]
		for id, v := range logits {
			if v > logits[best[at]] {
				best[at] = int64(id)
			}
		}
	}
	return best
}
