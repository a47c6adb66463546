// Package wire writes the few messages of onnx.proto (onnx/onnx, IR version 9) that
// graphs of ours need straight to the wire: field numbers and enum values are theirs.
package wire

import (
	"encoding/binary"
	"maps"
	"math"
	"slices"

	"google.golang.org/protobuf/encoding/protowire"
)

// Element types of TensorProto.DataType.
const (
	Float  = 1
	Uint8  = 2
	Int8   = 3
	Int32  = 6
	Int64  = 7
	Bool   = 9
	Double = 11
)

// Message is a protobuf message under construction.
type Message []byte

// Varint appends an integer.
func (m *Message) Varint(field protowire.Number, v int64) {
	*m = protowire.AppendVarint(protowire.AppendTag(*m, field, protowire.VarintType), uint64(v))
}

// Bytes appends bytes, or a message.
func (m *Message) Bytes(field protowire.Number, v []byte) {
	*m = protowire.AppendBytes(protowire.AppendTag(*m, field, protowire.BytesType), v)
}

// Text appends text.
func (m *Message) Text(field protowire.Number, v string) { m.Bytes(field, []byte(v)) }

// Attr is one AttributeProto.
type Attr Message

// IntAttr is an attribute of one integer.
func IntAttr(name string, v int64) Attr {
	var m Message
	m.Text(1, name)
	m.Varint(3, v)
	m.Varint(20, 2)
	return Attr(m)
}

// IntsAttr is an attribute of several.
func IntsAttr(name string, vs ...int64) Attr {
	var m Message
	m.Text(1, name)
	for _, v := range vs {
		m.Varint(8, v)
	}
	m.Varint(20, 7)
	return Attr(m)
}

// Tensor is one TensorProto with raw little-endian data.
func Tensor(name string, dtype int64, dims []int64, raw []byte) Message {
	var m Message
	for _, d := range dims {
		m.Varint(1, d)
	}
	m.Varint(2, dtype)
	m.Text(8, name)
	m.Bytes(9, raw)
	return m
}

// RawFloats is the data of a tensor of Float.
func RawFloats(vs []float32) []byte {
	raw := make([]byte, 0, 4*len(vs))
	for _, v := range vs {
		raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(v))
	}
	return raw
}

// RawInts is the data of a tensor of Int64.
func RawInts(vs []int64) []byte {
	raw := make([]byte, 0, 8*len(vs))
	for _, v := range vs {
		raw = binary.LittleEndian.AppendUint64(raw, uint64(v))
	}
	return raw
}

// Value is one ValueInfoProto. Dimensions are int64 sizes or string names of
// sizes that are known at run time only.
func Value(name string, dtype int64, dims ...any) Message {
	var shape Message
	for _, d := range dims {
		var dim Message
		switch v := d.(type) {
		case int:
			dim.Varint(1, int64(v))
		case string:
			dim.Text(2, v)
		}
		shape.Bytes(1, dim)
	}
	var typ, wrapped, m Message
	typ.Varint(1, dtype)
	typ.Bytes(2, shape)
	wrapped.Bytes(1, typ)
	m.Text(1, name)
	m.Bytes(2, wrapped)
	return m
}

// Node is one NodeProto, named like its first output. domain is empty for ONNX's own
// operators.
func Node(op, domain string, inputs, outputs []string, attrs ...Attr) Message {
	var m Message
	for _, in := range inputs {
		m.Text(1, in)
	}
	for _, out := range outputs {
		m.Text(2, out)
	}
	m.Text(3, outputs[0])
	m.Text(4, op)
	for _, a := range attrs {
		m.Bytes(5, a)
	}
	if domain != "" {
		m.Text(7, domain)
	}
	return m
}

// Graph is a GraphProto in parts.
type Graph struct {
	Name                              string
	Nodes, Constants, Inputs, Outputs []Message
}

// Model is a ModelProto that holds g. sets says which operators it uses: domains,
// and the version of each. meta are its metadata.
func (g *Graph) Model(sets map[string]int64, meta map[string]string) Message {
	var body, m Message
	for _, n := range g.Nodes {
		body.Bytes(1, n)
	}
	body.Text(2, g.Name)
	for _, c := range g.Constants {
		body.Bytes(5, c)
	}
	for _, in := range g.Inputs {
		body.Bytes(11, in)
	}
	for _, out := range g.Outputs {
		body.Bytes(12, out)
	}
	m.Varint(1, 9) // IR version
	m.Text(2, "hyt")
	m.Bytes(7, body)
	for _, domain := range slices.Sorted(maps.Keys(sets)) {
		var set Message
		set.Text(1, domain)
		set.Varint(2, sets[domain])
		m.Bytes(8, set)
	}
	for _, key := range slices.Sorted(maps.Keys(meta)) {
		var entry Message
		entry.Text(1, key)
		entry.Text(2, meta[key])
		m.Bytes(14, entry)
	}
	return m
}
