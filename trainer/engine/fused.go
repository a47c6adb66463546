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
