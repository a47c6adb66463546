package model

import (
	"fmt"
	"math"
	"math/rand/v2"

	g "github.com/gomlx/gomlx/core/graph"
)

// lstm reads the text one token after another (Hochreiter and Schmidhuber, 1997)
// and what is in the images by attention: its rows look at the prefix twice. The
// queries start from the last valid row. What it remembers has a fixed size.
type lstm struct{}

// Reads is how often an LSTM's rows look at the prefix.
const Reads = 2

// Gates of an LSTM in the order of its weights' columns, which is ONNX's: input,
// output, forget, cell.
const gates = 4

func cell(i int, name string) string { return fmt.Sprintf("lstm%d.%s", i, name) }

func look(i int, name string) string { return fmt.Sprintf("read%d.%s", i, name) }

func (lstm) params(c Config) []Param {
	d := c.Width
	ps := []Param{ones("memory.norm", d)}
	for i := range c.Layers {
		ps = append(ps, matrix(cell(i, "start.w"), d, d, 1), bias(cell(i, "start.b"), d),
			matrix(cell(i, "w"), d, gates*d, 1), matrix(cell(i, "r"), d, gates*d, 1),
			Param{Name: cell(i, "b"), Dims: []int{gates * d}, init: rememberAtFirst(d)})
	}
	ps = append(ps, matrix("query.w", d, d, 1), ones("query.norm", d))
	back := 1 / math.Sqrt(2*float64(Reads))
	for i := range Reads {
		ps = append(ps, ones(look(i, "norm1"), d))
		for _, name := range []string{"q", "k", "v"} {
			ps = append(ps, matrix(look(i, name), d, d, 1))
		}
		ps = append(ps, matrix(look(i, "o"), d, d, back))
		ps = append(ps, mlp(c, func(name string) string { return look(i, name) }, back)...)
	}
	return ps
}

// rememberAtFirst is a bias of 1 for the forget gate, so that gradients reach far
// back from the first step.
func rememberAtFirst(d int) func(*rand.Rand, []float32) {
	return func(_ *rand.Rand, w []float32) {
		for i := range d {
			w[2*d+i] = 1
		}
	}
}

func (l lstm) rows(n *net, prefix *g.Node, texts []text) (*g.Node, *g.Node) {
	memory := g.Reshape(n.norm("memory.norm", flatten(prefix)), n.batch, n.Prefix(), n.Width)
	mean := g.ReduceMean(memory, 1)
	var parts []*g.Node
	for _, x := range texts {
		outputs := x.embedded
		for i := range n.Layers {
			outputs = l.run(n, i, mean, outputs)
		}
		last := g.MatMul(n.norm("query.norm", l.last(n, x, outputs)), n.w["query.w"])
		parts = append(parts, outputs, g.Add(g.InsertAxes(n.w["queries"], 0), g.InsertAxes(last, 1)))
	}
	rows := flatten(g.Concatenate(parts, 1))
	flat := flatten(memory)
	for i := range Reads {
		name := func(s string) string { return look(i, s) }
		k, v := n.project(name("k"), flat), n.project(name("v"), flat)
		q := n.project(name("q"), n.norm(name("norm1"), rows))
		rows = n.join(name, rows, n.attend(q, k, v, nil))
	}
	return g.Reshape(rows, n.batch, n.Suffix(), n.Width), prefix
}

// run takes one LSTM over its inputs [batch, length, Width], from a state that
// depends on what is seen; it gives its output after each.
func (lstm) run(n *net, i int, seen, inputs *g.Node) *g.Node {
	d, length := n.Width, inputs.Shape().Dimensions[1]
	h := g.Tanh(n.dense(cell(i, "start"), seen))
	c := g.ZerosLike(h)
	all := g.Reshape(n.dense1(cell(i, "w"), cell(i, "b"), flatten(inputs)), n.batch, length, gates*d)
	outputs := make([]*g.Node, length)
	for t := range outputs {
		x := g.Reshape(g.Slice(all, g.AxisRange(), g.AxisRange(t, t+1)), n.batch, gates*d)
		x = g.Add(x, g.MatMul(h, n.w[cell(i, "r")]))
		gate := func(k int) *g.Node { return g.Slice(x, g.AxisRange(), g.AxisRange(k*d, (k+1)*d)) }
		in, out, forget := g.Sigmoid(gate(0)), g.Sigmoid(gate(1)), g.Sigmoid(gate(2))
		c = g.Add(g.Mul(forget, c), g.Mul(in, g.Tanh(gate(3))))
		h = g.Mul(out, g.Tanh(c))
		outputs[t] = g.InsertAxes(h, 1)
	}
	return g.Concatenate(outputs, 1)
}

// last is the row of x's last valid token, [batch, Width]: where the mask of the
// queries ends.
func (lstm) last(n *net, x text, outputs *g.Node) *g.Node {
	from := n.Prefix()
	row := g.Slice(x.mask, g.AxisRange(), g.AxisRange(), g.AxisRange(x.length, x.length+1), g.AxisRange(from, from+x.length))
	valid := g.AddScalar(g.MulScalar(g.Reshape(row, n.batch, x.length), -1/Hidden), 1) // 1 for valid tokens, 0 behind them
	next := g.Concatenate([]*g.Node{
		g.Slice(valid, g.AxisRange(), g.AxisRange(1, x.length)), g.ZerosLike(g.Slice(valid, g.AxisRange(), g.AxisRange(0, 1))),
	}, 1)
	return g.ReduceSum(g.Mul(outputs, g.InsertAxes(g.Sub(valid, next), 2)), 1)
}
