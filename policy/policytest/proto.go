package policytest

import (
	"encoding/binary"
	"math"

	"google.golang.org/protobuf/encoding/protowire"
)

// The least of ONNX's protobuf (onnx.proto) that the tiny graphs need.

const (
	irVersion = 8
	opset     = 17

	typeFloat = 1 // TensorProto.DataType
	typeUint8 = 2
	typeInt64 = 7

	attrInt  = 2 // AttributeProto.AttributeType
	attrInts = 7
)

// message is a protobuf message that grows.
type message []byte

func (m message) bytes(field protowire.Number, v []byte) message {
	return protowire.AppendBytes(protowire.AppendTag(m, field, protowire.BytesType), v)
}

func (m message) text(field protowire.Number, v string) message { return m.bytes(field, []byte(v)) }

func (m message) int(field protowire.Number, v int64) message {
	return protowire.AppendVarint(protowire.AppendTag(m, field, protowire.VarintType), uint64(v))
}

// graph is a GraphProto that grows node by node.
type graph struct{ body message }

// node adds an operator with one output.
func (g *graph) node(op, output string, inputs []string, attrs ...message) {
	var m message
	for _, in := range inputs {
		m = m.text(1, in)
	}
	m = m.text(2, output).text(3, output).text(4, op)
	for _, a := range attrs {
		m = m.bytes(5, a)
	}
	g.body = g.body.bytes(1, m)
}

func intAttr(name string, v int64) message {
	return message{}.text(1, name).int(3, v).int(20, attrInt)
}

func intsAttr(name string, vs ...int64) message {
	m := message{}.text(1, name)
	for _, v := range vs {
		m = m.int(8, v)
	}
	return m.int(20, attrInts)
}

// floats adds a constant.
func (g *graph) floats(name string, data []float32, dims ...int64) {
	raw := make([]byte, 0, 4*len(data))
	for _, v := range data {
		raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(v))
	}
	g.constant(name, typeFloat, raw, dims)
}

// ints adds a constant.
func (g *graph) ints(name string, data []int64, dims ...int64) {
	raw := make([]byte, 0, 8*len(data))
	for _, v := range data {
		raw = binary.LittleEndian.AppendUint64(raw, uint64(v))
	}
	g.constant(name, typeInt64, raw, dims)
}

func (g *graph) constant(name string, dtype int64, raw []byte, dims []int64) {
	var m message
	for _, d := range dims {
		m = m.int(1, d)
	}
	g.body = g.body.bytes(5, m.int(2, dtype).text(8, name).bytes(9, raw))
}

// input and output declare the graph's ports. A dimension of -1 may vary.
func (g *graph) input(name string, dtype int64, dims ...int64) {
	g.body = g.body.bytes(11, port(name, dtype, dims))
}

func (g *graph) output(name string, dtype int64, dims ...int64) {
	g.body = g.body.bytes(12, port(name, dtype, dims))
}

func port(name string, dtype int64, dims []int64) message {
	var shape message
	for _, d := range dims {
		if d < 0 {
			shape = shape.bytes(1, message{}.text(2, "n_"+name))
		} else {
			shape = shape.bytes(1, message{}.int(1, d))
		}
	}
	tensor := message{}.int(1, dtype).bytes(2, shape)
	return message{}.text(1, name).bytes(2, message{}.bytes(1, tensor))
}

// model wraps the graph as a whole ONNX file.
func (g *graph) model(name string) []byte {
	return message{}.int(1, irVersion).text(2, "policytest").
		bytes(7, g.body.text(2, name)).
		bytes(8, message{}.int(2, opset))
}
