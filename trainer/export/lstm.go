package export

import (
	"fmt"

	"hyt/policy/spec"
	"hyt/trainer/model"
	"hyt/trainer/wire"
)

// State tensors of an LSTM: what its rows look at, [1, Prefix, Width], and the
// output and cell of each layer, [Layers, 1, Width]. Their size is fixed.
const (
	stateMemory = "state.memory"
	stateHidden = "state.h"
	stateCell   = "state.c"
)

type lstm struct{}

func cell(i int, name string) string { return fmt.Sprintf("lstm%d.%s", i, name) }

func (l lstm) see(n *network, prefix string) {
	memory := n.norm("memory.norm", prefix)
	mean := n.op("ReduceMean", []string{memory, n.ints(0)}) // [1, Width]
	var hidden, cells []string
	for i := range n.c.Layers {
		h := n.op("Tanh", []string{n.dense(cell(i, "start"), mean)})
		hidden = append(hidden, n.unsqueeze(h, 0))
		cells = append(cells, n.unsqueeze(n.mul(h, n.scalar(0)), 0))
	}
	l.write(n, n.unsqueeze(memory, 0), n.concat(0, hidden...), n.concat(0, cells...))
}

func (l lstm) read(n *network, rows string) string {
	l.inputs(n)
	width := int64(n.c.Width)
	var hidden, cells []string
	for i := range n.c.Layers {
		y, h, c := l.layer(n, i, n.unsqueeze(rows, 1))
		rows = n.reshape(y, -1, width)
		hidden, cells = append(hidden, h), append(cells, c)
	}
	// A copy, because an input cannot be an output.
	memory := n.op("Identity", []string{stateMemory})
	l.write(n, memory, n.concat(0, hidden...), n.concat(0, cells...))
	return l.look(n, n.gather(rows, n.ints(-1)))
}

// layer runs one LSTM over [tokens, 1, Width]: its outputs, and its last output
// and cell, [1, 1, Width].
func (lstm) layer(n *network, i int, x string) (y, h, c string) {
	// ONNX wants [1, gates, inputs]; the weights are stored as they were trained.
	turned := func(name string) string { return n.unsqueeze(n.transpose(n.param(cell(i, name)), 1, 0), 0) }
	b := n.param(cell(i, "b"))
	both := n.unsqueeze(n.concat(0, b, n.mul(b, n.scalar(0))), 0) // one bias is enough
	past := func(state string) string { return n.gather(state, n.ints(int64(i))) }
	out := n.several("LSTM", 3, []string{x, turned("w"), turned("r"), both, "", past(stateHidden), past(stateCell)},
		wire.IntAttr("hidden_size", int64(n.c.Width)))
	return out[0], out[1], out[2]
}

func (l lstm) ask(n *network) string {
	l.inputs(n)
	last := n.squeeze(n.gather(stateHidden, n.ints(int64(n.c.Layers-1))), 0) // [1, Width]
	last = n.matmul(n.norm("query.norm", last), n.param("query.w"))
	return l.look(n, n.add(n.param("queries"), last))
}

// look lets rows read what was seen.
func (lstm) look(n *network, rows string) string {
	memory := n.squeeze(stateMemory, 0)
	for i := range model.Reads {
		name := func(s string) string { return fmt.Sprintf("read%d.%s", i, s) }
		k, v := n.project(name("k"), memory), n.project(name("v"), memory)
		rows = n.rest(name, rows, n.norm(name("norm1"), rows), k, v, "")
	}
	return rows
}

func (lstm) inputs(n *network) {
	n.input(stateMemory, wire.Float, 1, n.c.Prefix(), n.c.Width)
	n.input(stateHidden, wire.Float, n.c.Layers, 1, n.c.Width)
	n.input(stateCell, wire.Float, n.c.Layers, 1, n.c.Width)
}

func (lstm) write(n *network, memory, hidden, cells string) {
	n.output(memory, stateMemory+spec.StateOutSuffix, wire.Float, 1, n.c.Prefix(), n.c.Width)
	n.output(hidden, stateHidden+spec.StateOutSuffix, wire.Float, n.c.Layers, 1, n.c.Width)
	n.output(cells, stateCell+spec.StateOutSuffix, wire.Float, n.c.Layers, 1, n.c.Width)
}
