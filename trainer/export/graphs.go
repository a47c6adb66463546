package export

import (
	"encoding/json"

	"hyt/policy/spec"
	"hyt/trainer/model"
)

// State tensors: keys and values of every layer, [Layers, 1, Heads, positions,
// Width/Heads]. The first Prefix positions are image and proprioception, so the
// number of text positions so far follows from the length.
const (
	stateKeys   = "state.k"
	stateValues = "state.v"
)

// Graphs returns the three ONNX files of the model.
func Graphs(w *model.Weights) (image, extend, act []byte) {
	return imageGraph(w), extendGraph(w), actGraph(w)
}

// finish is the graph as a file.
func (n *network) finish() []byte {
	config, err := json.Marshal(n.c)
	if err != nil {
		panic(err) // a struct of integers
	}
	return n.graph.bytes(config)
}

func start(name string, w *model.Weights) *network {
	return &network{graph: newGraph(name), c: w.Config, w: w}
}

// imageGraph: images, proprio → state.
func imageGraph(w *model.Weights) []byte {
	n := start("image", w)
	images := n.input("images", typeUint8, 1, 1, model.ImageSide, model.ImageSide, model.Channels)
	proprio := n.input("proprio", typeFloat, 1, model.ProprioDims)
	x := n.concat(0, n.image(images), n.proprio(proprio))
	s := state{network: n}
	for i := range n.c.Layers {
		normed := n.norm(layer(i, "norm1"), x)
		k, v := n.keysValues(i, normed)
		s.keep(k, v)
		if i < n.c.Layers-1 { // nobody reads the prefix after the last layer
			x = n.rest(i, x, normed, k, v, "")
		}
	}
	s.write(model.Prefix)
	return n.finish()
}

// extendGraph: tokens, state → logits of the token after the last, state.
func extendGraph(w *model.Weights) []byte {
	n := start("extend", w)
	tokens := n.reshape(n.input("tokens", typeInt64, 1, "tokens"), -1)
	s := readState(n)
	size := n.op("Shape", []string{tokens}) // [1]
	total := n.add(s.length, size)          // [1]
	zero, one := n.integer(0), n.integer(1) // scalars
	squeeze := func(x string) string { return n.op("Squeeze", []string{x, n.ints(0)}) }
	rows := n.op("Range", []string{squeeze(s.length), squeeze(total), one}) // position of each new row
	keys := n.op("Range", []string{zero, squeeze(total), one})
	hidden := n.op("Greater", []string{n.op("Unsqueeze", []string{keys, n.ints(0)}), n.op("Unsqueeze", []string{rows, n.ints(1)})})
	mask := n.op("Where", []string{hidden, n.scalar(model.Hidden), n.scalar(0)})

	// Text positions count from 0; past the last one that was trained they stay there.
	at := n.op("Min", []string{n.op("Sub", []string{rows, n.integer(model.Prefix)}), n.integer(int64(n.c.Positions - 1))})
	x := n.add(n.gather(n.param("embed"), tokens), n.gather(n.param("text.pos"), at))
	for i := range n.c.Layers {
		normed := n.norm(layer(i, "norm1"), x)
		k, v := n.keysValues(i, normed)
		k, v = s.append(i, k, v)
		s.keep(k, v)
		x = n.rest(i, x, normed, k, v, mask)
	}
	last := n.gather(x, n.ints(-1))
	logits := n.matmul(n.norm("norm", last), n.param("head.w"))
	n.output(logits, "logits", typeFloat, 1, n.c.Vocab)
	s.write("total")
	return n.finish()
}

// actGraph: state → actions. The queries see everything.
func actGraph(w *model.Weights) []byte {
	n := start("act", w)
	s := readState(n)
	x := n.param("queries")
	for i := range n.c.Layers {
		normed := n.norm(layer(i, "norm1"), x)
		k, v := n.keysValues(i, normed)
		k, v = s.append(i, k, v)
		x = n.rest(i, x, normed, k, v, "")
	}
	actions := n.reshape(n.dense("action", n.norm("norm", x)), 1, int64(n.c.Chunk), int64(n.c.Dims))
	n.output(actions, "actions", typeFloat, 1, n.c.Chunk, n.c.Dims)
	return n.finish()
}

func (n *network) gather(data, at string) string {
	return n.op("Gather", []string{data, at}, intAttr("axis", 0))
}

// state is what a graph reads and leaves of keys and values.
type state struct {
	*network
	length       string // [1]: positions in the state that was read
	keys, values []string
}

func readState(n *network) state {
	h, dh := n.c.Heads, n.c.Width/n.c.Heads
	n.input(stateKeys, typeFloat, n.c.Layers, 1, h, "past", dh)
	n.input(stateValues, typeFloat, n.c.Layers, 1, h, "past", dh)
	shape := n.op("Shape", []string{stateKeys})
	return state{network: n, length: n.op("Gather", []string{shape, n.ints(3)}, intAttr("axis", 0))}
}

// append puts layer i's new keys and values behind those that were read.
func (s *state) append(i int, k, v string) (string, string) {
	join := func(from, x string) string {
		past := s.op("Gather", []string{from, s.integer(int64(i))}, intAttr("axis", 0)) // [1, heads, past, dh]
		return s.concat(1, s.op("Squeeze", []string{past, s.ints(0)}), x)
	}
	return join(stateKeys, k), join(stateValues, v)
}

// keep remembers one layer's keys and values, [heads, positions, dh].
func (s *state) keep(k, v string) {
	lift := func(x string) string { return s.op("Unsqueeze", []string{x, s.ints(0, 1)}) }
	s.keys, s.values = append(s.keys, lift(k)), append(s.values, lift(v))
}

// write makes what was kept the graph's output state.
func (s *state) write(length any) {
	h, dh := s.c.Heads, s.c.Width/s.c.Heads
	s.output(s.concat(0, s.keys...), stateKeys+spec.StateOutSuffix, typeFloat, s.c.Layers, 1, h, length, dh)
	s.output(s.concat(0, s.values...), stateValues+spec.StateOutSuffix, typeFloat, s.c.Layers, 1, h, length, dh)
}
