package model

import (
	"github.com/gomlx/compute/dtypes"
	g "github.com/gomlx/gomlx/core/graph"

	"hyt/trainer/engine"
)

// Hidden is what Mask holds where a row must not look.
const Hidden = -1e9

// Batch is one batch in the memory of the engine. Fill every slice before each
// use; rows of samples that are not wanted get weight zero. Texts is the number of
// an observation's texts.
type Batch struct {
	Size         int            // observations
	Patches      *engine.Tensor // float32 [Size, Cameras, stemTokens, patchLen], see Unfold
	Proprio      *engine.Tensor // float32 [Size, Config.Proprio], units; nil where there is none
	Tokens       *engine.Tensor // int64 [Size, Text], padded after the last valid token
	Mask         *engine.Tensor // float32 [Size, maskSize]: 0 where a row may look, Hidden elsewhere; see FillMask
	Targets      *engine.Tensor // int64 [Size, Text]: the token that follows each position
	TextWeight   *engine.Tensor // float32 [Size, Text]: its weight in the loss, 0 for no target
	Actions      *engine.Tensor // float32 [Size*Texts, Chunk, Dims], -1..1
	ActionBins   *engine.Tensor // int64 [Size*Texts, Chunk*Dims]: their bins; nil for a continuous head
	ActWeight    *engine.Tensor // float32 [Size*Texts]: weight of the mean action error
	Points       *engine.Tensor // float32 [Size, Suffix, PointDims]: where text and query rows point
	PointWeight  *engine.Tensor // float32 [Size, Suffix]: weight of the mean error of a row
	Things       *engine.Tensor // int64 [Size, CameraTokens]: 0, or 1 + the thing whose centre is in the cell
	ThingWeight  *engine.Tensor // float32 [Size, CameraTokens]
	Offsets      *engine.Tensor // float32 [Size, CameraTokens, CellDims]
	OffsetWeight *engine.Tensor // float32 [Size, CameraTokens]
}

// input is one input of the graph, and where its tensor is.
type input struct {
	engine.Input
	tensor  **engine.Tensor
	forward bool // the forward pass reads it
}

// inputs lists the inputs of a batch of size observations. b may be empty.
func (b *Batch) inputs(c Config, size int) []input {
	var list []input
	add := func(to **engine.Tensor, forward bool, name string, t dtypes.DType, dims ...int) {
		list = append(list, input{engine.Input{Name: name, DType: t, Dims: dims}, to, forward})
	}
	f32, i64 := dtypes.Float32, dtypes.Int64
	texts := size * len(c.lengths())
	add(&b.Patches, true, "patches", f32, size, c.Cameras, stemTokens, patchLen)
	if c.Proprio > 0 {
		add(&b.Proprio, true, "proprio", f32, size, c.Proprio)
	}
	add(&b.Tokens, true, "tokens", i64, size, c.Text)
	add(&b.Mask, true, "mask", f32, size, c.maskSize())
	add(&b.Targets, false, "targets", i64, size, c.Text)
	add(&b.TextWeight, false, "text_weight", f32, size, c.Text)
	add(&b.Actions, false, "actions", f32, texts, c.Chunk, c.Dims)
	if c.Bins > 0 {
		add(&b.ActionBins, false, "action_bins", i64, texts, c.Chunk*c.Dims)
	}
	add(&b.ActWeight, false, "act_weight", f32, texts)
	add(&b.Points, false, "points", f32, size, c.Suffix(), PointDims)
	add(&b.PointWeight, false, "point_weight", f32, size, c.Suffix())
	add(&b.Things, false, "things", i64, size, CameraTokens)
	add(&b.ThingWeight, false, "thing_weight", f32, size, CameraTokens)
	add(&b.Offsets, false, "offsets", f32, size, CameraTokens, CellDims)
	add(&b.OffsetWeight, false, "offset_weight", f32, size, CameraTokens)
	return list
}

// NewBatch allocates a batch of size observations.
func NewBatch(e *engine.Engine, c Config, size int) (*Batch, error) {
	b := &Batch{Size: size}
	for _, in := range b.inputs(c, size) {
		t, err := e.NewTensor(in.DType, in.Dims...)
		if err != nil {
			return nil, err
		}
		*in.tensor = t
	}
	return b, nil
}

// Free returns the batch's memory.
func (b *Batch) Free(c Config) {
	for _, in := range b.inputs(c, b.Size) {
		(*in.tensor).Free()
	}
}

// take fills b with the k-th of the parts, of b's size each, of a larger batch.
func (b *Batch) take(from *Batch, k int, c Config) {
	parts := from.tensors(c, false)
	for i, t := range b.tensors(c, false) {
		t.Take(parts[i], k)
	}
}

// tensors are the batch's, in the order of signature.
func (b *Batch) tensors(c Config, forwardOnly bool) []*engine.Tensor {
	var ts []*engine.Tensor
	for _, in := range b.inputs(c, b.Size) {
		if in.forward || !forwardOnly {
			ts = append(ts, *in.tensor)
		}
	}
	return ts
}

// signature is a graph's inputs: all weights, then the batch's.
func signature(c Config, params []Param, size int, forwardOnly bool) []engine.Input {
	var list []engine.Input
	for _, p := range params {
		list = append(list, engine.Input{Name: p.Name, DType: dtypes.Float32, Dims: p.Dims})
	}
	for _, in := range new(Batch).inputs(c, size) {
		if in.forward || !forwardOnly {
			list = append(list, in.Input)
		}
	}
	return list
}

// byName are the batch's nodes of a graph with a signature.
func byName(signature []engine.Input, nodes []*g.Node, weights int) map[string]*g.Node {
	named := map[string]*g.Node{}
	for i, in := range signature[weights:] {
		named[in.Name] = nodes[weights+i]
	}
	return named
}
