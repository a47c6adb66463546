package model

import (
	"math"
	"math/rand/v2"

	"github.com/gomlx/compute/dtypes"

	"hyt/trainer/engine"
)

// Axis says what an axis of a weight array counts, where that may be more in a
// model than in the one that it starts from.
type Axis int

const (
	Fixed     Axis = iota
	Tokens         // of the vocabulary
	Positions      // of the text
)

// Param describes one weight array.
type Param struct {
	Name     string
	Dims     []int
	Decay    bool // weight decay applies: matrices yes; norms, biases and positions no
	Pretrain bool // used in training only, not exported
	Frozen   bool // given, not learned
	Rows     Axis // what the first axis counts
	Columns  Axis // what the second axis counts
	init     func(*rand.Rand, []float32)
}

// Size is the number of elements.
func (p Param) Size() int {
	n := 1
	for _, d := range p.Dims {
		n *= d
	}
	return n
}

// Names of the weights that bring proprioception in units to about -1..1:
// (value - mid) / span. They are not learned; see FitProprio.
const (
	ProprioMid  = "proprio.mid"
	ProprioSpan = "proprio.span"
)

// Params lists the network's weights in a fixed order, that of the graph's inputs.
func (c Config) Params() []Param {
	d := c.Width
	ps := []Param{
		matrix("stem1.w", patchLen, c.Stem1, 1), bias("stem1.b", c.Stem1),
		matrix("stem2.w", 4*c.Stem1, c.Stem2, 1), bias("stem2.b", c.Stem2),
		matrix("stem3.w", 4*c.Stem2, d, 1), bias("stem3.b", d),
		{Name: "image.pos", Dims: []int{CameraTokens, d}, init: gridPositions(d)},
	}
	if c.Cameras > 1 {
		ps = append(ps, Param{Name: "cameras", Dims: []int{c.Cameras, d}, init: normal(0.3)})
	}
	if c.Proprio > 0 {
		mid, span := bias(ProprioMid, c.Proprio), ones(ProprioSpan, c.Proprio)
		mid.Frozen, span.Frozen = true, true
		ps = append(ps, mid, span, matrix("proprio1.w", proprioFeatures*c.Proprio, d, 1), bias("proprio1.b", d),
			matrix("proprio2.w", d, d, 1), bias("proprio2.b", d))
	}
	ps = append(ps,
		Param{Name: "embed", Dims: []int{c.Vocab, d}, Rows: Tokens, init: c.tokenInit(0.7)},
		Param{Name: "queries", Dims: []int{c.Chunk, d}, init: normal(0.7)})
	ps = append(ps, c.backbone().params(c)...)
	ps = append(ps, ones("norm", d),
		Param{Name: "head.w", Dims: []int{d, c.Vocab}, Decay: true, Columns: Tokens, init: c.headInit()})
	if c.Bins > 0 {
		ps = append(ps, matrix("bins.w", d, c.Dims*c.Bins, 0.5), bias("bins.b", c.Dims*c.Bins))
	} else {
		ps = append(ps, matrix("action.w", d, c.Dims, 0.5), bias("action.b", c.Dims))
	}
	for _, p := range []Param{
		matrix("point.w", d, PointDims, 0.5), bias("point.b", PointDims),
		matrix("thing.w", d, 1+Things, 0.5), bias("thing.b", 1+Things),
		matrix("offset.w", d, CellDims, 0.5), bias("offset.b", CellDims),
	} {
		p.Pretrain = true
		ps = append(ps, p)
	}
	return ps
}

// Weights are the arrays of Config.Params, in its order.
type Weights struct {
	Config Config
	Params []Param
	Tensor []*engine.Tensor
}

