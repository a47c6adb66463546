package model

import (
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/gomlx/compute/dtypes"
	g "github.com/gomlx/gomlx/core/graph"

	"hyt/trainer/engine"
)

// Stepper computes losses and gradients of batches of one size. Each core takes a share
// of the batch; their gradients add up to the batch's, because the weights in the batch
// hold the averaging.
type Stepper struct {
	shares []share
	config Config
	params []Param
}

// share is one core's.
type share struct {
	program *engine.Program
	batch   *Batch // its observations; nil where it has them all
}

// Result is what a step measured. Grad is by parameter, in Config.Params order,
// nil for those that are not trained, and valid until Free.
type Result struct {
	Loss       float32
	ActError   []float32 // [Size*Texts]: mean |error| of the actions, -1..1 units
	TokenLoss  []float32 // [Size*Text]: negative log likelihood of each target
	PointError []float32 // [Size*Suffix]: weighted error of where each row points
	CellError  []float32 // [Size]: weighted error of the observation's cells
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
	s := &Stepper{config: c, params: c.Params()}
	n := min(e.Cores(), size)
	for size%n > 0 { // shares are equal
		n--
	}
	for range n {
		one, err := s.share(e, size/n, n > 1)
		if err != nil {
			s.Close()
			return nil, err
		}
		s.shares = append(s.shares, one)
	}
	return s, nil
}

func (s *Stepper) share(e *engine.Engine, size int, oneOfMany bool) (share, error) {
	inputs := signature(s.config, s.params, size, false)
	build := func(in []*g.Node) []*g.Node {
		n := newNet(s.config, s.params, in, size)
		b := byName(inputs, in, len(s.params))
		out := n.losses(n.forward(b), b)
		var trained []*g.Node
		for i, p := range s.params {
			if !p.Frozen {
				trained = append(trained, in[i])
			}
		}
		return append(out, g.Gradient(out[0], trained...)...)
	}
	compile := e.Compile
	if oneOfMany {
		compile = e.CompileForCore
	}
	program, err := compile("step", inputs, build)
	if err != nil || !oneOfMany {
		return share{program: program}, err
	}
	batch, err := NewBatch(e, s.config, size)
	return share{program, batch}, err
}

// lossOutputs is how many nodes losses returns.
const lossOutputs = 5

// losses is the sum of all errors, each times its weight; the weights hold the
// averaging. It returns the loss, and the action errors, token losses, point errors
// and cell errors of Result.
func (n *net) losses(out heads, in map[string]*g.Node) []*g.Node {
	actError := g.ReduceMean(g.Abs(g.Sub(out.actions, in["actions"])), 1, 2)
	pointError := g.Mul(g.ReduceMean(g.Abs(g.Sub(out.points, in["points"])), 2), in["point_weight"])
	tokenLoss := crossEntropy(out.logits, in["targets"])
	cellLoss := g.Reshape(crossEntropy(out.things, in["things"]), n.batch, CameraTokens)
	offsetError := g.ReduceMean(g.Abs(g.Sub(out.offsets, in["offsets"])), 2)
	cellError := g.ReduceSum(g.Add(g.Mul(cellLoss, in["thing_weight"]), g.Mul(offsetError, in["offset_weight"])), 1)
	loss := g.Add(g.ReduceAllSum(g.Mul(n.actCost(out, in, actError), in["act_weight"])), g.ReduceAllSum(pointError))
	loss = g.Add(loss, g.ReduceAllSum(g.Mul(tokenLoss, g.Reshape(in["text_weight"], n.batch*n.Text))))
	loss = g.Add(loss, g.ReduceAllSum(cellError))
	return []*g.Node{loss, actError, tokenLoss, pointError, cellError}
}

// actCost is what the actions of each text cost: [batch*texts].
func (n *net) actCost(out heads, in map[string]*g.Node, actError *g.Node) *g.Node {
	if n.Bins > 0 {
		return g.ReduceMean(g.Reshape(crossEntropy(out.bins, in["action_bins"]), -1, n.Chunk*n.Dims), 1)
	}
	// Absolute error alone aims at the median, and where a policy cannot tell going
	// from resting the median is often rest: it stalls. The squared error pulls
	// towards the mean, which moves on.
	off := g.Sub(out.actions, in["actions"])
	return g.Add(actError, g.ReduceMean(g.Mul(off, off), 1, 2))
}

