package engine

import (
	"fmt"
	"reflect"
	"slices"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"

	"hyt/policy/onnx"
)

// loweringBackend wraps the ONNX backend: it lets it build graphs, but runs them
// itself (see emitter) in tensors of its own (see buffer). While a graph is built it
// rewrites the few operations that the backend lacks or runs slowly:
//
//   - DotGeneral, which upstream emits as Einsum, becomes Transpose + Reshape +
//     MatMul (a training step is 1.2 to 1.7 times faster);
//   - Pad with zeros becomes Concat with zeros, which gives Slice its gradient;
//   - fused operators (see Softmax) take the place of an Identity.
type loweringBackend struct {
	compute.Backend
	threads int    // of a graph's operators
	fused   string // operator that the next Identity becomes; "" means none
}

func (b *loweringBackend) Builder(name string) compute.Builder {
	inner := b.Backend.Builder(name)
	lb := &loweringBuilder{Builder: inner, backend: b}
	lb.main = &loweringFunction{Function: inner.Main(), builder: lb}
	return lb
}

func (b *loweringBackend) HasSharedBuffers() bool { return true }

func (b *loweringBackend) NewSharedBuffer(_ compute.DeviceNum, s shapes.Shape) (compute.Buffer, any, error) {
	buf, err := newBuffer(b, s)
	if err != nil {
		return nil, nil, err
	}
	flat, err := buf.Data()
	return buf, flat, err
}

func (b *loweringBackend) BufferFromFlatData(d compute.DeviceNum, flat any, s shapes.Shape) (compute.Buffer, error) {
	buf, to, err := b.NewSharedBuffer(d, s)
	if err == nil {
		reflect.Copy(reflect.ValueOf(to), reflect.ValueOf(flat))
	}
	return buf, err
}

type loweringBuilder struct {
	compute.Builder
	backend *loweringBackend
	main    *loweringFunction
}

func (b *loweringBuilder) Main() compute.Function { return b.main }

// Compile opens the graph in a session.
func (b *loweringBuilder) Compile() (compute.Executable, error) {
	e := &emitter{written: map[string]bool{}}
	e.Name = b.Name()
	s := &session{backend: b.backend}
	for _, v := range b.main.parameters {
		shape, err := b.OpShape(v)
		if err != nil {
			return nil, err
		}
		if err := e.input(v, shape); err != nil {
			return nil, err
		}
		s.inputs = append(s.inputs, shape)
	}
	for _, v := range b.main.results {
		shape, err := b.OpShape(v)
		if err != nil {
			return nil, err
		}
		if err := e.output(v, shape); err != nil {
			return nil, err
		}
		s.outputs = append(s.outputs, shape)
	}
	var err error
	s.graph, err = onnx.OpenModel(e.Name, e.Model(operatorSets, nil), e.inputs, e.outputs,
		onnx.Options{Threads: b.backend.threads, Sleep: true})
	return s, err
}

type loweringFunction struct {
	compute.Function
	builder             *loweringBuilder
	parameters, results []compute.Value
}

func (f *loweringFunction) Parameter(name string, s shapes.Shape, spec *compute.ShardingSpec) (compute.Value, error) {
	v, err := f.Function.Parameter(name, s, spec)
	f.parameters = append(f.parameters, v)
	return v, err
}

func (f *loweringFunction) Return(outputs []compute.Value, specs []*compute.ShardingSpec) error {
	f.results = outputs
	return f.Function.Return(outputs, specs)
}

func (f *loweringFunction) Builder() compute.Builder { return f.builder }

// Identity is an identity, or the fused operator that Fused asked for.
func (f *loweringFunction) Identity(x compute.Value) (compute.Value, error) {
	y, err := f.Function.Identity(x)
	if op := f.builder.backend.fused; err == nil && op != "" {
		f.builder.backend.fused = ""
		err = setOperator(y, op)
	}
	return y, err
}

