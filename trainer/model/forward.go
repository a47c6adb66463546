package model

import (
	"fmt"
	"math"

	"github.com/gomlx/compute/dtypes"
	g "github.com/gomlx/gomlx/core/graph"

	"hyt/trainer/engine"
)

// NormEpsilon keeps the norm of an all-zero vector finite.
const NormEpsilon = 1e-5

// Proprioception in units → about -1..1: (value - ProprioMid) / ProprioSpan.
var (
	ProprioMid  = [ProprioDims]float32{0, 0, 0.13, 0, 0.5}
	ProprioSpan = [ProprioDims]float32{0.3, 0.3, 0.13, math.Pi / 2, 0.5}
)

// ProprioTurns are the frequencies at which each normalised number is also given
// as sine and cosine (times pi), so that a place can be attended to by value.
var ProprioTurns = [...]float32{0.5, 1, 2, 4}

const proprioFeatures = ProprioDims * (1 + 2*4)

// net is the graph under construction: configuration and weight nodes.
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
	actions *g.Node // [batch, Chunk, Dims], -1..1

	// Used in pretraining only:
	points  *g.Node // [batch, Suffix, PointDims]
	things  *g.Node // [batch*ImageTokens, 1+Things], logits: nothing, or what has its centre in the token's cell
	offsets *g.Node // [batch, ImageTokens, CellDims]
}

// forward computes the outputs for
//
//	patches float32 [batch, stemTokens, patchLen]  (Unfold)
//	proprio float32 [batch, ProprioDims]           units
//	tokens  int64   [batch, Text]
//	mask    float32 [batch, Suffix, Keys]          added to attention scores: 0 or very negative
func (n *net) forward(patches, proprio, tokens, mask *g.Node) heads {
	prefix := g.Concatenate([]*g.Node{n.image(patches), n.proprio(proprio)}, 1)
	suffix := g.Concatenate([]*g.Node{n.text(tokens), n.queries(prefix.Graph())}, 1)
	mask = g.InsertAxes(mask, 1) // [batch, 1, Suffix, Keys]: the same for every head

	prefix, suffix = n.rows(prefix), n.rows(suffix)
	var seen *g.Node // the last prefix that is computed in full
	for i := range n.Layers {
		seen = prefix
		prefix, suffix = n.block(i, prefix, suffix, mask)
	}

	seen = g.Reshape(seen, n.batch, Prefix, n.Width)
	cells := n.rows(g.Slice(seen, g.AxisRange(), g.AxisRange(0, ImageTokens)))
	out := g.Reshape(n.norm("norm", suffix), n.batch, n.Suffix(), n.Width)
	text := g.Slice(out, g.AxisRange(), g.AxisRange(0, n.Text))
	query := n.rows(g.Slice(out, g.AxisRange(), g.AxisRange(n.Text, n.Suffix())))
	return heads{
		logits:  g.MatMul(n.rows(text), n.w["head.w"]),
		actions: g.Reshape(n.dense("action", query), n.batch, n.Chunk, n.Dims),
		points:  g.Reshape(n.dense("point", n.rows(out)), n.batch, n.Suffix(), PointDims),
		things:  n.dense("thing", cells),
		offsets: g.Reshape(n.dense("offset", cells), n.batch, ImageTokens, CellDims),
	}
}

// image turns windows into ImageTokens tokens: [batch, ImageTokens, Width].
func (n *net) image(patches *g.Node) *g.Node {
	x := g.Reshape(patches, n.batch*stemTokens, patchLen)
	x = silu(n.dense("stem1", x))
	x = silu(n.dense("stem2", n.fold(x, stemSide, n.Stem1)))
	x = n.dense("stem3", n.fold(x, stemSide/2, n.Stem2))
	return g.Add(g.Reshape(x, n.batch, ImageTokens, n.Width), g.InsertAxes(n.w["image.pos"], 0))
}

// fold joins each 2x2 square of a side x side map into one row of 4 channels'
// worth: [batch*side*side, ch] → [batch*(side/2)^2, 4*ch].
func (n *net) fold(x *g.Node, side, ch int) *g.Node {
	x = g.Reshape(x, n.batch, side/2, 2, side/2, 2*ch)
	x = g.TransposeAllAxes(x, 0, 1, 3, 2, 4)
	return g.Reshape(x, n.batch*side*side/4, 4*ch)
}

// proprio is one token: [batch, 1, Width].
func (n *net) proprio(p *g.Node) *g.Node {
	graph := p.Graph()
	p = g.Div(g.Sub(p, constant(graph, ProprioMid[:])), constant(graph, ProprioSpan[:]))
	parts := []*g.Node{p}
	for _, f := range ProprioTurns {
		a := g.MulScalar(p, math.Pi*float64(f))
		parts = append(parts, g.Sin(a), g.Cos(a))
	}
	x := silu(n.dense("proprio1", g.Concatenate(parts, 1)))
	return g.InsertAxes(n.dense("proprio2", x), 1)
}

