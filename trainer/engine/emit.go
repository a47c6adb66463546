package engine

import (
	"fmt"
	"reflect"
	"unsafe"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"google.golang.org/protobuf/proto"

	"hyt/policy/onnx"
	"hyt/trainer/wire"
)

// emitter writes what the ONNX backend's builder has gathered as an ONNX model.
//
// Upstream can do that, too, but it opens the model at once, in a session without
// options, whose threads spin while they wait: on cores that others use as well, a
// step then takes two to three times as long. So the model is written here and runs
// in a session of ours.
type emitter struct {
	wire.Graph
	inputs, outputs []onnx.Port
	written         map[string]bool // values, and outputs with "out " before them
}

// operatorSets are what the backend's operators belong to.
var operatorSets = map[string]int64{"": 21, "com.microsoft": 1}

// dims is a shape in the backend's models, which hold scalars as one number of rank 1.
func dims(s shapes.Shape) []int64 {
	if s.Rank() == 0 {
		return []int64{1}
	}
	wide := make([]int64, s.Rank())
	for i, d := range s.Dimensions {
		wide[i] = int64(d)
	}
	return wide
}

// elements are the types that the backend is asked for: ours, ONNX's and the
// runtime's name.
var elements = map[dtypes.DType]struct {
	onnx int64
	port onnx.Type
}{
	dtypes.Float32: {wire.Float, onnx.Float32}, dtypes.Int64: {wire.Int64, onnx.Int64}, dtypes.Uint8: {wire.Uint8, onnx.Uint8},
	dtypes.Int32: {wire.Int32, ""}, dtypes.Bool: {wire.Bool, ""}, dtypes.Float64: {wire.Double, ""}, dtypes.Int8: {wire.Int8, ""},
}

// port declares an input or output.
func port(name string, s shapes.Shape) (wire.Message, onnx.Port, error) {
	p := onnx.Port{Name: name, Type: elements[s.DType].port, Dims: dims(s)}
	if p.Type == "" {
		return nil, p, fmt.Errorf("engine: %s of %s cannot pass in or out of a graph", name, s.DType)
	}
	list := make([]any, len(p.Dims))
	for i, d := range p.Dims {
		list[i] = int(d)
	}
	return wire.Value(name, elements[s.DType].onnx, list...), p, nil
}

func (e *emitter) input(v compute.Value, s shapes.Shape) error {
	n, err := fieldsOf(v)
	if err != nil {
		return err
	}
	m, p, err := port(n.name, s)
	e.Inputs, e.inputs = append(e.Inputs, m), append(e.inputs, p)
	e.written[n.name] = true
	return err
}

// output gives a value, and all that it needs, a place in the model. It gets a name of
// its own, as one value may be given out twice.
func (e *emitter) output(v compute.Value, s shapes.Shape) error {
	n, err := fieldsOf(v)
	if err != nil {
		return err
	}
	if err := e.write(n); err != nil {
		return err
	}
	name := n.name
	if e.written["out "+name] || n.op == "Parameter" || n.op == "Constant" {
		name = fmt.Sprintf("%s_out%d", n.name, len(e.outputs))
		e.Nodes = append(e.Nodes, wire.Node("Identity", "", []string{n.name}, []string{name}))
	}
	e.written["out "+name] = true
	m, p, err := port(name, s)
	e.Outputs, e.outputs = append(e.Outputs, m), append(e.outputs, p)
	return err
}

// write appends a node after those that it reads.
func (e *emitter) write(n fields) error {
	if e.written[n.name] {
		return nil
	}
	e.written[n.name] = true
	if n.op == "Constant" {
		element, ok := elements[n.shape.DType]
		if !ok {
			return fmt.Errorf("engine: constants of %s are not supported", n.shape.DType)
		}
		e.Constants = append(e.Constants, wire.Tensor(n.name, element.onnx, dims(n.shape), dtypes.UnsafeByteSliceFromAny(n.flat)))
		return nil
	}
	var names []string
	for i := range n.inputs.Len() {
		from, err := fieldsOf(n.inputs.Index(i).Interface())
		if err != nil {
			return err
		}
		if err := e.write(from); err != nil {
			return err
		}
		names = append(names, from.name)
	}
	e.Nodes = append(e.Nodes, wire.Node(n.op, n.domain, names, n.outputs, n.attributes...))
	return nil
}

