package policytest

import "fmt"

// burden adds what a Fragile model fails at, and its Work, to a value, which they
// leave as it is: it returns that value's new name.
func (m *Model) burden(g *graph, value string) string {
	if m.opts.Fragile {
		g.floats("sound", make([]float32, FailAt), FailAt)
		g.ints("gripper at", []int64{width - 1}, 1)
		g.node("Gather", "gripper", []string{"proprio", "gripper at"}, intAttr("axis", 1))
		g.node("Cast", "opening", []string{"gripper"}, intAttr("to", typeInt64))
		g.node("Gather", "nothing", []string{"sound", "opening"}, intAttr("axis", 0)) // [1, 1], or an error
		g.node("Add", "robust "+value, []string{value, "nothing"})
		value = "robust " + value
	}
	if m.opts.Work == 0 {
		return value
	}
	const side = 256
	g.floats("zeros", make([]float32, side*side), side, side)
	g.ints("all", []int64{0, 1}, 2)
	g.ints("red at", []int64{0}, 1)
	g.node("Gather", "seed", []string{value, "red at"}, intAttr("axis", 1)) // [1, 1]
	g.node("Add", "product 0", []string{"zeros", "seed"})
	for i := range m.opts.Work {
		g.node("MatMul", fmt.Sprintf("product %d", i+1), []string{fmt.Sprintf("product %d", i), "zeros"})
	}
	g.node("ReduceSum", "zero", []string{fmt.Sprintf("product %d", m.opts.Work), "all"}, intAttr("keepdims", 1))
	g.node("Add", "late "+value, []string{value, "zero"})
	return "late " + value
}
