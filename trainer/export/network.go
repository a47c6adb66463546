package export

import (
	"fmt"
	"math"

	"hyt/trainer/model"
	"hyt/trainer/wire"
)

// network writes the parts of the model into a graph, at batch 1: rows are
// [positions, Width], keys and values [Heads, positions, Width/Heads]. It is
// trainer/model's forward pass cut at the points where state is kept.
type network struct {
	*graph
	c    model.Config
	w    *model.Weights
	int8 bool // matrices are stored as 8-bit integers
}

// backbone writes what stands between embeddings and heads, in the pieces that
// the graphs of a model directory have.
type backbone interface {
	// see leaves the state after the prefix [Prefix, Width].
	see(n *network, prefix string)
	// read continues the state by embedded tokens [n, Width] and returns the last
	// token's row [1, Width], which the norm before the heads has not seen yet.
	read(n *network, rows string) string
	// ask returns the query rows [Chunk, Width] of a state, before that norm.
	ask(n *network) string
}

func (n *network) backbone() backbone {
	if n.c.Backbone == model.LSTM {
		return lstm{}
	}
	return transformer{}
}

// param is the array called name. Matrices may be stored as integers.
func (n *network) param(name string) string {
	for i, p := range n.w.Params {
		if p.Name != name {
			continue
		}
		values := n.w.Tensor[i].F32
		if n.int8 && quantisable(p) {
			return n.quantised(name, values, p.Dims[0], p.Dims[1])
		}
		return n.weights(name, values, p.Dims...)
	}
	panic(fmt.Sprintf("export: the model has no weights %q", name)) // a mistake in this package
}

func (n *network) dense(name, x string) string {
	return n.add(n.matmul(x, n.param(name+".w")), n.param(name+".b"))
}

// image: uint8 [1, cameras, side, side, 3] → [ImageTokens, Width].
func (n *network) image(images string) string {
	cameras := int64(n.c.Cameras)
	x := n.op("Cast", []string{n.reshape(images, cameras, model.ImageSide, model.ImageSide, model.Channels)}, wire.IntAttr("to", wire.Float))
	x = n.add(n.mul(x, n.scalar(model.PixelScale)), n.scalar(model.PixelShift))
	kernel := n.weights(kernelName, convolution(n.w.Get("stem1.w"), n.c.Stem1),
		n.c.Stem1, model.Channels, model.Window, model.Window)
	x = n.op("Conv", []string{n.transpose(x, 0, 3, 1, 2), kernel, n.param("stem1.b")},
		wire.IntsAttr("strides", model.Stride, model.Stride),
		wire.IntsAttr("pads", model.Border, model.Border, model.Border-1, model.Border-1))
	side := int64(model.ImageSide / model.Stride)
	x = n.fold(n.transpose(n.silu(x), 0, 2, 3, 1), cameras, side, int64(n.c.Stem1))
	x = n.fold(n.silu(n.dense("stem2", x)), cameras, side/2, int64(n.c.Stem2))
	x = n.dense("stem3", x)
	width := int64(n.c.Width)
	x = n.add(n.reshape(x, cameras, model.CameraTokens, width), n.param("image.pos"))
	if n.c.Cameras > 1 {
		x = n.add(x, n.reshape(n.param("cameras"), cameras, 1, width))
	}
	return n.reshape(x, -1, width)
}

// kernelName is what the weights of stem1 are called once they are a kernel.
const kernelName = "stem1.kernel"

// convolution turns the unfolded weights [row, column, channel in] x [out] into
// a kernel [out, in, row, column].
func convolution(w []float32, out int) []float32 {
	kernel := make([]float32, 0, len(w))
	for o := range out {
		for ch := range model.Channels {
			for at := range model.Window * model.Window {
				kernel = append(kernel, w[(at*model.Channels+ch)*out+o])
			}
		}
	}
	return kernel
}

// fold joins each 2x2 square of the images' side x side maps into one row.
func (n *network) fold(x string, images, side, ch int64) string {
	x = n.transpose(n.reshape(x, images, side/2, 2, side/2, 2*ch), 0, 1, 3, 2, 4)
	return n.reshape(x, -1, 4*ch)
}

// proprio: float [1, Proprio] in units → [1, Width].
func (n *network) proprio(p string) string {
	p = n.op("Div", []string{n.op("Sub", []string{p, n.param(model.ProprioMid)}), n.param(model.ProprioSpan)})
	parts := []string{p}
	for _, f := range model.ProprioTurns {
		a := n.mul(p, n.scalar(float32(math.Pi*float64(f))))
		parts = append(parts, n.op("Sin", []string{a}), n.op("Cos", []string{a}))
	}
	return n.dense("proprio2", n.silu(n.dense("proprio1", n.concat(1, parts...))))
}

// norm scales rows to unit root mean square, times the gain called name.
func (n *network) norm(name, x string) string {
	ms := n.op("ReduceMean", []string{n.mul(x, x), n.ints(-1)})
	rms := n.op("Sqrt", []string{n.add(ms, n.scalar(model.NormEpsilon))})
	return n.mul(n.op("Div", []string{x, rms}), n.param(name))
}

// project maps rows to [Heads, positions, Width/Heads].
func (n *network) project(name, x string) string {
	h, dh := int64(n.c.Heads), int64(n.c.Width/n.c.Heads)
	return n.transpose(n.reshape(n.matmul(x, n.param(name)), -1, h, dh), 1, 0, 2)
}

// rest is a block after its keys and values are known: attention over k and v,
// with an optional mask [rows, keys], then the MLP.
func (n *network) rest(name func(string) string, x, normed, k, v, mask string) string {
	scale := n.scalar(float32(1 / math.Sqrt(float64(n.c.Width/n.c.Heads))))
	scores := n.matmul(n.mul(n.project(name("q"), normed), scale), n.transpose(k, 0, 2, 1))
	if mask != "" {
		scores = n.add(scores, mask)
	}
	seen := n.matmul(n.op("Softmax", []string{scores}, wire.IntAttr("axis", -1)), v)
	rows := n.reshape(n.transpose(seen, 1, 0, 2), -1, int64(n.c.Width))
	x = n.add(x, n.matmul(rows, n.param(name("o"))))
	up := n.add(n.matmul(n.norm(name("norm2"), x), n.param(name("up"))), n.param(name("up.b")))
	return n.add(x, n.matmul(n.silu(up), n.param(name("down"))))
}

func (n *network) gather(data, at string) string {
	return n.op("Gather", []string{data, at}, wire.IntAttr("axis", 0))
}

func (n *network) unsqueeze(x string, axes ...int64) string {
	return n.op("Unsqueeze", []string{x, n.ints(axes...)})
}

func (n *network) squeeze(x string, axes ...int64) string {
	return n.op("Squeeze", []string{x, n.ints(axes...)})
}
