package policytest

// width is the numbers that the tiny model remembers of each position.
const width = 5

// chunk is the actions of a chunk.
const chunk = 8

// prefix is the positions of the image and proprioception.
const prefix = 2

// Two state tensors of different type and rank, as the contract allows:
// what each position means, float32 [1, 1, 1, n, width], and which token stood
// there, int64 [1, n], -1 in the prefix.
const (
	memory = "state.memory"
	read   = "state.read"
	out    = ".out"
)

// imageGraph remembers the mean red, green and blue (0..1), then 1, then 0, as
// the first position, and proprioception as the second.
func (m *Model) imageGraph() []byte {
	g := new(graph)
	m.look(g)
	g.output(memory+out, typeFloat, 1, 1, 1, prefix, width)
	g.output(read+out, typeInt64, 1, prefix)

	g.ints("shape", []int64{1, 1, 1, prefix, width}, 5)
	g.ints("no tokens", []int64{-1, -1}, 1, prefix)
	g.node("Reshape", memory+out, []string{"rows", "shape"})
	g.node("Identity", read+out, []string{"no tokens"})
	return g.model("image")
}

// look gives "rows" [prefix, width]: what was seen and felt.
func (m *Model) look(g *graph) {
	g.input("images", typeUint8, 1, int64(m.opts.Cameras), int64(m.opts.Height), int64(m.opts.Width), 3)
	g.input("proprio", typeFloat, 1, width)
	g.floats("unit", []float32{1.0 / 255}, 1)
	g.floats("one zero", []float32{1, 0}, 1, 2)
	g.node("Cast", "pixels", []string{"images"}, intAttr("to", typeFloat))
	g.node("ReduceMean", "mean", []string{"pixels"}, intsAttr("axes", 1, 2, 3), intAttr("keepdims", 0))
	g.node("Mul", "colour", []string{"mean", "unit"})
	g.node("Concat", "seen", []string{m.burden(g, "colour"), "one zero"}, intAttr("axis", 1))
	g.node("Concat", "rows", []string{"seen", "proprio"}, intAttr("axis", 0))
}

// extendGraph remembers each token's embedding. The logits hang on the last token
// only: they follow the script of Options.Thought.
func (m *Model) extendGraph() []byte {
	g := new(graph)
	g.input("tokens", typeInt64, 1, -1)
	g.state()
	g.output(memory+out, typeFloat, 1, 1, 1, -1, width)
	g.output(read+out, typeInt64, 1, -1)

	g.ints("shape", []int64{1, 1, 1, -1, width}, 5)
	m.continued(g)
	g.node("Reshape", "fresh", []string{"rows", "shape"})
	g.node("Concat", memory+out, []string{memory, "fresh"}, intAttr("axis", 3))
	g.node("Concat", read+out, []string{read, "tokens"}, intAttr("axis", 1))
	return g.model("extend")
}

// continued gives "rows" [1, n, width], what the tokens mean, and the output logits.
func (m *Model) continued(g *graph) {
	vocab := int64(m.Tokenizer.Size())
	g.output("logits", typeFloat, 1, vocab)
	g.floats("embedding", m.embedding(), vocab, width)
	g.ints("script", m.script(), vocab)
	g.ints("last", []int64{-1}, 1)
	g.ints("depth", []int64{vocab}, 1)
	g.floats("low high", []float32{0, 10}, 2)
	g.node("Gather", "rows", []string{"embedding", "tokens"}, intAttr("axis", 0))
	g.node("Gather", "next", []string{"script", "tokens"}, intAttr("axis", 0)) // [1, n]
	g.node("Gather", "one", []string{"next", "last"}, intAttr("axis", 1))      // [1, 1]
	g.ints("row", []int64{1}, 1)
	g.node("Reshape", "id", []string{"one", "row"})
	g.node("OneHot", "logits", []string{"id", "depth", "low high"}, intAttr("axis", -1))
}

// actGraph gives action k, dimension d, as the mean of d over all positions times
// gain(k).
func (m *Model) actGraph() []byte {
	g := new(graph)
	g.state()
	g.node("ReduceMean", "mean", []string{memory}, intsAttr("axes", 0, 1, 2, 3), intAttr("keepdims", 0))
	m.gained(g)
	return g.model("act")
}

// gained gives the output actions, from "mean", which holds width numbers.
func (m *Model) gained(g *graph) {
	g.output("actions", typeFloat, 1, chunk, int64(width+m.opts.ExtraDims))
	gains := make([]float32, 0, chunk*width)
	for k := range chunk {
		for d := range width {
			gains = append(gains, m.gain(k, d))
		}
	}
	g.floats("gains", gains, 1, chunk, width)
	g.ints("flat", []int64{1, 1, width}, 3)
	g.node("Reshape", "row", []string{"mean", "flat"})
	rows := "actions"
	if m.opts.ExtraDims > 0 {
		rows = "narrow"
	}
	if m.opts.Bins > 0 {
		g.node("Mul", "smooth", []string{"row", "gains"})
		m.choose(g, "smooth", rows)
	} else {
		g.node("Mul", rows, []string{"row", "gains"})
	}
	if m.opts.ExtraDims > 0 {
		g.floats("extra", make([]float32, chunk*m.opts.ExtraDims), 1, chunk, int64(m.opts.ExtraDims))
		g.node("Concat", "actions", []string{"narrow", "extra"}, intAttr("axis", 2))
	}
}

// choose is a head of bins: the likelier a bin, the nearer it is to the value.
func (m *Model) choose(g *graph, from, to string) {
	g.floats("centres", m.centres(), int64(m.opts.Bins))
	g.ints("each", []int64{1, chunk, width, 1}, 4)
	g.node("Reshape", "values", []string{from, "each"})
	g.node("Sub", "apart", []string{"values", "centres"})
	g.node("Abs", "distance", []string{"apart"})
	g.node("Neg", "likely", []string{"distance"}) // the logits [1, chunk, width, bins]
	g.node("ArgMax", "best", []string{"likely"}, intAttr("axis", 3), intAttr("keepdims", 0))
	g.node("Gather", to, []string{"centres", "best"}, intAttr("axis", 0))
}

// state declares the state inputs.
func (g *graph) state() {
	g.input(memory, typeFloat, 1, 1, 1, -1, width)
	g.input(read, typeInt64, 1, -1)
}