// crossEntropy is the negative log likelihood of each row's target: [rows].
func crossEntropy(logits, targets *g.Node) *g.Node {
	rows, classes := logits.Shape().Dimensions[0], logits.Shape().Dimensions[1]
	z := g.Sub(logits, g.StopGradient(g.ReduceAndKeep(logits, g.ReduceMax, -1)))
	wanted := g.OneHot(g.Reshape(targets, rows), classes, dtypes.Float32)
	return g.Sub(g.Log(g.ReduceSum(g.Exp(z), -1)), g.ReduceSum(g.Mul(z, wanted), -1))
}

// Errors are a row's, without its weights.
type Errors struct {
	Action float64 // mean |error|, -1..1 units
	Text   float64 // mean negative log likelihood of the predicted tokens
	Point  float64 // weighted
}

// Of are the errors of row, which is the k-th of the i-th observation.
func (r *Result) Of(c Config, i, k int, row Row) Errors {
	s := c.spans()[k]
	var e Errors
	e.Action = float64(r.ActError[i*len(c.lengths())+k])
	for at := row.Predict - 1; at < len(row.Tokens)-1; at++ {
		e.Text += float64(r.TokenLoss[i*c.Text+s.text+at]) / float64(len(row.Tokens)-row.Predict)
	}
	for _, v := range r.PointError[i*c.Suffix()+s.suffix:][:s.rows] {
		e.Point += float64(v)
	}
	return e
}

// Step computes losses and gradients of one batch. Free the result.
func (s *Stepper) Step(w *Weights, b *Batch) (*Result, error) {
	results, errs := make([]*Result, len(s.shares)), make([]error, len(s.shares))
	var wait sync.WaitGroup
	for k, own := range s.shares {
		wait.Go(func() {
			batch := b
			if own.batch != nil {
				batch = own.batch
				batch.take(b, k, s.config)
			}
			results[k], errs[k] = s.run(own.program, w, batch)
		})
	}
	wait.Wait()
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	for _, r := range results[1:] {
		results[0].add(r)
	}
	return results[0], nil
}

func (s *Stepper) run(p *engine.Program, w *Weights, b *Batch) (*Result, error) {
	out, err := p.Run(append(append([]*engine.Tensor{}, w.Tensor...), b.tensors(s.config, false)...)...)
	if err != nil {
		return nil, err
	}
	r := &Result{outputs: out}
	grads := out[min(lossOutputs, len(out)):]
	for _, p := range s.params {
		if p.Frozen {
			r.Grad = append(r.Grad, nil)
			continue
		}
		if len(grads) == 0 {
			return nil, fmt.Errorf("model: step gave %d outputs, too few for its %d weight arrays", len(out), len(s.params))
		}
		r.Grad = append(r.Grad, grads[0].F32)
		grads = grads[1:]
	}
	r.Loss, r.ActError, r.TokenLoss, r.PointError, r.CellError = out[0].F32[0], out[1].F32, out[2].F32, out[3].F32, out[4].F32
	return r, nil
}

// add appends the observations of another result, which it frees.
func (r *Result) add(other *Result) {
	r.Loss += other.Loss
	r.ActError = slices.Concat(r.ActError, other.ActError)
	r.TokenLoss = slices.Concat(r.TokenLoss, other.TokenLoss)
	r.PointError = slices.Concat(r.PointError, other.PointError)
	r.CellError = slices.Concat(r.CellError, other.CellError)
	AddGrad(r.Grad, other.Grad)
	other.Free()
}

// AddGrad adds gradients of the same arrays to sum; nil ones have nothing to add.
func AddGrad(sum, grads [][]float32) {
	for i, grad := range grads {
		to := sum[i][:len(grad)]
		for j, v := range grad {
			to[j] += v
		}
	}
}

// Close frees the compiled step.
func (s *Stepper) Close() {
	for _, own := range s.shares {
		own.program.Close()
		if own.batch != nil {
			own.batch.Free(s.config)
		}
	}
}
