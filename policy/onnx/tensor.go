package onnx

import (
	"fmt"
	"slices"

	ort "github.com/yalue/onnxruntime_go"
)

// Type is the type of a tensor's elements.
type Type string

// The types that graphs of this project use. Others are kept by their ONNX name.
const (
	Float32 Type = "float32"
	Int64   Type = "int64"
	Uint8   Type = "uint8"
)

func typeOf(t ort.TensorElementDataType) Type {
	switch t {
	case ort.TensorElementDataTypeFloat:
		return Float32
	case ort.TensorElementDataTypeInt64:
		return Int64
	case ort.TensorElementDataTypeUint8:
		return Uint8
	}
	return Type(t.String())
}

// Port is an input or an output of a graph.
type Port struct {
	Name string
	Type Type
	Dims []int64 // -1 where it may vary
}

// String is the port as people write it: "tokens int64 [1, n]", n where the size
// may vary.
func (p Port) String() string {
	dims := make([]string, len(p.Dims))
	for i, d := range p.Dims {
		dims[i] = fmt.Sprint(d)
		if d < 0 {
			dims[i] = "n"
		}
	}
	text := p.Name + " " + string(p.Type) + " ["
	for i, d := range dims {
		if i > 0 {
			text += ", "
		}
		text += d
	}
	return text + "]"
}

// Fits says whether a tensor of this type and shape may go through the port.
// A dimension of -1, on either side, fits any size.
func (p Port) Fits(t Type, dims ...int64) bool {
	if p.Type != t || len(p.Dims) != len(dims) {
		return false
	}
	for i, d := range dims {
		if d >= 0 && p.Dims[i] >= 0 && d != p.Dims[i] {
			return false
		}
	}
	return true
}

// Tensor is a block of numbers that graphs read and write in place, row-major.
// It lives in Go memory. One goroutine at a time may use it; Close it once.
type Tensor struct {
	value ort.Value
	dims  ort.Shape
	f32   []float32 // one of these three is set
	i64   []int64
	u8    []uint8
}

// bound is a value whose handle is at hand: the library's own GetInternals makes
// garbage on every call.
type bound struct {
	ort.Value
	internals *ort.ValueInternalData
}

func bind(v ort.Value) ort.Value { return bound{v, v.GetInternals()} }

func (b bound) GetInternals() *ort.ValueInternalData { return b.internals }

// NewTensor makes a tensor of zeros.
func NewTensor(t Type, dims ...int64) (*Tensor, error) {
	n := ort.Shape(dims).FlattenedSize()
	if slices.ContainsFunc(dims, func(d int64) bool { return d < 1 }) {
		return nil, fmt.Errorf("a tensor of shape %v cannot be made: every size must be at least 1", dims)
	}
	switch t {
	case Float32:
		return wrapFloat32(make([]float32, n), dims)
	case Int64:
		return wrapInt64(make([]int64, n), dims)
	case Uint8:
		return wrapUint8(make([]uint8, n), dims)
	}
	return nil, fmt.Errorf("tensors of type %s are not supported: want float32, int64 or uint8", t)
}

// wrapFloat32 puts a tensor of shape dims round data.
func wrapFloat32(data []float32, dims ort.Shape) (*Tensor, error) {
	v, err := ort.NewTensor(dims, data)
	if err != nil {
		return nil, err
	}
	return &Tensor{value: bind(v), dims: slices.Clone(dims), f32: data}, nil
}

func wrapInt64(data []int64, dims ort.Shape) (*Tensor, error) {
	v, err := ort.NewTensor(dims, data)
	if err != nil {
		return nil, err
	}
	return &Tensor{value: bind(v), dims: slices.Clone(dims), i64: data}, nil
}

func wrapUint8(data []uint8, dims ort.Shape) (*Tensor, error) {
	v, err := ort.NewTensor(dims, data)
	if err != nil {
		return nil, err
	}
	return &Tensor{value: bind(v), dims: slices.Clone(dims), u8: data}, nil
}

// copyFrom copies what ONNX Runtime made. That value's data is in Go memory.
func (t *Tensor) copyFrom(v ort.Value) error {
	switch v := v.(type) {
	case *ort.Tensor[float32]:
		copy(t.f32, v.GetData())
	case *ort.Tensor[int64]:
		copy(t.i64, v.GetData())
	default:
		return fmt.Errorf("state tensor is a %T: want float32 or int64", v)
	}
	return nil
}

// Dims is the tensor's shape: do not modify.
func (t *Tensor) Dims() []int64 { return t.dims }

// Float32 is the tensor's data, to read and to write; nil for another type.
func (t *Tensor) Float32() []float32 { return t.f32 }

// Int64 is the tensor's data, to read and to write; nil for another type.
func (t *Tensor) Int64() []int64 { return t.i64 }

// Uint8 is the tensor's data, to read and to write; nil for another type.
func (t *Tensor) Uint8() []uint8 { return t.u8 }

// Close frees the tensor, if there is one. It must not be used after.
func (t *Tensor) Close() {
	if t == nil {
		return
	}
	t.value.Destroy()
	t.f32, t.i64, t.u8 = nil, nil, nil
}
