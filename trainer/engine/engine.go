// Package engine runs GoMLX computation graphs on the CPU: the one place that
// knows which backend computes them.
//
// A Program is a compiled graph with fixed input shapes. Its inputs are Tensors,
// whose memory is shared with the backend, so that filling a batch or updating a
// weight is a plain write to a Go slice.
package engine

import (
	"fmt"

	"github.com/gomlx/compute"
	_ "github.com/gomlx/compute-onnx" // registers "onnx"
	"github.com/gomlx/compute/dtypes"
	_ "github.com/gomlx/compute/gobackend" // registers "go"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
)

// Backends that Open knows.
const (
	ONNX = "onnx" // ONNX Runtime on the CPU, all cores: for training
	Go   = "go"   // pure Go, one core: for small tests, as the independent second opinion
	XLA  = "xla"  // XLA through a PJRT plugin, such as a GPU's; in builds with -tags xla
)

// Backends lists them.
func Backends() []string { return []string{ONNX, Go, XLA} }

// Engine owns a backend. Its programs must not run two at a time, because the
// ONNX backend shares buffers between runs.
type Engine struct {
	name    string
	backend compute.Backend
}

// Open starts the named backend. The ONNX backend needs ONNX Runtime's shared
// library (see findLibrary), XLA a PJRT plugin (see findPlugin).
func Open(name string) (*Engine, error) {
	var config string
	var err error
	switch name {
	case ONNX:
		config, err = "onnx:cpu", findLibrary()
	case Go:
		config = "go:ops_sequential"
	case XLA:
		config, err = findPlugin()
	default:
		err = fmt.Errorf("engine: no backend %q: use one of %v", name, Backends())
	}
	if err != nil {
		return nil, err
	}
	backend, err := compute.NewWithConfig(config)
	if err != nil {
		return nil, fmt.Errorf("engine: start backend %s: %w", name, err)
	}
	if name == ONNX {
		backend = &loweringBackend{Backend: backend, data: backend.(compute.DataInterface)}
	}
	return &Engine{name: name, backend: backend}, nil
}

// Name is the backend's name.
func (e *Engine) Name() string { return e.name }

// Close frees the backend.
func (e *Engine) Close() { e.backend.Finalize() }

// Tensor is an array in memory that Go and the backend share. Exactly one of
// F32, I64 and U8 is set; it is valid until Free.
type Tensor struct {
	Shape shapes.Shape
	F32   []float32
	I64   []int64
	U8    []uint8
	buf   compute.Buffer
}

// NewTensor allocates a tensor of float32, int64 or uint8.
func (e *Engine) NewTensor(dtype dtypes.DType, dims ...int) (*Tensor, error) {
	shape := shapes.Make(dtype, dims...)
	buf, flat, err := e.backend.(compute.DataInterface).NewSharedBuffer(0, shape)
	if err != nil {
		return nil, fmt.Errorf("engine: allocate %s: %w", shape, err)
	}
	t := &Tensor{Shape: shape, buf: buf}
	t.setFlat(flat)
	clear(t.F32)
	clear(t.I64)
	clear(t.U8)
	return t, nil
}

func (t *Tensor) setFlat(flat any) {
	switch v := flat.(type) {
	case []float32:
		t.F32 = v
	case []int64:
		t.I64 = v
	case []uint8:
		t.U8 = v
	}
}

// Free returns the memory to the backend. The slices must not be used after it.
func (t *Tensor) Free() {
	if t.buf != nil {
		_ = t.buf.Finalize()
	}
	*t = Tensor{Shape: t.Shape}
}

// Input names one input of a program.
type Input struct {
	Name  string
	DType dtypes.DType
	Dims  []int
}

// Program is one compiled graph.
type Program struct {
	name  string
	graph *graph.Graph
	exec  compute.Executable
	n     int
}

// Compile builds and compiles a graph. build receives one node per input, in
// order, and returns the outputs. Mistakes in shapes come back as errors.
func (e *Engine) Compile(name string, inputs []Input, build func(in []*graph.Node) []*graph.Node) (p *Program, err error) {
	defer func() {
		if r := recover(); r != nil { // GoMLX reports graph mistakes by panic
			p, err = nil, fmt.Errorf("engine: build graph %q: %v", name, r)
		}
	}()
	g := graph.NewGraph(e.backend, name)
	nodes := make([]*graph.Node, len(inputs))
	for i, in := range inputs {
		nodes[i] = graph.Parameter(g, in.Name, shapes.Make(in.DType, in.Dims...))
	}
	if err := g.Compile(build(nodes)...); err != nil {
		return nil, fmt.Errorf("engine: compile graph %q: %w", name, err)
	}
	return &Program{name: name, graph: g, exec: g.Executable(), n: len(inputs)}, nil
}

// Run executes the program. The outputs belong to the caller, who frees them;
// freed outputs are used again by the next run.
func (p *Program) Run(inputs ...*Tensor) ([]*Tensor, error) {
	if len(inputs) != p.n {
		return nil, fmt.Errorf("engine: graph %q takes %d inputs, got %d", p.name, p.n, len(inputs))
	}
	bufs := make([]compute.Buffer, len(inputs))
	for i, t := range inputs {
		bufs[i] = t.buf
	}
	results, err := p.exec.Execute(bufs, make([]bool, len(inputs)), 0)
	if err != nil {
		return nil, fmt.Errorf("engine: run graph %q: %w", p.name, err)
	}
	out := make([]*Tensor, len(results))
	for i, buf := range results {
		shape, err := buf.Shape()
		if err != nil {
			return nil, fmt.Errorf("engine: graph %q output %d: %w", p.name, i, err)
		}
		flat, err := buf.Data()
		if err != nil {
			return nil, fmt.Errorf("engine: graph %q output %d: %w", p.name, i, err)
		}
		out[i] = &Tensor{Shape: shape, buf: buf}
		out[i].setFlat(flat)
	}
	return out, nil
}

// Close frees the compiled graph.
func (p *Program) Close() { p.graph.Finalize() }
