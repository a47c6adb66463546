package export

import (
	"encoding/binary"
	"math"

	"google.golang.org/protobuf/encoding/protowire"
)

// The few messages of onnx.proto (onnx/onnx, IR version 9) that a model of ours
// needs, written straight to the wire: field numbers and enum values are theirs.

const (
	irVersion = 9
	opset     = 20
)

// Element types of TensorProto.DataType.
const (
	typeFloat = 1
	typeUint8 = 2
	typeInt8  = 3
	typeInt64 = 7
)

// message is a protobuf message under construction.
type message []byte

func (m *message) varint(field protowire.Number, v int64) {
	*m = protowire.AppendVarint(protowire.AppendTag(*m, field, protowire.VarintType), uint64(v))
}

func (m *message) bytes(field protowire.Number, v []byte) {
	*m = protowire.AppendBytes(protowire.AppendTag(*m, field, protowire.BytesType), v)
}

func (m *message) text(field protowire.Number, v string) { m.bytes(field, []byte(v)) }

// attr is one AttributeProto.
type attr message

func intAttr(name string, v int64) attr {
	var m message
	m.text(1, name)
	m.varint(3, v)
	m.varint(20, 2)
	return attr(m)
}

func intsAttr(name string, vs ...int64) attr {
	var m message
	m.text(1, name)
	for _, v := range vs {
		m.varint(8, v)
	}
	m.varint(20, 7)
	return attr(m)
}

// tensor is one TensorProto with raw little-endian data.
func tensor(name string, dtype int64, dims []int64, raw []byte) message {
	var m message
	for _, d := range dims {
		m.varint(1, d)
	}
	m.varint(2, dtype)
	m.text(8, name)
	m.bytes(9, raw)
	return m
}

func rawFloats(vs []float32) []byte {
	raw := make([]byte, 0, 4*len(vs))
	for _, v := range vs {
		raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(v))
	}
	return raw
}

func rawInts(vs []int64) []byte {
	raw := make([]byte, 0, 8*len(vs))
	for _, v := range vs {
		raw = binary.LittleEndian.AppendUint64(raw, uint64(v))
	}
	return raw
}

// value is one ValueInfoProto. Dimensions are int64 sizes or string names of
// sizes that are known at run time only.
func value(name string, dtype int64, dims ...any) message {
	var shape message
	for _, d := range dims {
		var dim message
		switch v := d.(type) {
		case int:
			dim.varint(1, int64(v))
		case string:
			dim.text(2, v)
		}
		shape.bytes(1, dim)
	}
	var typ, wrapped, m message
	typ.varint(1, dtype)
	typ.bytes(2, shape)
	wrapped.bytes(1, typ)
	m.text(1, name)
	m.bytes(2, wrapped)
	return m
}
