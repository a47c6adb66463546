// Package engine runs GoMLX computation graphs on the CPU: the one place that
// knows which backend computes them.
//
// A Program is a compiled graph with fixed input shapes. Its inputs are Tensors,
// whose memory is shared with the backend, so that filling a batch or updating a
// weight is a plain write to a Go slice. A backend that cannot share, as on a GPU,
// is given a copy each run, which looks the same from here.
package engine

import (
	"errors"
	"fmt"
	"runtime"

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

// Engine owns a backend. A program must not run twice at a time; two programs may, if
// they were made by CompileForCore.
type Engine struct {
	backend compute.Backend
	data    compute.DataInterface
	shared  bool // tensors lie in the backend's memory
}

// Open starts the named backend. The ONNX backend needs ONNX Runtime's shared
// library (see startLibrary), XLA a PJRT plugin (see findPlugin).
func Open(name string) (*Engine, error) {
	var config string
	var err error
	switch name {
	case ONNX:
		config, err = "onnx:cpu", startLibrary()
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
		backend = &loweringBackend{Backend: backend, threads: runtime.GOMAXPROCS(0)}
	}
	data, ok := backend.(compute.DataInterface)
	if !ok {
		return nil, fmt.Errorf("engine: backend %s moves no data", name)
	}
	return &Engine{backend: backend, data: data, shared: data.HasSharedBuffers()}, nil
}

// Close frees the backend.
func (e *Engine) Close() { e.backend.Finalize() }

// Tensor is an array for programs to read, or that one has left. Exactly one of
// F32, I64 and U8 is set; it is valid until Free.
type Tensor struct {
	Shape shapes.Shape
	F32   []float32
	I64   []int64
	U8    []uint8
	buf   compute.Buffer // nil where memory is not shared
}

// NewTensor allocates a tensor of float32, int64 or uint8.
func (e *Engine) NewTensor(dtype dtypes.DType, dims ...int) (*Tensor, error) {
	shape := shapes.Make(dtype, dims...)
	if !e.shared {
		return ownTensor(shape)
	}
	buf, flat, err := e.data.NewSharedBuffer(0, shape)
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

// ownTensor is a tensor in Go's memory.
func ownTensor(shape shapes.Shape) (*Tensor, error) {
	t := &Tensor{Shape: shape}
	switch shape.DType {
	case dtypes.Float32:
		t.F32 = make([]float32, shape.Size())
	case dtypes.Int64:
		t.I64 = make([]int64, shape.Size())
	case dtypes.Uint8:
		t.U8 = make([]uint8, shape.Size())
	default:
		return nil, fmt.Errorf("engine: tensors of %s are not supported", shape.DType)
	}
	return t, nil
}

// flat is the slice that is set.
func (t *Tensor) flat() any {
	switch {
	case t.F32 != nil:
		return t.F32
	case t.I64 != nil:
		return t.I64
	}
	return t.U8
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

// Take copies the k-th of the equal parts, each as long as t, that from is cut into
// along its first axis.
func (t *Tensor) Take(from *Tensor, k int) {
	copy(t.F32, from.F32[k*len(t.F32):])
	copy(t.I64, from.I64[k*len(t.I64):])
	copy(t.U8, from.U8[k*len(t.U8):])
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
	engine *Engine
	name   string
	graph  *graph.Graph
	exec   compute.Executable
	n      int
}

// Cores is how many programs of CompileForCore can run at a time: 1 where the backend
// spreads its work itself.
func (e *Engine) Cores() int {
	if b, ok := e.backend.(*loweringBackend); ok {
		return b.threads
	}
	return 1
}

// Compile builds and compiles a graph. build receives one node per input, in
// order, and returns the outputs. Mistakes in shapes come back as errors.
func (e *Engine) Compile(name string, inputs []Input, build func(in []*graph.Node) []*graph.Node) (*Program, error) {
	return e.compile(e.backend, name, inputs, build)
}

// CompileForCore is Compile for a program that keeps to one core, where the backend lets
// it. Cores of them, each with its part of a batch, do more than one program with all
// cores: they wait for one another once a run, not at each operator.
func (e *Engine) CompileForCore(name string, inputs []Input, build func(in []*graph.Node) []*graph.Node) (*Program, error) {
	backend := e.backend
	if b, ok := backend.(*loweringBackend); ok {
		backend = &loweringBackend{Backend: b.Backend, threads: 1}
	}
	return e.compile(backend, name, inputs, build)
}

func (e *Engine) compile(backend compute.Backend, name string, inputs []Input, build func(in []*graph.Node) []*graph.Node) (p *Program, err error) {
	defer func() {
		if r := recover(); r != nil { // GoMLX reports graph mistakes by panic
			p, err = nil, fmt.Errorf("engine: build graph %q: %v", name, r)
		}
	}()
	g := graph.NewGraph(backend, name)
	nodes := make([]*graph.Node, len(inputs))
	for i, in := range inputs {
		nodes[i] = graph.Parameter(g, in.Name, shapes.Make(in.DType, in.Dims...))
	}
	if err := g.Compile(build(nodes)...); err != nil {
		return nil, fmt.Errorf("engine: compile graph %q: %w", name, err)
	}
	return &Program{engine: e, name: name, graph: g, exec: g.Executable(), n: len(inputs)}, nil
}

// Run executes the program. The outputs belong to the caller, who frees them;
// freed outputs are used again by the next run.
func (p *Program) Run(inputs ...*Tensor) ([]*Tensor, error) {
	if len(inputs) != p.n {
		return nil, fmt.Errorf("engine: graph %q takes %d inputs, got %d", p.name, p.n, len(inputs))
	}
	bufs := make([]compute.Buffer, len(inputs))
	for i, t := range inputs {
		if bufs[i] = t.buf; t.buf != nil {
			continue
		}
		var err error
		if bufs[i], err = p.engine.data.BufferFromFlatData(0, t.flat(), t.Shape); err != nil {
			return nil, fmt.Errorf("engine: graph %q input %d: %w", p.name, i, err)
		}
		defer bufs[i].Finalize()
	}
	results, err := p.exec.Execute(bufs, make([]bool, len(inputs)), 0)
	if err != nil {
		return nil, fmt.Errorf("engine: run graph %q: %w", p.name, err)
	}
	out := make([]*Tensor, len(results))
	for i, buf := range results {
		if out[i], err = p.engine.result(buf); err != nil {
			return nil, fmt.Errorf("engine: graph %q output %d: %w", p.name, i, err)
		}
	}
	return out, nil
}

// result is what a run has left in buf: in place, or copied where memory is not
// shared.
func (e *Engine) result(buf compute.Buffer) (*Tensor, error) {
	shape, err := buf.Shape()
	if err != nil {
		return nil, err
	}
	if e.shared {
		flat, err := buf.Data()
		if err != nil {
			return nil, err
		}
		t := &Tensor{Shape: shape, buf: buf}
		t.setFlat(flat)
		return t, nil
	}
	t, err := ownTensor(shape)
	if err != nil {
		return nil, err
	}
	return t, errors.Join(buf.ToFlatData(t.flat()), buf.Finalize())
}

// Close frees the compiled graph.
func (p *Program) Close() { p.graph.Finalize() }
