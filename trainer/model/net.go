package model

import (
	"math"

	"github.com/gomlx/compute/dtypes"
	g "github.com/gomlx/gomlx/core/graph"

	"hyt/trainer/engine"
)

// NormEpsilon keeps the norm of an all-zero vector finite.
const NormEpsilon = 1e-5

// ProprioTurns are the frequencies at which each normalised number is also given
// as sine and cosine (times pi), so that a place can be attended to by value.
var ProprioTurns = [...]float32{0.5, 1, 2, 4}

// proprioFeatures is how many numbers one of proprioception becomes.
const proprioFeatures = 1 + 2*len(ProprioTurns)

// net is the graph under construction: configuration, weight nodes, and the parts
// that the backbones share.
type net struct {
	Config
	w     map[string]*g.Node
	batch int
}

func newNet(c Config, params []Param, nodes []*g.Node, batch int) *net {
	n := &net{Config: c, w: make(map[string]*g.Node, len(params)), batch: batch}
	for i, p := range params {
		n.w[p.Name] = nodes[i]
	}
	return n
}

// heads are the network's outputs.
type heads struct {
	logits  *g.Node // [batch*Text, Vocab], of the next token
	actions *g.Node // [batch*texts, Chunk, Dims], -1..1; of bins, the mean
	bins    *g.Node // [batch*texts*Chunk*Dims, Bins], logits; nil for a continuous head
	pooled  *g.Node // [batch*texts, Width], the mean of what the action head reads
	// Used in pretraining, and where rows point at targets:
	points *g.Node // [batch, Suffix, PointDims]
	// Used in pretraining only:
	things  *g.Node // [batch*CameraTokens, 1+Things], logits: nothing, or what has its centre in the token's cell
	offsets *g.Node // [batch, CameraTokens, CellDims]
}

// forward computes the outputs from Batch's inputs, by name.
func (n *net) forward(in map[string]*g.Node) heads {
	prefix := n.image(in["patches"])
	if n.Proprio > 0 {
		prefix = g.Concatenate([]*g.Node{prefix, n.proprio(in["proprio"])}, 1)
	}
	suffix, seen := n.backbone().rows(n, prefix, n.texts(in["tokens"], in["mask"]))
	cells := flatten(g.Slice(seen, g.AxisRange(), g.AxisRange(0, CameraTokens)))
	out := g.Reshape(n.norm("norm", flatten(suffix)), n.batch, n.Suffix(), n.Width)
	var texts, queries []*g.Node
	for _, s := range n.spans() {
		texts = append(texts, part(out, s.suffix, s.length))
		queries = append(queries, part(out, s.suffix+s.length, n.Chunk))
	}
	query, asked := joined(queries), n.batch*len(queries)
	h := heads{
		logits:  g.MatMul(flatten(joined(texts)), n.w["head.w"]),
		pooled:  g.ReduceMean(g.Reshape(query, asked, n.Chunk, n.Width), 1),
		points:  g.Reshape(n.dense("point", flatten(out)), n.batch, n.Suffix(), PointDims),
		things:  n.dense("thing", cells),
		offsets: g.Reshape(n.dense("offset", cells), n.batch, CameraTokens, CellDims),
	}
	if n.Bins == 0 {
		h.actions = g.Reshape(n.dense("action", flatten(query)), asked, n.Chunk, n.Dims)
		return h
	}
	h.bins = g.Reshape(n.dense("bins", flatten(query)), asked*n.Chunk*n.Dims, n.Bins)
	mean := g.ReduceSum(g.Mul(engine.Softmax(h.bins), constant(prefix.Graph(), n.BinCentres())), -1)
	h.actions = g.Reshape(mean, asked, n.Chunk, n.Dims)
	return h
}

// image turns windows into image tokens: [batch, ImageTokens, Width]. All cameras
// share the stem and the positions; a vector for each tells them apart.
func (n *net) image(patches *g.Node) *g.Node {
	images := n.batch * n.Cameras
	x := g.Reshape(patches, images*stemTokens, patchLen)
	x = engine.Silu(n.dense("stem1", x))
	x = engine.Silu(n.dense("stem2", fold(x, images, stemSide, n.Stem1)))
	x = n.dense("stem3", fold(x, images, stemSide/2, n.Stem2))
	x = g.Reshape(x, n.batch, n.Cameras, CameraTokens, n.Width)
	x = g.Add(x, g.InsertAxes(n.w["image.pos"], 0, 0))
	if n.Cameras > 1 {
		x = g.Add(x, g.InsertAxes(n.w["cameras"], 0, 1))
	}
	return g.Reshape(x, n.batch, n.ImageTokens(), n.Width)
}

