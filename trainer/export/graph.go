package export

import (
	"fmt"
	"strings"
)

// graph is an ONNX graph under construction. Methods return the name of the
// value that they compute.
type graph struct {
	name      string
	nodes     []message
	constants []message
	inputs    []message
	outputs   []message
	known     map[string]bool // constants written already
	count     int
}

func newGraph(name string) *graph { return &graph{name: name, known: map[string]bool{}} }

// input declares an input; see value for dims.
func (g *graph) input(name string, dtype int64, dims ...any) string {
	g.inputs = append(g.inputs, value(name, dtype, dims...))
	return name
}

// output gives a value the name of an output.
func (g *graph) output(from, name string, dtype int64, dims ...any) {
	g.node("Identity", []string{from}, name)
	g.outputs = append(g.outputs, value(name, dtype, dims...))
}

// op appends an operator with one output.
func (g *graph) op(kind string, inputs []string, attrs ...attr) string {
	g.count++
	out := fmt.Sprintf("%s_%d", strings.ToLower(kind), g.count)
	g.node(kind, inputs, out, attrs...)
	return out
}

// several appends an operator with several outputs.
func (g *graph) several(kind string, count int, inputs []string, attrs ...attr) []string {
	g.count++
	names := make([]string, count)
	for i := range names {
		names[i] = fmt.Sprintf("%s_%d_%d", strings.ToLower(kind), g.count, i)
	}
	g.multi(kind, inputs, names, attrs...)
	return names
}

func (g *graph) node(kind string, inputs []string, output string, attrs ...attr) {
	g.multi(kind, inputs, []string{output}, attrs...)
}

func (g *graph) multi(kind string, inputs, outputs []string, attrs ...attr) {
	var m message
	for _, in := range inputs {
		m.text(1, in)
	}
	for _, out := range outputs {
		m.text(2, out)
	}
	m.text(3, outputs[0])
	m.text(4, kind)
	for _, a := range attrs {
		m.bytes(5, a)
	}
	g.nodes = append(g.nodes, m)
}

// weights writes an array once, under its own name.
func (g *graph) weights(name string, data []float32, dims ...int) string {
	if !g.known[name] {
		g.known[name] = true
		wide := make([]int64, len(dims))
		for i, d := range dims {
			wide[i] = int64(d)
		}
		g.constants = append(g.constants, tensor(name, typeFloat, wide, rawFloats(data)))
	}
	return name
}

// scalar is a float constant without axes.
func (g *graph) scalar(v float32) string {
	return g.weights(fmt.Sprintf("scalar_%v", v), []float32{v})
}

// ints is a constant list of int64.
func (g *graph) ints(vs ...int64) string {
	name := "ints" + strings.ReplaceAll(fmt.Sprint(vs), " ", "_")
	if !g.known[name] {
		g.known[name] = true
		g.constants = append(g.constants, tensor(name, typeInt64, []int64{int64(len(vs))}, rawInts(vs)))
	}
	return name
}

// integer is an int64 constant without axes.
func (g *graph) integer(v int64) string {
	name := fmt.Sprintf("int_%d", v)
	if !g.known[name] {
		g.known[name] = true
		g.constants = append(g.constants, tensor(name, typeInt64, nil, rawInts([]int64{v})))
	}
	return name
}

func (g *graph) add(a, b string) string    { return g.op("Add", []string{a, b}) }
func (g *graph) mul(a, b string) string    { return g.op("Mul", []string{a, b}) }
func (g *graph) matmul(a, b string) string { return g.op("MatMul", []string{a, b}) }

// reshape takes -1 for one size that follows from the others.
func (g *graph) reshape(x string, dims ...int64) string {
	return g.op("Reshape", []string{x, g.ints(dims...)})
}

func (g *graph) transpose(x string, perm ...int64) string {
	return g.op("Transpose", []string{x}, intsAttr("perm", perm...))
}

func (g *graph) concat(axis int64, xs ...string) string {
	return g.op("Concat", xs, intAttr("axis", axis))
}

func (g *graph) silu(x string) string { return g.mul(x, g.op("Sigmoid", []string{x})) }

// configKey is the metadata entry with the network's configuration as JSON, for
// Read.
const configKey = "hyt.model"

// bytes is the finished ModelProto.
func (g *graph) bytes(config []byte) []byte {
	var body, set, meta, m message
	for _, n := range g.nodes {
		body.bytes(1, n)
	}
	body.text(2, g.name)
	for _, c := range g.constants {
		body.bytes(5, c)
	}
	for _, in := range g.inputs {
		body.bytes(11, in)
	}
	for _, out := range g.outputs {
		body.bytes(12, out)
	}
	set.text(1, "")
	set.varint(2, opset)
	m.varint(1, irVersion)
	m.text(2, "hyt")
	m.bytes(7, body)
	m.bytes(8, set)
	meta.text(1, configKey)
	meta.bytes(2, config)
	m.bytes(14, meta)
	return m
}
