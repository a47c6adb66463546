package export

import (
	"fmt"
	"math"

	"hyt/trainer/model"
)

// network writes the parts of the model into a graph, at batch 1: rows are
// [positions, Width], keys and values [Heads, positions, Width/Heads]. It is
// trainer/model's forward pass cut at the points where state is kept.
type network struct {
	*graph
	c model.Config
	w *model.Weights
}

func (n *network) param(name string) string {
	for i, p := range n.w.Params {
		if p.Name == name {
			return n.weights(name, n.w.Tensor[i].F32, p.Dims...)
		}
	}
	panic(fmt.Sprintf("export: the model has no weights %q", name)) // a mistake in this package
}

func (n *network) dense(name, x string) string {
	return n.add(n.matmul(x, n.param(name+".w")), n.param(name+".b"))
}

// image: uint8 [1, 1, side, side, 3] → [ImageTokens, Width].
func (n *network) image(images string) string {
	x := n.op("Cast", []string{n.reshape(images, 1, model.ImageSide, model.ImageSide, model.Channels)}, intAttr("to", typeFloat))
	x = n.add(n.mul(x, n.scalar(model.PixelScale)), n.scalar(model.PixelShift))
	kernel := n.weights(kernelName, convolution(n.w.Get("stem1.w"), n.c.Stem1),
		n.c.Stem1, model.Channels, model.Window, model.Window)
	x = n.op("Conv", []string{n.transpose(x, 0, 3, 1, 2), kernel, n.param("stem1.b")},
		intsAttr("strides", model.Stride, model.Stride),
		intsAttr("pads", model.Border, model.Border, model.Border-1, model.Border-1))
	side := int64(model.ImageSide / model.Stride)
	x = n.fold(n.transpose(n.silu(x), 0, 2, 3, 1), side, int64(n.c.Stem1))
	x = n.fold(n.silu(n.dense("stem2", x)), side/2, int64(n.c.Stem2))
	return n.add(n.dense("stem3", x), n.param("image.pos"))
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

// fold joins each 2x2 square of a side x side map into one row.
func (n *network) fold(x string, side, ch int64) string {
	x = n.transpose(n.reshape(x, side/2, 2, side/2, 2*ch), 0, 2, 1, 3)
	return n.reshape(x, -1, 4*ch)
}

// proprio: float [1, ProprioDims] in units → [1, Width].
func (n *network) proprio(p string) string {
	mid := n.weights("proprio.mid", model.ProprioMid[:], model.ProprioDims)
	span := n.weights("proprio.span", model.ProprioSpan[:], model.ProprioDims)
	p = n.op("Div", []string{n.op("Sub", []string{p, mid}), span})
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

// keysValues projects normed rows of layer i to [Heads, positions, dh] twice.
func (n *network) keysValues(i int, normed string) (k, v string) {
	return n.project(layer(i, "k"), normed), n.project(layer(i, "v"), normed)
}

func (n *network) project(name, x string) string {
	h, dh := int64(n.c.Heads), int64(n.c.Width/n.c.Heads)
	return n.transpose(n.reshape(n.matmul(x, n.param(name)), -1, h, dh), 1, 0, 2)
}

// rest is a block after its keys and values are known: attention over k and v,
// with an optional mask [rows, keys], then the MLP.
func (n *network) rest(i int, x, normed, k, v, mask string) string {
	scale := n.scalar(float32(1 / math.Sqrt(float64(n.c.Width/n.c.Heads))))
	scores := n.matmul(n.mul(n.project(layer(i, "q"), normed), scale), n.transpose(k, 0, 2, 1))
	if mask != "" {
		scores = n.add(scores, mask)
	}
	seen := n.matmul(n.op("Softmax", []string{scores}, intAttr("axis", -1)), v)
	rows := n.reshape(n.transpose(seen, 1, 0, 2), -1, int64(n.c.Width))
	x = n.add(x, n.matmul(rows, n.param(layer(i, "o"))))
	up := n.add(n.matmul(n.norm(layer(i, "norm2"), x), n.param(layer(i, "up"))), n.param(layer(i, "up.b")))
	return n.add(x, n.matmul(n.silu(up), n.param(layer(i, "down"))))
}

func layer(i int, name string) string { return fmt.Sprintf("layer%d.%s", i, name) }