// fold joins each 2x2 square of a side x side map into one row of 4 channels'
// worth: [images*side*side, ch] → [images*(side/2)^2, 4*ch].
func fold(x *g.Node, images, side, ch int) *g.Node {
	x = g.Reshape(x, images, side/2, 2, side/2, 2*ch)
	x = g.TransposeAllAxes(x, 0, 1, 3, 2, 4)
	return g.Reshape(x, images*side*side/4, 4*ch)
}

// proprio is one token: [batch, 1, Width].
func (n *net) proprio(p *g.Node) *g.Node {
	p = g.Div(g.Sub(p, g.InsertAxes(n.w[ProprioMid], 0)), g.InsertAxes(n.w[ProprioSpan], 0))
	parts := []*g.Node{p}
	for _, f := range ProprioTurns {
		a := g.MulScalar(p, math.Pi*float64(f))
		parts = append(parts, g.Sin(a), g.Cos(a))
	}
	x := engine.Silu(n.dense("proprio1", g.Concatenate(parts, 1)))
	return g.InsertAxes(n.dense("proprio2", x), 1)
}

// text is one of the observation's texts in the graph.
type text struct {
	span
	embedded *g.Node // [batch, length, Width]
	mask     *g.Node // [batch, 1, rows, keys]: the same for every head
}

// texts embeds the tokens.
func (n *net) texts(tokens, mask *g.Node) []text {
	ids := g.Reshape(tokens, n.batch*n.Text)
	x := g.MatMul(g.OneHot(ids, n.Vocab, dtypes.Float32), n.w["embed"])
	x = g.Reshape(x, n.batch, n.Text, n.Width)
	var list []text
	for _, s := range n.spans() {
		m := part(mask, s.mask, s.rows*s.keys)
		list = append(list, text{s, part(x, s.text, s.length), g.Reshape(m, n.batch, 1, s.rows, s.keys)})
	}
	return list
}

// part is some of x along the second axis.
func part(x *g.Node, first, n int) *g.Node {
	if x.Shape().Dimensions[1] == n {
		return x
	}
	return g.Slice(x, g.AxisRange(), g.AxisRange(first, first+n))
}

// joined lays parts side by side along the second axis.
func joined(parts []*g.Node) *g.Node {
	if len(parts) == 1 {
		return parts[0]
	}
	return g.Concatenate(parts, 1)
}

// project maps rows to [batch, Heads, length, Width/Heads].
func (n *net) project(name string, x *g.Node) *g.Node {
	y := g.Reshape(g.MatMul(x, n.w[name]), n.batch, -1, n.Heads, n.Width/n.Heads)
	return g.TransposeAllAxes(y, 0, 2, 1, 3)
}

// attend is scaled dot-product attention; the result has rows x Width.
func (n *net) attend(q, k, v, mask *g.Node) *g.Node {
	heads := [][2]int{{0, 0}, {1, 1}}
	q = g.MulScalar(q, 1/math.Sqrt(float64(n.Width/n.Heads)))
	scores := g.EinsumAxes(q, k, [][2]int{{3, 3}}, heads) // [batch, heads, q, k]
	if mask != nil {
		scores = g.Add(scores, mask)
	}
	out := g.EinsumAxes(engine.Softmax(scores), v, [][2]int{{3, 2}}, heads) // [batch, heads, q, dh]
	return g.Reshape(g.TransposeAllAxes(out, 0, 2, 1, 3), -1, n.Width)
}

// join adds attention and MLP to the residual stream.
func (n *net) join(name func(string) string, x, attention *g.Node) *g.Node {
	x = g.Add(x, g.MatMul(attention, n.w[name("o")]))
	h := engine.Silu(n.dense1(name("up"), name("up.b"), n.norm(name("norm2"), x)))
	return g.Add(x, g.MatMul(h, n.w[name("down")]))
}

// mlp lists the weights of join after the attention's.
func mlp(c Config, name func(string) string, back float64) []Param {
	return []Param{ones(name("norm2"), c.Width), matrix(name("up"), c.Width, c.Hidden, 1), bias(name("up.b"), c.Hidden),
		matrix(name("down"), c.Hidden, c.Width, back)}
}

// norm scales each row to unit root mean square, times a learned gain.
func (n *net) norm(name string, x *g.Node) *g.Node {
	return g.Mul(engine.UnitRMS(x, NormEpsilon), g.InsertAxes(n.w[name], 0))
}

func (n *net) dense(name string, x *g.Node) *g.Node { return n.dense1(name+".w", name+".b", x) }

func (n *net) dense1(w, b string, x *g.Node) *g.Node {
	return g.Add(g.MatMul(x, n.w[w]), g.InsertAxes(n.w[b], 0))
}

// flatten joins all but the last axis to rows.
func flatten(x *g.Node) *g.Node {
	last := x.Shape().Dimensions[x.Rank()-1]
	return g.Reshape(x, x.Shape().Size()/last, last)
}

func constant(graph *g.Graph, row []float32) *g.Node {
	return g.InsertAxes(g.Const(graph, append([]float32(nil), row...)), 0)
}
