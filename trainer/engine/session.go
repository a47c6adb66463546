package engine

import (
	"errors"
	"fmt"
	"reflect"
	"slices"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/shapes"

	"hyt/policy/onnx"
)

// session is a compiled graph in ONNX Runtime.
type session struct {
	backend compute.Backend
	graph   *onnx.Graph
	inputs  []shapes.Shape
	outputs []shapes.Shape
	in, out []*onnx.Tensor // scratch of Execute
	spare   []*buffer      // results that were finalized: for the next run
	closed  bool
}

func (s *session) Inputs() ([]string, []shapes.Shape) {
	var names []string
	for _, p := range s.graph.Inputs() {
		names = append(names, p.Name)
	}
	return names, s.inputs
}

func (s *session) Outputs() []shapes.Shape { return s.outputs }

// Execute runs the graph. The results are the caller's; finalized, they are used again.
func (s *session) Execute(inputs []compute.Buffer, _ []bool, _ compute.DeviceNum) ([]compute.Buffer, error) {
	s.in, s.out = s.in[:0], s.out[:0]
	for i, in := range inputs {
		b, ok := in.(*buffer)
		if !ok || b.tensor == nil {
			return nil, fmt.Errorf("input %d is a %T that holds no tensor", i, in)
		}
		s.in = append(s.in, b.tensor)
	}
	results := make([]compute.Buffer, len(s.outputs))
	for i, shape := range s.outputs {
		b, err := s.take(shape)
		if err != nil {
			return nil, err
		}
		results[i], s.out = b, append(s.out, b.tensor)
	}
	return results, s.graph.RunInto(s.in, nil, s.out, nil)
}

// take is a spare buffer of a shape, or a new one.
func (s *session) take(shape shapes.Shape) (*buffer, error) {
	i := slices.IndexFunc(s.spare, func(b *buffer) bool { return b.shape.Equal(shape) })
	if i < 0 {
		b, err := newBuffer(s.backend, shape)
		if err == nil {
			b.home = s
		}
		return b, err
	}
	b := s.spare[i]
	s.spare = slices.Delete(s.spare, i, i+1)
	return b, nil
}

// Finalize closes the graph. Results that are still in use stay valid.
func (s *session) Finalize() {
	for _, b := range s.spare {
		b.tensor.Close()
	}
	s.spare, s.closed = nil, true
	_ = s.graph.Close() // nobody could do anything about it
}

// buffer is a tensor in Go's memory that ONNX Runtime reads and writes in place.
type buffer struct {
	backend compute.Backend
	tensor  *onnx.Tensor // nil when finalized
	shape   shapes.Shape
	home    *session // which takes it back; nil for inputs
}

func newBuffer(backend compute.Backend, shape shapes.Shape) (*buffer, error) {
	element := elements[shape.DType].port
	if element == "" {
		return nil, fmt.Errorf("engine: tensors of %s are not supported", shape.DType)
	}
	t, err := onnx.NewTensor(element, dims(shape)...)
	return &buffer{backend: backend, tensor: t, shape: shape}, err
}

// Data is the tensor's own memory.
func (b *buffer) Data() (any, error) {
	switch {
	case b.tensor == nil:
		return nil, errors.New("engine: the buffer is finalized")
	case b.tensor.Float32() != nil:
		return b.tensor.Float32(), nil
	case b.tensor.Int64() != nil:
		return b.tensor.Int64(), nil
	}
	return b.tensor.Uint8(), nil
}

// Finalize gives the memory back: to the session that made it, if that is still open.
func (b *buffer) Finalize() error {
	switch {
	case b.tensor == nil:
		return nil
	case b.home != nil && !b.home.closed:
		b.home.spare = append(b.home.spare, &buffer{backend: b.backend, tensor: b.tensor, shape: b.shape, home: b.home})
	default:
		b.tensor.Close()
	}
	b.tensor = nil
	return nil
}

// ToFlatData copies the data to a slice of its type.
func (b *buffer) ToFlatData(flat any) error {
	data, err := b.Data()
	if err == nil {
		reflect.Copy(reflect.ValueOf(flat), reflect.ValueOf(data))
	}
	return err
}

func (b *buffer) Shape() (shapes.Shape, error)          { return b.shape, nil }
func (b *buffer) DeviceNum() (compute.DeviceNum, error) { return 0, nil }
func (b *buffer) Backend() compute.Backend              { return b.backend }

// CopyToDevice is for backends with several devices.
func (b *buffer) CopyToDevice(compute.DeviceNum) (compute.Buffer, error) {
	return nil, errors.New("engine: the ONNX backend has one device")
}
