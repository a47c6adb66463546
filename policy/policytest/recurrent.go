package policytest

// The same model with a state of fixed size, as a recurrent net has one: the sum over
// all positions, float32 [1, 1, 1, 1, width], and how many there were, int64 [1, 1].
// Its answers are those of the growing state.

func (m *Model) recurrentImage() []byte {
	g := new(graph)
	m.look(g)
	g.sums(true)
	g.ints("count", []int64{prefix}, 1, 1)
	g.ints("deep", []int64{1, 1, 1, prefix, width}, 5)
	g.ints("axes", []int64{3}, 1)
	g.node("Reshape", "deep rows", []string{"rows", "deep"})
	g.node("ReduceSum", memory+out, []string{"deep rows", "axes"}, intAttr("keepdims", 1))
	g.node("Identity", read+out, []string{"count"})
	return g.model("image")
}

func (m *Model) recurrentExtend() []byte {
	g := new(graph)
	g.input("tokens", typeInt64, 1, -1)
	g.sums(false)
	g.sums(true)
	m.continued(g)
	g.ints("deep", []int64{1, 1, 1, -1, width}, 5)
	g.ints("axes", []int64{3}, 1)
	g.ints("second", []int64{1}, 1)
	g.ints("square", []int64{1, 1}, 2)
	g.node("Reshape", "deep rows", []string{"rows", "deep"})
	g.node("ReduceSum", "fresh", []string{"deep rows", "axes"}, intAttr("keepdims", 1))
	if m.opts.Forgetful {
		g.node("Identity", memory+out, []string{"fresh"})
	} else {
		g.node("Add", memory+out, []string{memory, "fresh"})
	}
	g.node("Shape", "size", []string{"tokens"})
	g.node("Gather", "n", []string{"size", "second"}, intAttr("axis", 0))
	g.node("Reshape", "more", []string{"n", "square"})
	g.node("Add", read+out, []string{read, "more"})
	return g.model("extend")
}

func (m *Model) recurrentAct() []byte {
	g := new(graph)
	g.sums(false)
	g.node("Cast", "count", []string{read}, intAttr("to", typeFloat))
	g.node("Div", "mean", []string{memory, "count"})
	m.gained(g)
	return g.model("act")
}

// sums declares the state as outputs or as inputs.
func (g *graph) sums(outputs bool) {
	if outputs {
		g.output(memory+out, typeFloat, 1, 1, 1, 1, width)
		g.output(read+out, typeInt64, 1, 1)
		return
	}
	g.input(memory, typeFloat, 1, 1, 1, 1, width)
	g.input(read, typeInt64, 1, 1)
}
