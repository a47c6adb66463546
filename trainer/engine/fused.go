package engine

import "github.com/gomlx/gomlx/core/graph"

// Softmax is the softmax over the last axis, with a gradient of three passes
// over the data instead of the eight of the composed form. On backends other
// than ONNX it is GoMLX's own.
func Softmax(x *graph.Node) *graph.Node {
	lb, ok := x.Graph().Backend().(*loweringBackend)
	if !ok {
		return graph.Softmax(x, -1)
	}
	// The hook for a custom gradient is an Identity; the builder emits it as
	// Softmax, so that y below is the softmax already.
	lb.fused = "Softmax"
	return graph.IdentityWithCustomGradient(x, func(y, v *graph.Node) *graph.Node {
		vy := graph.Mul(v, y)
		return graph.Sub(vy, graph.Mul(y, graph.ReduceAndKeep(vy, graph.ReduceSum, -1)))
	})
}

// Silu is x times its sigmoid, with a gradient of four passes over the data instead of
// six. On backends other than ONNX it is the composed form.
func Silu(x *graph.Node) *graph.Node {
	if _, ok := x.Graph().Backend().(*loweringBackend); !ok {
		return graph.Mul(x, graph.Sigmoid(x))
	}
	var y *graph.Node
	x = graph.IdentityWithCustomGradient(x, func(x, v *graph.Node) *graph.Node { // v is times the sigmoid s already; 1 + x(1-s) is missing
		return graph.Add(v, graph.Mul(v, graph.Sub(x, y)))
	})
	y = graph.Mul(x, graph.StopGradient(graph.Sigmoid(x)))
	return y
}

// UnitRMS divides each row by its root mean square; epsilon, added to the mean square,
// keeps rows of zeros finite. Its gradient takes five passes over the data instead of
// nine. On backends other than ONNX it is the composed form.
func UnitRMS(x *graph.Node, epsilon float64) *graph.Node {
	rms := func(x *graph.Node) *graph.Node {
		return graph.Sqrt(graph.AddScalar(graph.ReduceAndKeep(graph.Mul(x, x), graph.ReduceMean, -1), epsilon))
	}
	if _, ok := x.Graph().Backend().(*loweringBackend); !ok {
		return graph.Div(x, rms(x))
	}
	var y *graph.Node
	x = graph.IdentityWithCustomGradient(x, func(_, v *graph.Node) *graph.Node { // v is divided by the root mean square already
		return graph.Sub(v, graph.Mul(y, graph.ReduceAndKeep(graph.Mul(v, y), graph.ReduceMean, -1)))
	})
	y = graph.Div(x, graph.StopGradient(rms(x)))
	return y
}
