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
	"errors"
	"fmt"
	"slices"
	"strings"

	ort "github.com/yalue/onnxruntime_go"

	"hyt/policy/spec"
)

// Graph is one open ONNX file. It runs one call at a time; its twins run beside it.
type Graph struct {
	*file
	twin    bool
	binding *ort.IoBinding
	memory  memory             // of the states that it makes
	shapes  map[string]*layout // shapes of the input tensors -> those of the state that comes out

	// Scratch of Run, kept so that it does not allocate.
	key     []byte
	in, out []ort.Value // without state
}

// file is what a graph and its twins share. It never changes.
type file struct {
	path     string
	session  *ort.DynamicAdvancedSession
	inputs   []Port // in the file's order, without state
	outputs  []Port
	stateIn  []Port // sorted by name
	stateOut []Port

	inNames, outNames []string // plain ones, then state, as in the file
}

// Open loads the graph at path, and ONNX Runtime itself the first time.
func Open(path string, o Options) (*Graph, error) {
	if err := start(o.Library); err != nil {
		return nil, err
	}
	ins, outs, err := ort.GetInputOutputInfo(path)
	if err != nil {
		return nil, fmt.Errorf("graph %s is not one that ONNX Runtime can run (%w); export the model again", path, err)
	}
	f := &file{path: path}
	if f.inputs, f.stateIn, err = ports(ins, ""); err == nil {
		f.outputs, f.stateOut, err = ports(outs, spec.StateOutSuffix)
	}
	if err != nil {
		return nil, fmt.Errorf("graph %s: %w", path, err)
	}
	return f.open(o, func(opts *ort.SessionOptions) (*ort.DynamicAdvancedSession, error) {
		return ort.NewDynamicAdvancedSession(path, f.inNames, f.outNames, opts)
	})
}

// OpenModel loads a graph without state that is in memory, an ONNX ModelProto. The
// caller knows its ports, and the order in which Run shall want them; name is for
// messages.
func OpenModel(name string, model []byte, inputs, outputs []Port, o Options) (*Graph, error) {
	if err := start(o.Library); err != nil {
		return nil, err
	}
	f := &file{path: name, inputs: inputs, outputs: outputs}
	return f.open(o, func(opts *ort.SessionOptions) (*ort.DynamicAdvancedSession, error) {
		return ort.NewDynamicAdvancedSessionWithONNXData(model, f.inNames, f.outNames, opts)
	})
}

// open makes f's graph of the session that load gives, once the ports are known.
func (f *file) open(o Options, load func(*ort.SessionOptions) (*ort.DynamicAdvancedSession, error)) (*Graph, error) {
	f.inNames = append(names(f.inputs, ""), names(f.stateIn, "")...)
	f.outNames = append(names(f.outputs, ""), names(f.stateOut, spec.StateOutSuffix)...)
	opts, err := o.sessionOptions()
	if err != nil {
		return nil, err
	}
	defer opts.Destroy()
	if f.session, err = load(opts); err != nil {
		return nil, fmt.Errorf("graph %s does not open with provider %s (%s); export the model again", f.path, cmp.Or(o.Provider, CPU), firstLine(err))
	}
	g, err := newGraph(f)
	if err != nil {
		return nil, errors.Join(err, f.session.Destroy())
	}
	return g, nil
}

func newGraph(f *file) (*Graph, error) {
	b, err := f.session.CreateIoBinding()
	if err != nil {
		return nil, fmt.Errorf("graph %s: %w", f.path, err)
	}
	return &Graph{file: f, binding: b, memory: newMemory(f.stateOut), shapes: make(map[string]*layout)}, nil
}

// Twin is the same graph, with the same weights in memory, for another goroutine:
// it may run while g runs, and takes g's states as g takes its own. The caller
// closes it before g.
func (g *Graph) Twin() (*Graph, error) {
	t, err := newGraph(g.file)
	if err == nil {
		t.twin = true
	}
	return t, err
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
	into := new(State)
	if err := g.RunInto(in, from, out, into); err != nil || len(g.stateOut) == 0 {
		return nil, err
	}
	return into, nil
}