// text embeds the tokens: [batch, Text, Width].
func (n *net) text(tokens *g.Node) *g.Node {
	ids := g.Reshape(tokens, n.batch*n.Text)
	x := g.MatMul(g.OneHot(ids, n.Vocab, dtypes.Float32), n.w["embed"])
	positions := g.Slice(n.w["text.pos"], g.AxisRange(0, n.Text))
	return g.Add(g.Reshape(x, n.batch, n.Text, n.Width), g.InsertAxes(positions, 0))
}

func (n *net) queries(graph *g.Graph) *g.Node {
	return g.BroadcastToDims(g.InsertAxes(n.w["queries"], 0), n.batch, n.Chunk, n.Width)
}

// block is one pre-norm transformer block over both streams, rows x Width. After
// the last block nobody reads the prefix, so there only its keys and values are
// computed.
func (n *net) block(i int, prefix, suffix, mask *g.Node) (*g.Node, *g.Node) {
	name := func(s string) string { return fmt.Sprintf("layer%d.%s", i, s) }
	p, s := n.norm(name("norm1"), prefix), n.norm(name("norm1"), suffix)
	pk, pv := n.project(name("k"), p, Prefix), n.project(name("v"), p, Prefix)
	k := g.Concatenate([]*g.Node{pk, n.project(name("k"), s, n.Suffix())}, 1)
	v := g.Concatenate([]*g.Node{pv, n.project(name("v"), s, n.Suffix())}, 1)
	suffix = n.join(name, suffix, n.attend(n.project(name("q"), s, n.Suffix()), k, v, mask))
	if i == n.Layers-1 {
		return nil, suffix
	}
	return n.join(name, prefix, n.attend(n.project(name("q"), p, Prefix), pk, pv, nil)), suffix
}

// project maps rows to [batch, length, Heads, Width/Heads].
func (n *net) project(name string, x *g.Node, length int) *g.Node {
	return g.Reshape(g.MatMul(x, n.w[name]), n.batch, length, n.Heads, n.Width/n.Heads)
}

// attend is scaled dot-product attention; the result has rows x Width.
func (n *net) attend(q, k, v, mask *g.Node) *g.Node {
	q = g.MulScalar(q, 1/math.Sqrt(float64(n.Width/n.Heads)))
	scores := g.EinsumAxes(q, k, [][2]int{{3, 3}}, [][2]int{{0, 0}, {2, 2}}) // [batch, heads, q, k]
	if mask != nil {
		scores = g.Add(scores, mask)
	}
	out := g.EinsumAxes(engine.Softmax(scores), v, [][2]int{{3, 1}}, [][2]int{{0, 0}, {1, 2}}) // [batch, heads, q, dh]
	return g.Reshape(g.TransposeAllAxes(out, 0, 2, 1, 3), -1, n.Width)
}

// join adds attention and MLP to the residual stream.
func (n *net) join(name func(string) string, x, attention *g.Node) *g.Node {
	x = g.Add(x, g.MatMul(attention, n.w[name("o")]))
	h := silu(n.dense1(name("up"), name("up.b"), n.norm(name("norm2"), x)))
	return g.Add(x, g.MatMul(h, n.w[name("down")]))
}

// norm scales each row to unit root mean square, times a learned gain.
func (n *net) norm(name string, x *g.Node) *g.Node {
	ms := g.AddScalar(g.ReduceAndKeep(g.Mul(x, x), g.ReduceMean, -1), NormEpsilon)
	return g.Mul(g.Div(x, g.Sqrt(ms)), g.InsertAxes(n.w[name], 0))
}

func (n *net) dense(name string, x *g.Node) *g.Node { return n.dense1(name+".w", name+".b", x) }

func (n *net) dense1(w, b string, x *g.Node) *g.Node {
	return g.Add(g.MatMul(x, n.w[w]), g.InsertAxes(n.w[b], 0))
}

// rows flattens all but the last axis.
func (n *net) rows(x *g.Node) *g.Node {
	last := x.Shape().Dimensions[x.Rank()-1]
	return g.Reshape(x, x.Shape().Size()/last, last)
}

func silu(x *g.Node) *g.Node { return g.Mul(x, g.Sigmoid(x)) }

func constant(graph *g.Graph, row []float32) *g.Node {
	return g.InsertAxes(g.Const(graph, append([]float32(nil), row...)), 0)
}
