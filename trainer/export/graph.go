package export

import (
	"fmt"
	"strings"

	"hyt/trainer/wire"
)

// graph is an ONNX graph under construction. Methods return the name of the
// value that they compute.
type graph struct {
	wire.Graph
	known map[string]bool // constants written already
	count int
}

func newGraph(name string) *graph {
	return &graph{Graph: wire.Graph{Name: name}, known: map[string]bool{}}
}

// input declares an input; see wire.Value for dims.
func (g *graph) input(name string, dtype int64, dims ...any) string {
	g.Inputs = append(g.Inputs, wire.Value(name, dtype, dims...))
	return name
}

// output gives a value the name of an output.
func (g *graph) output(from, name string, dtype int64, dims ...any) {
	g.node("Identity", []string{from}, name)
	g.Outputs = append(g.Outputs, wire.Value(name, dtype, dims...))
}

// op appends an operator with one output.
func (g *graph) op(kind string, inputs []string, attrs ...wire.Attr) string {
	g.count++
	out := fmt.Sprintf("%s_%d", strings.ToLower(kind), g.count)
	g.node(kind, inputs, out, attrs...)
	return out
}

// several appends an operator with several outputs.
func (g *graph) several(kind string, count int, inputs []string, attrs ...wire.Attr) []string {
	g.count++
	names := make([]string, count)
	for i := range names {
		names[i] = fmt.Sprintf("%s_%d_%d", strings.ToLower(kind), g.count, i)
	}
	g.multi(kind, inputs, names, attrs...)
	return names
}

func (g *graph) node(kind string, inputs []string, output string, attrs ...wire.Attr) {
	g.multi(kind, inputs, []string{output}, attrs...)
}

func (g *graph) multi(kind string, inputs, outputs []string, attrs ...wire.Attr) {
	g.Nodes = append(g.Nodes, wire.Node(kind, "", inputs, outputs, attrs...))
}

// weights writes an array once, under its own name.
func (g *graph) weights(name string, data []float32, dims ...int) string {
	if !g.known[name] {
		g.known[name] = true
		wide := make([]int64, len(dims))
		for i, d := range dims {
			wide[i] = int64(d)
		}
		g.Constants = append(g.Constants, wire.Tensor(name, wire.Float, wide, wire.RawFloats(data)))
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
		g.Constants = append(g.Constants, wire.Tensor(name, wire.Int64, []int64{int64(len(vs))}, wire.RawInts(vs)))
	}
	return name
}

// integer is an int64 constant without axes.
func (g *graph) integer(v int64) string {
	name := fmt.Sprintf("int_%d", v)
	if !g.known[name] {
		g.known[name] = true
		g.Constants = append(g.Constants, wire.Tensor(name, wire.Int64, nil, wire.RawInts([]int64{v})))
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
	return g.op("Transpose", []string{x}, wire.IntsAttr("perm", perm...))
}

func (g *graph) concat(axis int64, xs ...string) string {
	return g.op("Concat", xs, wire.IntAttr("axis", axis))
}

func (g *graph) silu(x string) string { return g.mul(x, g.op("Sigmoid", []string{x})) }

// configKey is the metadata entry with the network's configuration as JSON, for
// Read.
const configKey = "hyt.model"

// opset is the version of ONNX's operators that exported graphs use.
const opset = 20

// bytes is the finished ModelProto.
func (g *graph) bytes(config []byte) []byte {
	return g.Model(map[string]int64{"": opset}, map[string]string{configKey: string(config)})
}
