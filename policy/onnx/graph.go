// Package onnx runs a model's graphs in ONNX Runtime. It is the only package
// that knows the library's binding.
//
// A [Graph] is one ONNX file. Inputs named "state.*" and outputs named
// "state.*.out" are its [State]: opaque, any number of them, float32 or int64, of
// any length. The others are ports that the caller fills and reads through [Tensor] values made
// once, so that a step in steady state allocates next to nothing.
package onnx

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"

	ort "github.com/yalue/onnxruntime_go"

	"hyt/policy/spec"
)

// Options says how graphs run. The zero value is good.
type Options struct {
	Library string // path of ONNX Runtime's shared library; "" looks for it (FindLibrary)
	Threads int    // threads inside one operator; 0 means 1, which has the best tail latency
}

// Graph is one open ONNX file. It runs one call at a time.
type Graph struct {
	path     string
	session  *ort.DynamicAdvancedSession
	inputs   []Port // in the file's order, without state
	outputs  []Port
	stateIn  []Port // sorted by name
	stateOut []Port

	pool   *pool
	shapes map[string][]ort.Shape // shapes of the input tensors -> shapes of the state that comes out

	// Scratch of Run, kept so that it does not allocate.
	key      []byte
	in, out  []ort.Value
	expected []*Tensor
}

// Open loads the graph at path, and ONNX Runtime itself the first time.
func Open(path string, o Options) (*Graph, error) {
	if err := start(o.Library); err != nil {
		return nil, err
	}
	g := &Graph{path: path, pool: newPool(), shapes: make(map[string][]ort.Shape)}
	ins, outs, err := ort.GetInputOutputInfo(path)
	if err != nil {
		return nil, fmt.Errorf("graph %s is not one that ONNX Runtime can run (%w); export the model again", path, err)
	}
	if g.inputs, g.stateIn, err = ports(ins, ""); err == nil {
		g.outputs, g.stateOut, err = ports(outs, spec.StateOutSuffix)
	}
	if err != nil {
		return nil, fmt.Errorf("graph %s: %w", path, err)
	}
	if err := g.open(max(o.Threads, 1)); err != nil {
		return nil, fmt.Errorf("graph %s does not open (%w); export the model again", path, err)
	}
	return g, nil
}

func (g *Graph) open(threads int) error {
	opts, err := ort.NewSessionOptions()
	if err != nil {
		return err
	}
	defer opts.Destroy()
	if err := opts.SetIntraOpNumThreads(threads); err != nil {
		return err
	}
	if err := opts.SetInterOpNumThreads(1); err != nil {
		return err
	}
	g.session, err = ort.NewDynamicAdvancedSession(g.path,
		append(names(g.inputs, ""), names(g.stateIn, "")...),
		append(names(g.outputs, ""), names(g.stateOut, spec.StateOutSuffix)...), opts)
	return err
}

func names(ports []Port, suffix string) []string {
	var names []string
	for _, p := range ports {
		names = append(names, p.Name+suffix)
	}
	return names
}

// ports splits what a graph takes or gives into plain ports and its state, whose
// names in the file end in suffix.
func ports(infos []ort.InputOutputInfo, suffix string) (plain, state []Port, err error) {
	for _, info := range infos {
		p := Port{Name: info.Name, Type: typeOf(info.DataType), Dims: info.Dimensions}
		if !strings.HasPrefix(p.Name, spec.StatePrefix) {
			plain = append(plain, p)
			continue
		}
		var marked bool
		if p.Name, marked = strings.CutSuffix(p.Name, suffix); !marked {
			return nil, nil, fmt.Errorf("the state output %s must be named %s%s", p.Name, p.Name, suffix)
		}
		if p.Type != Float32 && p.Type != Int64 {
			return nil, nil, fmt.Errorf("%s is of type %s: a state is float32 or int64", p.Name, p.Type)
		}
		state = append(state, p)
	}
	slices.SortFunc(state, func(a, b Port) int { return cmp.Compare(a.Name, b.Name) })
	return plain, state, nil
}

// Path is the file that the graph was opened from.
func (g *Graph) Path() string { return g.path }

// Inputs are the inputs without state, in the order that Run wants them.
func (g *Graph) Inputs() []Port { return g.inputs }

// Outputs are the outputs without state, in the order that Run wants them.
func (g *Graph) Outputs() []Port { return g.outputs }

// StateIn is the state that the graph reads, sorted by name.
func (g *Graph) StateIn() []Port { return g.stateIn }

// StateOut is the state that the graph makes, sorted by name, named as it is read.
func (g *Graph) StateOut() []Port { return g.stateOut }

