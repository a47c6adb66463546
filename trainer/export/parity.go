package export

import (
	"fmt"
	"math"
	"path/filepath"

	"hyt/policy/onnx"
	"hyt/trainer/engine"
	"hyt/trainer/model"
)

// Tolerance is how far exported and trained graph may differ, in logits and in
// normalised actions.
const Tolerance = 1e-4

// Difference is the largest that Parity saw.
type Difference struct {
	Logits, Actions float64
	Rounding        struct{ Logits, Actions float64 } // what rounding the weights to integers changes
}

// Parity runs the model directory's graphs in ONNX Runtime, as the policy does,
// against the training graph on the same rows, and fails where they differ by
// more than Tolerance. The text is read in two pieces, so that a state that is
// continued is checked too. Where the directory's weights are integers, the
// training graph is given the same ones, and what the rounding does is measured
// apart.
func Parity(e *engine.Engine, dir string, w *model.Weights, o Options, rows []model.Row) (Difference, error) {
	var d Difference
	trained, err := predictRows(e, w, rows)
	if err != nil {
		return d, fmt.Errorf("parity: %w", err)
	}
	if o.Int8 {
		exact := trained
		if trained, err = predictRounded(e, w, rows); err != nil {
			return d, fmt.Errorf("parity: %w", err)
		}
		d.Rounding.Logits, d.Rounding.Actions = apart(exact.Logits, trained.Logits), apart(exact.Actions, trained.Actions)
	}
	x, err := openExported(dir, w.Config)
	if err != nil {
		return d, fmt.Errorf("parity: %w", err)
	}
	defer x.close()
	c := w.Config
	for i, row := range rows {
		logits, actions, err := x.run(row)
		if err != nil {
			return d, fmt.Errorf("parity: row %d: %w", i, err)
		}
		last := len(row.Tokens) - 1
		d.Logits = max(d.Logits, apart(logits, trained.Logits[(i*c.Text+last)*c.Vocab:][:c.Vocab]))
		d.Actions = max(d.Actions, apart(actions, trained.Actions[i*c.Chunk*c.Dims:][:c.Chunk*c.Dims]))
	}
	if !(d.Logits <= Tolerance && d.Actions <= Tolerance) {
		return d, fmt.Errorf("parity: exported and trained graph differ by %.2g in logits and %.2g in actions, more than %.0e", d.Logits, d.Actions, Tolerance)
	}
	return d, nil
}

func apart(a, b []float32) float64 {
	worst := 0.0
	for i := range a {
		worst = math.Max(worst, math.Abs(float64(a[i])-float64(b[i]))) // NaN stays NaN
	}
	return worst
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

// exported is a model directory's graphs and the tensors to run them with.
type exported struct {
	image, extend, act *onnx.Graph
	images, proprio    *onnx.Tensor
	logits, actions    *onnx.Tensor
}

func openExported(dir string, c model.Config) (x *exported, err error) {
	x = &exported{}
	defer func() {
		if err != nil {
			x.close()
		}
	}()
	for _, g := range []struct {
		to   **onnx.Graph
		file string
	}{{&x.image, imageFile}, {&x.extend, extendFile}, {&x.act, actFile}} {
		if *g.to, err = onnx.Open(filepath.Join(dir, g.file), onnx.Options{}); err != nil {
			return x, err
		}
	}
	for _, t := range []struct {
		to    **onnx.Tensor
		dtype onnx.Type
		dims  []int64
	}{
		{&x.images, onnx.Uint8, []int64{1, int64(c.Cameras), model.ImageSide, model.ImageSide, model.Channels}},
		{&x.proprio, onnx.Float32, []int64{1, int64(c.Proprio)}},
		{&x.logits, onnx.Float32, []int64{1, int64(c.Vocab)}},
		{&x.actions, onnx.Float32, []int64{1, int64(c.Chunk), int64(c.Dims)}},
	} {
		if t.to == &x.proprio && c.Proprio == 0 {
			continue
		}
		if *t.to, err = onnx.NewTensor(t.dtype, t.dims...); err != nil {
			return x, err
		}
	}
	return x, nil
}

// run is one inference. The results are valid until the next.
func (x *exported) run(row model.Row) (logits, actions []float32, err error) {
	for i, image := range row.Images {
		copy(x.images.Uint8()[i*len(image):], image)
	}
	if x.proprio != nil {
		copy(x.proprio.Float32(), row.Proprio)
	}
	state, err := x.image.Run(x.inputs(), nil, nil)
	if err != nil {
		return nil, nil, err
	}
	defer func() { state.Release() }()
	half := (len(row.Tokens) + 1) / 2
	for _, piece := range [][]int64{row.Tokens[:half], row.Tokens[half:]} {
		if len(piece) == 0 {
			continue
		}
		next, err := x.read(piece, state)
		if err != nil {
			return nil, nil, err
		}
		state.Release()
		state = next
	}
	if _, err := x.act.Run(nil, state, []*onnx.Tensor{x.actions}); err != nil {
		return nil, nil, err
	}
	return x.logits.Float32(), x.actions.Float32(), nil
}

// inputs are the image graph's, in the order that it wants them.
func (x *exported) inputs() []*onnx.Tensor {
	byName := map[string]*onnx.Tensor{"images": x.images, "proprio": x.proprio}
	var list []*onnx.Tensor
	for _, port := range x.image.Inputs() {
		list = append(list, byName[port.Name])
	}
	return list
}

func (x *exported) read(tokens []int64, state *onnx.State) (*onnx.State, error) {
	t, err := onnx.NewTensor(onnx.Int64, 1, int64(len(tokens)))
	if err != nil {
		return nil, err
	}
	defer t.Close()
	copy(t.Int64(), tokens)
	return x.extend.Run([]*onnx.Tensor{t}, state, []*onnx.Tensor{x.logits})
}

func (x *exported) close() {
	for _, g := range []*onnx.Graph{x.image, x.extend, x.act} {
		_ = g.Close() // a nil graph is closed already
	}
	for _, t := range []*onnx.Tensor{x.images, x.proprio, x.logits, x.actions} {
		if t != nil {
			t.Close()
		}
	}
}
