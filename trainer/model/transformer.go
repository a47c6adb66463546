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
	suffix := make([]*g.Node, len(texts)) // each text's rows, apart: they share weights and nothing else
	for i, x := range texts {
		positions := g.Slice(n.w["text.pos"], g.AxisRange(0, x.length))
		suffix[i] = flatten(g.Concatenate([]*g.Node{g.Add(x.embedded, g.InsertAxes(positions, 0)), queries}, 1))
	}
	prefix = flatten(prefix)
	var seen *g.Node // the last prefix that is computed in full
	for i := range n.Layers {
		seen = prefix
		prefix = t.block(n, i, prefix, suffix, texts)
	}
	for i, x := range texts {
		suffix[i] = g.Reshape(suffix[i], n.batch, x.rows, n.Width)
	}
	return joined(suffix), g.Reshape(seen, n.batch, n.Prefix(), n.Width)
}

// block is one block over all streams, rows x Width: it returns the prefix's, and puts
// the texts' in their places. After the last block nobody reads the prefix, so there
// only its keys and values are computed.
func (transformer) block(n *net, i int, prefix *g.Node, suffix []*g.Node, texts []text) *g.Node {
	name := func(s string) string { return layer(i, s) }
	p := n.norm(name("norm1"), prefix)
	pk, pv := n.project(name("k"), p), n.project(name("v"), p)
	for j, x := range texts {
		s := n.norm(name("norm1"), suffix[j])
		k := g.Concatenate([]*g.Node{pk, n.project(name("k"), s)}, 2)
		v := g.Concatenate([]*g.Node{pv, n.project(name("v"), s)}, 2)
		suffix[j] = n.join(name, suffix[j], n.attend(n.project(name("q"), s), k, v, x.mask))
	}
	if i == n.Layers-1 {
		return nil
	}
	return n.join(name, prefix, n.attend(n.project(name("q"), p), pk, pv, nil))
}
