package policytest

import "math"

// gateGraph gives the first position's first number, which is the image's mean red.
func (m *Model) gateGraph() []byte {
	g := new(graph)
	g.state()
	g.output("p_think", typeFloat, 1)
	scale := float32(1)
	if m.opts.GateNaN {
		scale = float32(math.NaN())
	}
	g.floats("scale", []float32{scale}, 1)
	g.ints("first", []int64{0}, 1)
	g.ints("single", []int64{1}, 1)
	g.node("Gather", "position", []string{memory, "first"}, intAttr("axis", 3))
	g.node("Gather", "red", []string{"position", "first"}, intAttr("axis", 4))
	g.node("Reshape", "one red", []string{"red", "single"})
	g.node("Mul", "p_think", []string{"one red", "scale"})
	return g.model("gate")
}