// NewWeights allocates and draws fresh weights; the same seed gives the same.
func NewWeights(e *engine.Engine, c Config, seed uint64) (*Weights, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	w := &Weights{Config: c, Params: c.Params()}
	for i, p := range w.Params {
		t, err := e.NewTensor(dtypes.Float32, p.Dims...)
		if err != nil {
			return nil, err
		}
		p.init(rand.New(rand.NewPCG(seed, uint64(i))), t.F32)
		w.Tensor = append(w.Tensor, t)
	}
	return w, nil
}

// Count is the number of trained numbers.
func (w *Weights) Count() int {
	n := 0
	for _, p := range w.Params {
		if !p.Frozen {
			n += p.Size()
		}
	}
	return n
}

// Free gives the weights' memory back.
func (w *Weights) Free() {
	for _, t := range w.Tensor {
		t.Free()
	}
}

// Get returns the array called name, or nil. It is the weights' own memory.
func (w *Weights) Get(name string) []float32 {
	for i, p := range w.Params {
		if p.Name == name {
			return w.Tensor[i].F32
		}
	}
	return nil
}

func matrix(name string, in, out int, gain float64) Param {
	return Param{Name: name, Dims: []int{in, out}, Decay: true, init: normal(gain / math.Sqrt(float64(in)))}
}

func bias(name string, n int) Param {
	return Param{Name: name, Dims: []int{n}, init: func(*rand.Rand, []float32) {}}
}

func ones(name string, n int) Param {
	return Param{Name: name, Dims: []int{n}, init: func(_ *rand.Rand, w []float32) {
		for i := range w {
			w[i] = 1
		}
	}}
}

func normal(std float64) func(*rand.Rand, []float32) {
	return func(r *rand.Rand, w []float32) {
		for i := range w {
			w[i] = float32(r.NormFloat64() * std)
		}
	}
}

// gridPositions starts the image positions as two-dimensional sines and cosines
// of amplitude 1: as large as the features they are added to, or the network
// finds places late.
func gridPositions(d int) func(*rand.Rand, []float32) {
	return func(_ *rand.Rand, w []float32) {
		for t := range CameraTokens {
			row, col := (float64(t/Grid)+0.5)/Grid, (float64(t%Grid)+0.5)/Grid
			sines(w[t*d:t*d+d/2], col)
			sines(w[t*d+d/2:(t+1)*d], row)
		}
	}
}

// sines fills w with sin and cos of at (0..1) at rising frequencies, half a
// turn to eight turns over the image.
func sines(w []float32, at float64) {
	n := len(w) / 2
	for k := range n {
		f := math.Pi * math.Pow(16, float64(k)/float64(max(n-1, 1)))
		w[2*k], w[2*k+1] = float32(math.Sin(f*at)), float32(math.Cos(f*at))
	}
}

// tokenInit draws token vectors; the place tokens start as the image positions
// do, so that neighbouring bins look alike from the first step.
func (c Config) tokenInit(std float64) func(*rand.Rand, []float32) {
	return func(r *rand.Rand, w []float32) {
		normal(std)(r, w)
		d := c.Width
		for bin := range PlaceBins {
			at := (float64(bin) + 0.5) / PlaceBins
			x, y := w[(c.PlaceX+bin)*d:][:d], w[(c.PlaceY+bin)*d:][:d]
			sines(x[:d/2], at)
			sines(y[d/2:], at)
		}
	}
}

// headInit makes the logits of neighbouring place bins start alike too.
func (c Config) headInit() func(*rand.Rand, []float32) {
	return func(r *rand.Rand, w []float32) {
		d, gain := c.Width, 1/math.Sqrt(float64(c.Width))
		normal(0.5*gain)(r, w)
		row := make([]float32, d)
		for bin := range PlaceBins {
			for axis, first := range []int{c.PlaceX, c.PlaceY} {
				clear(row)
				sines(row[axis*d/2:][:d/2], (float64(bin)+0.5)/PlaceBins)
				for i, v := range row {
					w[i*c.Vocab+first+bin] = v * float32(gain)
				}
			}
		}
	}
}
