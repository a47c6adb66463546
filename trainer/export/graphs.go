package export

import (
	"encoding/json"

	"hyt/trainer/model"
	"hyt/trainer/wire"
)

// Options says how weights are stored.
type Options struct {
	Int8 bool // matrices as 8-bit integers with a scale for each column: a quarter of the size
}

// Graphs returns the three ONNX files of the model.
func Graphs(w *model.Weights, o Options) (image, extend, act []byte) {
	return imageGraph(w, o), extendGraph(w, o), actGraph(w, o)
}

// finish is the graph as a file.
func (n *network) finish() []byte {
	config, err := json.Marshal(n.c)
	if err != nil {
		panic(err) // a struct of integers and a name
	}
	return n.graph.bytes(config)
}

func start(name string, w *model.Weights, o Options) *network {
	return &network{graph: newGraph(name), c: w.Config, w: w, int8: o.Int8}
}

// imageGraph: images, proprio → state.
func imageGraph(w *model.Weights, o Options) []byte {
	n := start("image", w, o)
	prefix := n.image(n.input("images", wire.Uint8, 1, n.c.Cameras, model.ImageSide, model.ImageSide, model.Channels))
	if n.c.Proprio > 0 {
		prefix = n.concat(0, prefix, n.proprio(n.input("proprio", wire.Float, 1, n.c.Proprio)))
	}
	n.backbone().see(n, prefix)
	return n.finish()
}

// extendGraph: tokens, state → logits of the token after the last, state.
func extendGraph(w *model.Weights, o Options) []byte {
	n := start("extend", w, o)
	tokens := n.reshape(n.input("tokens", wire.Int64, 1, "tokens"), -1)
	last := n.backbone().read(n, n.gather(n.param("embed"), tokens))
	logits := n.matmul(n.norm("norm", last), n.param("head.w"))
	n.output(logits, "logits", wire.Float, 1, n.c.Vocab)
	return n.finish()
}

// actGraph: state → actions. The queries see everything.
func actGraph(w *model.Weights, o Options) []byte {
	n := start("act", w, o)
	rows := n.norm("norm", n.backbone().ask(n))
	chunk, dims := int64(n.c.Chunk), int64(n.c.Dims)
	var actions string
	if n.c.Bins == 0 {
		actions = n.reshape(n.dense("action", rows), 1, chunk, dims)
	} else {
		logits := n.reshape(n.dense("bins", rows), 1, chunk, dims, int64(n.c.Bins))
		best := n.op("ArgMax", []string{logits}, wire.IntAttr("axis", -1), wire.IntAttr("keepdims", 0))
		actions = n.gather(n.weights("bin.centres", n.c.BinCentres(), n.c.Bins), best)
	}
	n.output(actions, "actions", wire.Float, 1, n.c.Chunk, n.c.Dims)
	return n.finish()
}

// Gate decides, from what the action head reads, whether to think: p_think is the
// logistic function of Weights · mean of the query rows + Bias.
type Gate struct {
	Weights []float32 // Width numbers
	Bias    float32
}

// gateGraph: state after the instruction → p_think.
func gateGraph(w *model.Weights, gate Gate, o Options) []byte {
	n := start("gate", w, o)
	rows := n.norm("norm", n.backbone().ask(n)) // [Chunk, Width]
	pooled := n.op("ReduceMean", []string{rows, n.ints(0)})
	score := n.matmul(pooled, n.weights("gate.w", gate.Weights, n.c.Width, 1))
	p := n.op("Sigmoid", []string{n.add(score, n.weights("gate.b", []float32{gate.Bias}, 1))})
	n.output(n.reshape(p, 1), "p_think", wire.Float, 1)
	return n.finish()
}
