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

func (t transformer) rows(n *net, prefix, text, mask *g.Node) (*g.Node, *g.Node) {
	positions := g.Slice(n.w["text.pos"], g.AxisRange(0, n.Text))
	text = g.Add(text, g.InsertAxes(positions, 0))
	queries := g.BroadcastToDims(g.InsertAxes(n.w["queries"], 0), n.batch, n.Chunk, n.Width)
	suffix := flatten(g.Concatenate([]*g.Node{text, queries}, 1))
	mask = g.InsertAxes(mask, 1) // [batch, 1, Suffix, Keys]: the same for every head
	prefix = flatten(prefix)
	var seen *g.Node // the last prefix that is computed in full
	for i := range n.Layers {
		seen = prefix
		prefix, suffix = t.block(n, i, prefix, suffix, mask)
	}
	return g.Reshape(suffix, n.batch, n.Suffix(), n.Width), g.Reshape(seen, n.batch, n.Prefix(), n.Width)
}

// block is one block over both streams, rows x Width. After the last block nobody
// reads the prefix, so there only its keys and values are computed.
func (transformer) block(n *net, i int, prefix, suffix, mask *g.Node) (*g.Node, *g.Node) {
	name := func(s string) string { return layer(i, s) }
	p, s := n.norm(name("norm1"), prefix), n.norm(name("norm1"), suffix)
	pk, pv := n.project(name("k"), p, n.Prefix()), n.project(name("v"), p, n.Prefix())
	k := g.Concatenate([]*g.Node{pk, n.project(name("k"), s, n.Suffix())}, 1)
	v := g.Concatenate([]*g.Node{pv, n.project(name("v"), s, n.Suffix())}, 1)
	suffix = n.join(name, suffix, n.attend(n.project(name("q"), s, n.Suffix()), k, v, mask))
	if i == n.Layers-1 {
		return nil, suffix
	}
	return n.join(name, prefix, n.attend(n.project(name("q"), p, n.Prefix()), pk, pv, nil)), suffix
}
