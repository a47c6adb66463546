package model

import (
	"fmt"
	"math"

	g "github.com/gomlx/gomlx/core/graph"
)

// transformer is a decoder: pre-norm blocks over prefix and suffix, which share
// their weights.
type transformer struct{}

func layer(i int, name string) string { return fmt.Sprintf("layer%d.%s", i, name) }

func (transformer) params(c Config) []Param {
	ps := []Param{{Name: "text.pos", Dims: []int{c.Positions, c.Width}, Rows: Positions, init: normal(0.3)}}
	back := 1 / math.Sqrt(2*float64(c.Layers)) // keeps the residual stream's scale
	for i := range c.Layers {
		ps = append(ps, ones(layer(i, "norm1"), c.Width))
		for _, name := range []string{"q", "k", "v"} {
			ps = append(ps, matrix(layer(i, name), c.Width, c.Width, 1))
		}
		ps = append(ps, matrix(layer(i, "o"), c.Width, c.Width, back))
		ps = append(ps, mlp(c, func(name string) string { return layer(i, name) }, back)...)
	}
	return ps
}

func (t transformer) rows(n *net, prefix *g.Node, texts []text) (*g.Node, *g.Node) {
	queries := g.BroadcastToDims(g.InsertAxes(n.w["queries"], 0), n.batch, n.Chunk, n.Width)
	var parts []*g.Node
	for _, x := range texts {
		positions := g.Slice(n.w["text.pos"], g.AxisRange(0, x.length))
		parts = append(parts, g.Add(x.embedded, g.InsertAxes(positions, 0)), queries)
	}
	suffix, prefix := flatten(g.Concatenate(parts, 1)), flatten(prefix)
	var seen *g.Node // the last prefix that is computed in full
	for i := range n.Layers {
		seen = prefix
		prefix, suffix = t.block(n, i, prefix, suffix, texts)
	}
	return g.Reshape(suffix, n.batch, n.Suffix(), n.Width), g.Reshape(seen, n.batch, n.Prefix(), n.Width)
}

// block is one block over both streams, rows x Width. After the last block nobody
// reads the prefix, so there only its keys and values are computed.
func (transformer) block(n *net, i int, prefix, suffix *g.Node, texts []text) (*g.Node, *g.Node) {
	name := func(s string) string { return layer(i, s) }
	p, s := n.norm(name("norm1"), prefix), n.norm(name("norm1"), suffix)
	pk, pv := n.project(name("k"), p, n.Prefix()), n.project(name("v"), p, n.Prefix())
	sk, sv, sq := n.project(name("k"), s, n.Suffix()), n.project(name("v"), s, n.Suffix()), n.project(name("q"), s, n.Suffix())
	var read []*g.Node
	for _, x := range texts {
		own := func(rows *g.Node) *g.Node { return part(rows, x.suffix, x.rows) }
		k, v := g.Concatenate([]*g.Node{pk, own(sk)}, 1), g.Concatenate([]*g.Node{pv, own(sv)}, 1)
		read = append(read, g.Reshape(n.attend(own(sq), k, v, x.mask), n.batch, x.rows, n.Width))
	}
	suffix = n.join(name, suffix, flatten(joined(read)))
	if i == n.Layers-1 {
		return nil, suffix
	}
	return n.join(name, prefix, n.attend(n.project(name("q"), p, n.Prefix()), pk, pv, nil)), suffix
}