// fields are what a node of the ONNX backend keeps to itself.
type fields struct {
	name, op, domain string
	inputs           reflect.Value // a slice of nodes
	outputs          []string
	shape            shapes.Shape
	flat             any // of a Constant
	attributes       []wire.Attr
}

// private returns a field of a node of the ONNX backend.
//
// The backend offers no way to emit an operator that it has no method for, nor to see
// its graph, and its Node keeps its fields private. Reading and writing them is safe
// because they are found by name and checked for their type, so that a changed Node
// gives an error instead of a wild access, and because the node belongs to the graph
// that this goroutine is building.
func private[T any](node any, name string) (*T, error) {
	f, err := privateValue(node, name)
	if err != nil {
		return nil, err
	}
	if p, ok := f.Addr().Interface().(*T); ok {
		return p, nil
	}
	return nil, fmt.Errorf("engine: the ONNX backend's node has changed: its %s is a %s", name, f.Type())
}

func privateValue(node any, name string) (reflect.Value, error) {
	v := reflect.ValueOf(node)
	if v.Kind() != reflect.Pointer || v.IsNil() || v.Elem().Kind() != reflect.Struct {
		return v, fmt.Errorf("engine: the ONNX backend's node is a %T, want a pointer to its fields", node)
	}
	f := v.Elem().FieldByName(name)
	if !f.IsValid() {
		return f, fmt.Errorf("engine: the ONNX backend's node has changed: it has no %s", name)
	}
	return reflect.NewAt(f.Type(), unsafe.Pointer(f.UnsafeAddr())).Elem(), nil
}

// read sets *to to a field, unless *err is set already.
func read[T any](node any, name string, to *T, err *error) {
	if *err == nil {
		var p *T
		if p, *err = private[T](node, name); *err == nil {
			*to = *p
		}
	}
}

func fieldsOf(node any) (n fields, err error) {
	read(node, "name", &n.name, &err)
	read(node, "opType", &n.op, &err)
	read(node, "domain", &n.domain, &err)
	read(node, "outputNames", &n.outputs, &err)
	read(node, "shape", &n.shape, &err)
	read(node, "flatValue", &n.flat, &err)
	if err != nil {
		return n, err
	}
	if n.outputs == nil {
		n.outputs = []string{n.name}
	}
	if n.inputs, err = privateValue(node, "inputs"); err != nil {
		return n, err
	}
	attributes, err := privateValue(node, "attributes")
	if err == nil && (n.inputs.Kind() != reflect.Slice || attributes.Kind() != reflect.Slice) {
		err = fmt.Errorf("engine: the ONNX backend's node has changed: inputs are a %s, attributes a %s", n.inputs.Type(), attributes.Type())
	}
	if err != nil {
		return n, err
	}
	for i := range attributes.Len() {
		m, ok := attributes.Index(i).Interface().(proto.Message)
		if !ok {
			return n, fmt.Errorf("engine: the ONNX backend's node has changed: an attribute is a %s", attributes.Index(i).Type())
		}
		raw, err := proto.Marshal(m)
		if err != nil {
			return n, fmt.Errorf("engine: attribute of %s: %w", n.op, err)
		}
		n.attributes = append(n.attributes, raw)
	}
	return n, nil
}

// setOperator makes a node of the ONNX backend emit another operator with the
// same inputs and output shape, and no attributes.
func setOperator(node compute.Value, op string) error {
	kind, err := private[string](node, "opType")
	if err != nil {
		return err
	}
	attributes, err := privateValue(node, "attributes")
	if err != nil {
		return err
	}
	*kind = op
	attributes.SetZero()
	return nil
}
