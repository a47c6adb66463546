package model

import (
	"fmt"
	"slices"

	"github.com/gomlx/compute/dtypes"
	g "github.com/gomlx/gomlx/core/graph"

	"hyt/trainer/engine"
)

// Hidden is what Mask holds where a row must not look.
const Hidden = -1e9

// Batch is one batch in the memory of the engine. Fill every slice before each
// use; rows of samples that are not wanted get weight zero.
type Batch struct {
	Size         int
	Patches      *engine.Tensor // float32 [Size, stemTokens, patchLen], see Unfold
	Proprio      *engine.Tensor // float32 [Size, ProprioDims], units
	Tokens       *engine.Tensor // int64 [Size, Text], padded after the last valid token
	Mask         *engine.Tensor // float32 [Size, Suffix, Keys]: 0 where a row may look, Hidden elsewhere
	Targets      *engine.Tensor // int64 [Size, Text]: the token that follows each position
	TextWeight   *engine.Tensor // float32 [Size, Text]: its weight in the loss, 0 for no target
	Actions      *engine.Tensor // float32 [Size, Chunk, Dims], -1..1
	ActWeight    *engine.Tensor // float32 [Size]: weight of the sample's mean action error
	Points       *engine.Tensor // float32 [Size, Suffix, PointDims]: where text and query rows point, in pretraining
	PointWeight  *engine.Tensor // float32 [Size, Suffix]: weight of the mean error of a row
	Things       *engine.Tensor // int64 [Size, ImageTokens]: 0, or 1 + the thing whose centre is in the cell
	ThingWeight  *engine.Tensor // float32 [Size, ImageTokens]
	Offsets      *engine.Tensor // float32 [Size, ImageTokens, CellDims]
	OffsetWeight *engine.Tensor // float32 [Size, ImageTokens]
}

// NewBatch allocates a batch of size samples.
func NewBatch(e *engine.Engine, c Config, size int) (*Batch, error) {
	b := &Batch{Size: size}
	for i, in := range batchInputs(c, size) {
		t, err := e.NewTensor(in.DType, in.Dims...)
		if err != nil {
			return nil, err
		}
		*b.fields()[i] = t
	}
	return b, nil
}

func (b *Batch) fields() []**engine.Tensor {
	return []**engine.Tensor{&b.Patches, &b.Proprio, &b.Tokens, &b.Mask, &b.Targets, &b.TextWeight, &b.Actions, &b.ActWeight,
		&b.Points, &b.PointWeight, &b.Things, &b.ThingWeight, &b.Offsets, &b.OffsetWeight}
}

// Free returns the batch's memory.
func (b *Batch) Free() {
	for _, t := range b.tensors() {
		t.Free()
	}
}

func (b *Batch) tensors() []*engine.Tensor {
	var ts []*engine.Tensor
	for _, f := range b.fields() {
		ts = append(ts, *f)
	}
	return ts
}

// forwardInputs is how many of batchInputs the forward pass reads.
const forwardInputs = 4

func batchInputs(c Config, size int) []engine.Input {
	f32, i64 := dtypes.Float32, dtypes.Int64
	return []engine.Input{
		{Name: "patches", DType: f32, Dims: []int{size, stemTokens, patchLen}},
		{Name: "proprio", DType: f32, Dims: []int{size, ProprioDims}},
		{Name: "tokens", DType: i64, Dims: []int{size, c.Text}},
		{Name: "mask", DType: f32, Dims: []int{size, c.Suffix(), c.Keys()}},
		{Name: "targets", DType: i64, Dims: []int{size, c.Text}},
		{Name: "text_weight", DType: f32, Dims: []int{size, c.Text}},
		{Name: "actions", DType: f32, Dims: []int{size, c.Chunk, c.Dims}},
		{Name: "act_weight", DType: f32, Dims: []int{size}},
		{Name: "points", DType: f32, Dims: []int{size, c.Suffix(), PointDims}},
		{Name: "point_weight", DType: f32, Dims: []int{size, c.Suffix()}},
		{Name: "things", DType: i64, Dims: []int{size, ImageTokens}},
		{Name: "thing_weight", DType: f32, Dims: []int{size, ImageTokens}},
		{Name: "offsets", DType: f32, Dims: []int{size, ImageTokens, CellDims}},
		{Name: "offset_weight", DType: f32, Dims: []int{size, ImageTokens}},
	}
}

func weightInputs(params []Param) []engine.Input {
	in := make([]engine.Input, len(params))
	for i, p := range params {
		in[i] = engine.Input{Name: p.Name, DType: dtypes.Float32, Dims: p.Dims}
	}
	return in
}

// Stepper computes losses and gradients of batches of one size.
type Stepper struct {
	program *engine.Program
	params  []Param
}

// Result is what a step measured. Grad is by parameter, in Config.Params order,
// and valid until Free.
type Result struct {
	Loss       float32
	ActError   []float32 // [Size]: mean |error| of the sample's actions, -1..1 units
	TokenLoss  []float32 // [Size*Text]: negative log likelihood of each target
	PointError []float32 // [Size]: weighted error of the sample's points
	CellError  []float32 // [Size]: weighted error of the sample's cells
	Grad       [][]float32
	outputs    []*engine.Tensor
}

// Free gives the result's memory back for the next step.
func (r *Result) Free() {
	for _, t := range r.outputs {
		t.Free()
	}
	*r = Result{}
}

