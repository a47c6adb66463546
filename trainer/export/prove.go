package export

import (
	"fmt"

	"hyt/policy/onnx"
	"hyt/policy/proof"
	"hyt/policy/spec"
	"hyt/trainer/engine"
	"hyt/trainer/model"
)

// Difference is the largest that Prove saw.
type Difference struct {
	proof.Difference
	Rounding proof.Difference // what rounding the weights to integers changes
}

// proofSamples is how many samples stay in the model directory, of some 20 kB each.
const proofSamples = 4

// Prove runs the graphs of the model directory dir against the training graph on the
// same rows, and fails where they differ by more than proof.Tolerance. Some of the rows
// and their results stay in the directory, so that others can do so again. Where the
// directory's weights are integers, the training graph is given the same ones, and what
// the rounding does is measured apart.
func Prove(e *engine.Engine, dir string, w *model.Weights, o Options, rows []model.Row) (d Difference, err error) {
	trained, err := predictRows(e, w, rows)
	if err != nil {
		return d, fmt.Errorf("parity: %w", err)
	}
	if o.Int8 {
		exact := trained
		if trained, err = predictRounded(e, w, rows); err != nil {
			return d, fmt.Errorf("parity: %w", err)
		}
		d.Rounding.Logits, d.Rounding.Actions = proof.Apart(exact.Logits, trained.Logits), proof.Apart(exact.Actions, trained.Actions)
	}
	samples := make([]proof.Sample, len(rows))
	c := w.Config
	for i, row := range rows {
		last := len(row.Tokens) - 1
		samples[i] = proof.Sample{Images: row.Images, Proprio: row.Proprio, Tokens: row.Tokens,
			Logits:  trained.Logits[(i*c.Text+last)*c.Vocab:][:c.Vocab],
			Actions: trained.Actions[i*c.Chunk*c.Dims:][:c.Chunk*c.Dims]}
	}
	if d.Difference, err = proof.Run(dir, graphFiles, samples, onnx.Options{}); err == nil {
		err = d.Error()
	}
	if err != nil {
		return d, fmt.Errorf("parity: %w", err)
	}
	s, err := spec.Load(dir)
	if err != nil {
		return d, err
	}
	if err := proof.Write(dir, samples[:min(proofSamples, len(samples))]); err != nil {
		return d, fmt.Errorf("export: %w", err)
	}
	return d, rewrite(dir, s)
}

// predictRounded is predictRows with weights as quantised ones are read back.
func predictRounded(e *engine.Engine, w *model.Weights, rows []model.Row) (*model.Prediction, error) {
	rounded, err := model.NewWeights(e, w.Config, 0)
	if err != nil {
		return nil, err
	}
	defer rounded.Free()
	for i, p := range w.Params {
		copy(rounded.Tensor[i].F32, w.Tensor[i].F32)
		if quantisable(p) {
			copy(rounded.Tensor[i].F32, dequantise(quantise(w.Tensor[i].F32, p.Dims[1])))
		}
	}
	return predictRows(e, rounded, rows)
}

func predictRows(e *engine.Engine, w *model.Weights, rows []model.Row) (*model.Prediction, error) {
	p, err := model.NewPredictor(e, w.Config, len(rows))
	if err != nil {
		return nil, err
	}
	defer p.Close()
	b, err := model.NewBatch(e, w.Config, len(rows))
	if err != nil {
		return nil, err
	}
	defer b.Free(w.Config)
	for i, row := range rows {
		if err := b.Set(i, w.Config, row); err != nil {
			return nil, err
		}
	}
	return p.Predict(w, b)
}