// Positions is how many positions s holds: its size where this graph's state
// input may vary. A state of fixed size has none, and the answer is 0.
func (g *Graph) Positions(s *State) int {
	tensors, err := s.tensors()
	if err != nil || len(tensors) != len(g.stateIn) {
		return 0
	}
	for i, p := range g.stateIn {
		axis := slices.Index(p.Dims, -1)
		if axis >= 0 && axis < len(tensors[i].dims) {
			return int(tensors[i].dims[axis])
		}
	}
	return 0
}

// Run runs the graph: in and from are read, out is written, and the state that
// comes out is the caller's to release. The state is nil for graphs without
// StateOut; from is nil for those without StateIn. After an error the content of
// out means nothing.
func (g *Graph) Run(in []*Tensor, from *State, out []*Tensor) (*State, error) {
	if len(in) != len(g.inputs) || len(out) != len(g.outputs) {
		return nil, fmt.Errorf("graph %s was given %d inputs and %d outputs, wants %d and %d", g.path, len(in), len(out), len(g.inputs), len(g.outputs))
	}
	var read []*Tensor
	if len(g.stateIn) > 0 {
		var err error
		if read, err = from.tensors(); err != nil {
			return nil, fmt.Errorf("graph %s: %w", g.path, err)
		}
		if len(read) != len(g.stateIn) {
			return nil, fmt.Errorf("graph %s reads %d state tensors, was given %d: the graphs are of different models", g.path, len(g.stateIn), len(read))
		}
	}
	g.prepare(in, read, out)
	if err := g.expect(); err != nil {
		return nil, fmt.Errorf("graph %s: %w", g.path, err)
	}
	made, err := g.run(len(out))
	clear(g.in)
	clear(g.out)
	if err != nil {
		return nil, fmt.Errorf("graph %s does not run: %w", g.path, err)
	}
	if len(made) == 0 {
		return nil, nil
	}
	return newState(made), nil
}

// prepare fills the scratch with the tensors and the key of their shapes.
func (g *Graph) prepare(in, state, out []*Tensor) {
	g.in, g.out, g.key = g.in[:0], g.out[:0], g.key[:0]
	for _, list := range [2][]*Tensor{in, state} {
		for _, t := range list {
			g.in = append(g.in, t.value)
			for _, d := range t.dims {
				g.key = binary.AppendVarint(g.key, d)
			}
		}
	}
	for _, t := range out {
		g.out = append(g.out, t.value)
	}
}

// expect adds an output for each state tensor: memory of the right shape where
// inputs of these shapes were seen before, nil (ONNX Runtime allocates) if not.
func (g *Graph) expect() error {
	g.expected = g.expected[:0]
	known := g.shapes[string(g.key)]
	for i, p := range g.stateOut {
		if known == nil {
			g.out = append(g.out, nil)
			continue
		}
		t, err := g.pool.get(p.Type, known[i])
		if err != nil {
			g.dropExpected()
			return err
		}
		g.expected = append(g.expected, t)
		g.out = append(g.out, t.value)
	}
	return nil
}

func (g *Graph) dropExpected() {
	for _, t := range g.expected {
		t.Close()
	}
	g.expected = g.expected[:0]
}

// run runs the prepared call and returns the state tensors, whose slice is fresh.
// Shapes may in principle hang on values: when the expected ones turn out wrong,
// it runs once more and lets ONNX Runtime allocate.
func (g *Graph) run(plain int) ([]*Tensor, error) {
	err := g.session.Run(g.in, g.out)
	if err == nil && len(g.expected) > 0 {
		return slices.Clone(g.expected), nil
	}
	if err != nil && len(g.expected) > 0 {
		g.dropExpected()
		delete(g.shapes, string(g.key))
		clear(g.out[plain:])
		err = g.session.Run(g.in, g.out)
	}
	if err != nil {
		return nil, err
	}
	return g.learn(g.out[plain:])
}

// learn takes over state that ONNX Runtime allocated and remembers its shapes.
func (g *Graph) learn(values []ort.Value) ([]*Tensor, error) {
	var made []*Tensor
	var shapes []ort.Shape
	for i, v := range values {
		t, err := wrapValue(v)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", g.stateOut[i].Name, err)
		}
		made = append(made, t)
		shapes = append(shapes, t.dims)
	}
	if len(made) > 0 {
		g.shapes[string(g.key)] = shapes
	}
	return made, nil
}

// Close frees the graph. States that it made stay valid.
func (g *Graph) Close() error {
	if g == nil || g.session == nil {
		return nil
	}
	err := g.session.Destroy()
	g.session = nil
	return err
}