// NewStepper compiles the training step: 2 to 10 seconds.
func NewStepper(e *engine.Engine, c Config, size int) (*Stepper, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	params := c.Params()
	inputs := append(weightInputs(params), batchInputs(c, size)...)
	program, err := e.Compile("step", inputs, func(in []*g.Node) []*g.Node {
		n := newNet(c, params, in, size)
		b := in[len(params):]
		out := n.losses(n.forward(b[0], b[1], b[2], b[3]), b[forwardInputs:])
		return append(out, g.Gradient(out[0], in[:len(params)]...)...)
	})
	if err != nil {
		return nil, err
	}
	return &Stepper{program: program, params: params}, nil
}

// lossOutputs is how many nodes losses returns.
const lossOutputs = 5

// losses is the sum of all errors, each times its weight; the weights hold the
// averaging. It returns the loss, and by sample the action error, the token
// losses, the point error and the cell error.
func (n *net) losses(out heads, in []*g.Node) []*g.Node {
	targets, textWeight, actions, actWeight, points, pointWeight := in[0], in[1], in[2], in[3], in[4], in[5]
	things, thingWeight, offsets, offsetWeight := in[6], in[7], in[8], in[9]
	actError := g.ReduceMean(g.Abs(g.Sub(out.actions, actions)), 1, 2)
	pointError := g.ReduceSum(g.Mul(g.ReduceMean(g.Abs(g.Sub(out.points, points)), 2), pointWeight), 1)
	tokenLoss := crossEntropy(out.logits, targets)
	cellLoss := g.Reshape(crossEntropy(out.things, things), n.batch, ImageTokens)
	offsetError := g.ReduceMean(g.Abs(g.Sub(out.offsets, offsets)), 2)
	cellError := g.ReduceSum(g.Add(g.Mul(cellLoss, thingWeight), g.Mul(offsetError, offsetWeight)), 1)
	// Absolute error alone aims at the median, and where a policy cannot tell going
	// from resting the median is often rest: it stalls. The squared error pulls
	// towards the mean, which moves on.
	off := g.Sub(out.actions, actions)
	actCost := g.Add(actError, g.ReduceMean(g.Mul(off, off), 1, 2))
	loss := g.Add(g.ReduceAllSum(g.Mul(actCost, actWeight)), g.ReduceAllSum(pointError))
	loss = g.Add(loss, g.ReduceAllSum(g.Mul(tokenLoss, g.Reshape(textWeight, n.batch*n.Text))))
	loss = g.Add(loss, g.ReduceAllSum(cellError))
	return []*g.Node{loss, actError, tokenLoss, pointError, cellError}
}

// crossEntropy is the negative log likelihood of each row's target: [rows].
func crossEntropy(logits, targets *g.Node) *g.Node {
	rows, classes := logits.Shape().Dimensions[0], logits.Shape().Dimensions[1]
	z := g.Sub(logits, g.StopGradient(g.ReduceAndKeep(logits, g.ReduceMax, -1)))
	wanted := g.OneHot(g.Reshape(targets, rows), classes, dtypes.Float32)
	return g.Sub(g.Log(g.ReduceSum(g.Exp(z), -1)), g.ReduceSum(g.Mul(z, wanted), -1))
}

// Step computes losses and gradients of one batch. Free the result.
func (s *Stepper) Step(w *Weights, b *Batch) (*Result, error) {
	out, err := s.program.Run(append(append([]*engine.Tensor{}, w.Tensor...), b.tensors()...)...)
	if err != nil {
		return nil, err
	}
	if len(out) != lossOutputs+len(s.params) {
		return nil, fmt.Errorf("model: step gave %d outputs, want %d", len(out), lossOutputs+len(s.params))
	}
	r := &Result{Loss: out[0].F32[0], ActError: out[1].F32, TokenLoss: out[2].F32, PointError: out[3].F32, CellError: out[4].F32, outputs: out}
	for _, t := range out[lossOutputs:] {
		r.Grad = append(r.Grad, t.F32)
	}
	return r, nil
}

// Close frees the compiled step.
func (s *Stepper) Close() { s.program.Close() }

// Predictor computes logits and actions without gradients.
type Predictor struct{ program *engine.Program }

// NewPredictor compiles the forward pass for batches of one size.
func NewPredictor(e *engine.Engine, c Config, size int) (*Predictor, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	params := c.Params()
	inputs := append(weightInputs(params), batchInputs(c, size)[:forwardInputs]...)
	program, err := e.Compile("predict", inputs, func(in []*g.Node) []*g.Node {
		b := in[len(params):]
		out := newNet(c, params, in, size).forward(b[0], b[1], b[2], b[3])
		return []*g.Node{out.logits, out.actions, out.points, out.things}
	})
	if err != nil {
		return nil, err
	}
	return &Predictor{program: program}, nil
}

// Prediction is what the network says about a batch.
type Prediction struct {
	Logits  []float32 // [Size*Text*Vocab], of the token after each position
	Actions []float32 // [Size*Chunk*Dims], -1..1
	Points  []float32 // [Size*Suffix*PointDims]
	Things  []float32 // [Size*ImageTokens*(1+Things)]
}

// Predict runs the forward pass. The result is the caller's own.
func (p *Predictor) Predict(w *Weights, b *Batch) (*Prediction, error) {
	out, err := p.program.Run(append(append([]*engine.Tensor{}, w.Tensor...), b.tensors()[:forwardInputs]...)...)
	if err != nil {
		return nil, err
	}
	pred := &Prediction{Logits: slices.Clone(out[0].F32), Actions: slices.Clone(out[1].F32), Points: slices.Clone(out[2].F32), Things: slices.Clone(out[3].F32)}
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