// DotGeneral computes the same product as upstream's, by one MatMul.
func (f *loweringFunction) DotGeneral(lhs compute.Value, lhsContract, lhsBatch []int,
	rhs compute.Value, rhsContract, rhsBatch []int, config compute.DotGeneralConfig) (compute.Value, error) {
	if config.AccumulatorDType != dtypes.InvalidDType || config.OutputDType != dtypes.InvalidDType {
		return f.Function.DotGeneral(lhs, lhsContract, lhsBatch, rhs, rhsContract, rhsBatch, config)
	}
	l, lhsCross, err := f.canonical(lhs, lhsBatch, lhsContract, false)
	if err != nil {
		return nil, err
	}
	r, rhsCross, err := f.canonical(rhs, rhsBatch, rhsContract, true)
	if err != nil {
		return nil, err
	}
	// [batch, m, k] x [batch, k, n], or the same without a batch axis.
	var y compute.Value
	batched := len(lhsBatch) > 0
	if batched {
		y, err = f.Function.DotGeneral(l, []int{2}, []int{0}, r, []int{1}, []int{0}, config)
	} else {
		y, err = f.Function.DotGeneral(l, []int{1}, nil, r, []int{0}, nil, config)
	}
	if err != nil {
		return nil, err
	}
	if err := setOperator(y, "MatMul"); err != nil {
		return nil, err
	}
	shape, err := f.Shape(lhs)
	if err != nil {
		return nil, err
	}
	out := make([]int, 0, 4)
	for _, axis := range lhsBatch {
		out = append(out, shape.Dimensions[axis])
	}
	return f.reshape(y, append(append(out, lhsCross...), rhsCross...))
}

// canonical brings x to [batch, cross, contract], or [batch, contract, cross]
// where contractFirst, each group flattened to one axis and no batch axis where
// batch is empty. It also returns the dimensions of the cross axes.
func (f *loweringFunction) canonical(x compute.Value, batch, contract []int, contractFirst bool) (compute.Value, []int, error) {
	shape, err := f.Shape(x)
	if err != nil {
		return nil, nil, err
	}
	var cross, crossDims []int
	for axis, dim := range shape.Dimensions {
		if !slices.Contains(batch, axis) && !slices.Contains(contract, axis) {
			cross, crossDims = append(cross, axis), append(crossDims, dim)
		}
	}
	groups := [][]int{batch, cross, contract}
	if contractFirst {
		groups = [][]int{batch, contract, cross}
	}
	if len(batch) == 0 {
		groups = groups[1:]
	}
	dims := make([]int, len(groups))
	for i, group := range groups {
		dims[i] = 1
		for _, axis := range group {
			dims[i] *= shape.Dimensions[axis]
		}
	}
	inOrder := func(groups [][]int) bool { return slices.IsSorted(slices.Concat(groups...)) }
	swapped, last := slices.Clone(groups), len(groups)-1
	swapped[last-1], swapped[last] = swapped[last], swapped[last-1]
	switch {
	case inOrder(groups):
	case inOrder(swapped): // the reshape first: ONNX Runtime then takes the swap into the product
		dims[last-1], dims[last] = dims[last], dims[last-1]
		if x, err = f.reshape(x, dims); err != nil {
			return nil, nil, err
		}
		swap := []int{0, 1, 2}[:len(dims)]
		swap[last-1], swap[last] = last, last-1
		y, err := f.Transpose(x, swap...)
		return y, crossDims, err
	default:
		if x, err = f.Transpose(x, slices.Concat(groups...)...); err != nil {
			return nil, nil, err
		}
	}
	y, err := f.reshape(x, dims)
	return y, crossDims, err
}

func (f *loweringFunction) reshape(x compute.Value, dims []int) (compute.Value, error) {
	shape, err := f.Shape(x)
	if err != nil || slices.Equal(shape.Dimensions, dims) {
		return x, err
	}
	return f.Reshape(x, dims...)
}

// Pad supports what the gradient of Slice needs: zeros before and after, no
// interior padding and no cropping.
func (f *loweringFunction) Pad(x, fill compute.Value, axes ...compute.PadAxis) (compute.Value, error) {
	for axis, pad := range axes {
		if pad.Interior != 0 || pad.Start < 0 || pad.End < 0 {
			return nil, fmt.Errorf("engine: Pad with %+v is not supported: only zeros before and after", pad)
		}
		if pad.Start == 0 && pad.End == 0 {
			continue
		}
		shape, err := f.Shape(x)
		if err != nil {
			return nil, err
		}
		parts := []compute.Value{x}
		for i, n := range []int{pad.Start, pad.End} {
			if n == 0 {
				continue
			}
			filled := shape.Clone()
			filled.Dimensions[axis] = n
			z, err := f.BroadcastInDim(fill, filled, nil)
			if err != nil {
				return nil, err
			}
			parts = slices.Insert(parts, i*len(parts), z)
		}
		if x, err = f.Concatenate(axis, parts...); err != nil {
			return nil, err
		}
	}
	return x, nil
}
