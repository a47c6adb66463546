package export

import (
	"fmt"

	"hyt/policy/spec"
	"hyt/trainer/model"
	"hyt/trainer/wire"
)

// State tensors of a transformer: keys and values of every layer, [Layers, 1,
// Heads, positions, Width/Heads]. The first Prefix positions are images and
// proprioception, so the number of text positions so far follows from the length.
const (
	stateKeys   = "state.k"
	stateValues = "state.v"
)

type transformer struct{}

// layer names the weights of a block.
func layer(i int) func(string) string {
	return func(name string) string { return fmt.Sprintf("layer%d.%s", i, name) }
}

func (transformer) see(n *network, prefix string) {
	s, x := state{network: n}, prefix
	for i := range n.c.Layers {
		name := layer(i)
		normed := n.norm(name("norm1"), x)
		k, v := n.project(name("k"), normed), n.project(name("v"), normed)
		s.keep(k, v)
		if i < n.c.Layers-1 { // nobody reads the prefix after the last layer
			x = n.rest(name, x, normed, k, v, "")
		}
	}
	s.write(n.c.Prefix())
}

func (transformer) read(n *network, rows string) string {
	s := readState(n)
	size := n.op("Gather", []string{n.op("Shape", []string{rows}), n.ints(0)}, wire.IntAttr("axis", 0)) // [1]
	total := n.add(s.length, size)                                                                      // [1]
	zero, one := n.integer(0), n.integer(1)                                                             // scalars
	at := n.op("Range", []string{n.squeeze(s.length, 0), n.squeeze(total, 0), one})                     // position of each new row
	keys := n.op("Range", []string{zero, n.squeeze(total, 0), one})
	hidden := n.op("Greater", []string{n.unsqueeze(keys, 0), n.unsqueeze(at, 1)})
	mask := n.op("Where", []string{hidden, n.scalar(model.Hidden), n.scalar(0)})

	// Text positions count from 0; past the last one that was trained they stay there.
	text := n.op("Min", []string{n.op("Sub", []string{at, n.integer(int64(n.c.Prefix()))}), n.integer(int64(n.c.Positions - 1))})
	x := n.add(rows, n.gather(n.param("text.pos"), text))
	for i := range n.c.Layers {
		name := layer(i)
		normed := n.norm(name("norm1"), x)
		k, v := s.append(i, n.project(name("k"), normed), n.project(name("v"), normed))
		s.keep(k, v)
		x = n.rest(name, x, normed, k, v, mask)
	}
	s.write("total")
	return n.gather(x, n.ints(-1))
}

func (transformer) ask(n *network) string {
	s, x := readState(n), n.param("queries")
	for i := range n.c.Layers {
		name := layer(i)
		normed := n.norm(name("norm1"), x)
		k, v := s.append(i, n.project(name("k"), normed), n.project(name("v"), normed))
		x = n.rest(name, x, normed, k, v, "")
	}
	return x
}

// state is what a transformer's graph reads and leaves of keys and values.
type state struct {
	*network
	length       string // [1]: positions in the state that was read
	keys, values []string
}

func readState(n *network) state {
	h, dh := n.c.Heads, n.c.Width/n.c.Heads
	n.input(stateKeys, wire.Float, n.c.Layers, 1, h, "past", dh)
	n.input(stateValues, wire.Float, n.c.Layers, 1, h, "past", dh)
	shape := n.op("Shape", []string{stateKeys})
	return state{network: n, length: n.op("Gather", []string{shape, n.ints(3)}, wire.IntAttr("axis", 0))}
}

// append puts layer i's new keys and values behind those that were read.
func (s *state) append(i int, k, v string) (string, string) {
	join := func(from, x string) string {
		past := s.gather(from, s.integer(int64(i))) // [1, heads, past, dh]
		return s.concat(1, s.squeeze(past, 0), x)
	}
	return join(stateKeys, k), join(stateValues, v)
}

// keep remembers one layer's keys and values, [heads, positions, dh].
func (s *state) keep(k, v string) {
	s.keys, s.values = append(s.keys, s.unsqueeze(k, 0, 1)), append(s.values, s.unsqueeze(v, 0, 1))
}

// write makes what was kept the graph's output state.
func (s *state) write(length any) {
	h, dh := s.c.Heads, s.c.Width/s.c.Heads
	s.output(s.concat(0, s.keys...), stateKeys+spec.StateOutSuffix, wire.Float, s.c.Layers, 1, h, length, dh)
	s.output(s.concat(0, s.values...), stateValues+spec.StateOutSuffix, wire.Float, s.c.Layers, 1, h, length, dh)
}