// RunInto is Run that leaves the new state in into, which is released first and may
// be nil for graphs without StateOut; from and into are different handles. With
// shapes that it has seen before it allocates nothing.
func (g *Graph) RunInto(in []*Tensor, from *State, out []*Tensor, into *State) error {
	if len(in) != len(g.inputs) || len(out) != len(g.outputs) {
		return fmt.Errorf("graph %s was given %d inputs and %d outputs, wants %d and %d", g.path, len(in), len(out), len(g.inputs), len(g.outputs))
	}
	read, err := g.read(from)
	if err != nil {
		return err
	}
	into.Release()
	made, err := g.run(in, read, out)
	if err != nil {
		return fmt.Errorf("graph %s does not run: %s", g.path, firstLine(err))
	}
	if made != nil {
		into.put(made)
	}
	return nil
}

// read is the tensors of the state that the graph reads.
func (g *Graph) read(from *State) ([]*Tensor, error) {
	if len(g.stateIn) == 0 {
		return nil, nil
	}
	read, err := from.tensors()
	if err != nil {
		return nil, fmt.Errorf("graph %s: %w", g.path, err)
	}
	if len(read) != len(g.stateIn) {
		return nil, fmt.Errorf("graph %s reads %d state tensors, was given %d: the graphs are of different models", g.path, len(g.stateIn), len(read))
	}
	return read, nil
}

// run writes the new state into memory of the right shape where inputs of these
// shapes were seen before, or else lets ONNX Runtime allocate. Shapes may in
// principle hang on values: when the expected ones turn out wrong, it runs once
// more and learns.
func (g *Graph) run(in, read, out []*Tensor) (*view, error) {
	g.key = g.key[:0]
	for _, list := range [2][]*Tensor{in, read} {
		for _, t := range list {
			g.key = appendShape(g.key, t.dims)
		}
	}
	l := g.shapes[string(g.key)]
	if l == nil && len(g.stateOut) > 0 {
		return g.learn(in, read, out)
	}
	var v *view
	var write []*Tensor
	if l != nil {
		var err error
		if v, err = g.memory.take(l); err != nil {
			return nil, err
		}
		write = v.tensors
	}
	err := g.runBound([2][]*Tensor{in, read}, [2][]*Tensor{out, write})
	if err != nil && v != nil {
		v.block.handles.Store(0)
		delete(g.shapes, string(g.key))
		return g.learn(in, read, out)
	}
	return v, err
}

func (g *Graph) runBound(in, out [2][]*Tensor) error {
	i := 0
	for _, list := range in {
		for _, t := range list {
			if err := g.binding.BindInput(g.inNames[i], t.value); err != nil {
				return err
			}
			i++
		}
	}
	i = 0
	for _, list := range out {
		for _, t := range list {
			if err := g.binding.BindOutput(g.outNames[i], t.value); err != nil {
				return err
			}
			i++
		}
	}
	return g.session.RunWithBinding(g.binding)
}

// learn lets ONNX Runtime allocate the state, copies it into memory of the graph's
// own and remembers its shapes.
func (g *Graph) learn(in, read, out []*Tensor) (*view, error) {
	g.in, g.out = g.in[:0], g.out[:0]
	for _, list := range [2][]*Tensor{in, read} {
		for _, t := range list {
			g.in = append(g.in, t.value)
		}
	}
	for _, t := range out {
		g.out = append(g.out, t.value)
	}
	g.out = append(g.out, make([]ort.Value, len(g.stateOut))...)
	defer func() { clear(g.in); clear(g.out) }()
	if err := g.session.Run(g.in, g.out); err != nil {
		return nil, err
	}
	made := g.out[len(out):]
	defer func() {
		for _, v := range made {
			v.Destroy()
		}
	}()
	var dims []ort.Shape
	for _, v := range made {
		dims = append(dims, v.GetShape())
	}
	l := g.memory.layout(dims)
	v, err := g.memory.take(l)
	if err != nil {
		return nil, err
	}
	for i, t := range v.tensors {
		if err := t.copyFrom(made[i]); err != nil {
			v.block.handles.Store(0)
			return nil, fmt.Errorf("%s: %w", g.stateOut[i].Name, err)
		}
	}
	g.shapes[string(g.key)] = l
	return v, nil
}

// Close frees the graph. States that it made stay valid.
func (g *Graph) Close() error {
	if g == nil || g.binding == nil {
		return nil
	}
	err := g.binding.Destroy()
	g.binding = nil
	if !g.twin {
		err = errors.Join(err, g.session.Destroy())
	}
	return err
}
