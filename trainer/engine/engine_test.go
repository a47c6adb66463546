package engine

import (
	"math"
	"math/rand/v2"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/graph"

	"hyt/policy/onnx"
)

func openEngine(t *testing.T, name string) *Engine {
	t.Helper()
	e, err := Open(name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(e.Close)
	return e
}

// calculate builds a graph of float inputs filled with seeded noise, runs it and
// returns its outputs.
func calculate(t *testing.T, e *Engine, dims [][]int, build func(in []*graph.Node) []*graph.Node) [][]float32 {
	t.Helper()
	var inputs []Input
	var tensors []*Tensor
	r := rand.New(rand.NewPCG(1, 1))
	for i, d := range dims {
		inputs = append(inputs, Input{Name: string(rune('a' + i)), DType: dtypes.Float32, Dims: d})
		x, err := e.NewTensor(dtypes.Float32, d...)
		if err != nil {
			t.Fatal(err)
		}
		for j := range x.F32 {
			x.F32[j] = float32(r.NormFloat64())
		}
		tensors = append(tensors, x)
	}
	p, err := e.Compile("test", inputs, build)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	out, err := p.Run(tensors...)
	if err != nil {
		t.Fatal(err)
	}
	var values [][]float32
	for _, o := range out {
		values = append(values, append([]float32(nil), o.F32...))
		o.Free()
	}
	return values
}

// TestLoweredOperationsAgreeWithPureGo compares values and gradients of what the
// ONNX backend is given in another form than GoMLX asked for.
func TestLoweredOperationsAgreeWithPureGo(t *testing.T) {
	for _, test := range []struct {
		name string
		dims [][]int
		op   func(in []*graph.Node) *graph.Node
	}{
		{"matrix product", [][]int{{3, 4}, {4, 5}}, func(in []*graph.Node) *graph.Node { return graph.MatMul(in[0], in[1]) }},
		{"rows of a batch times a matrix", [][]int{{2, 3, 4}, {4, 5}}, func(in []*graph.Node) *graph.Node { return graph.MatMul(in[0], in[1]) }},
		{"attention scores: two batch axes out of order", [][]int{{2, 3, 4, 5}, {2, 6, 4, 5}}, func(in []*graph.Node) *graph.Node {
			return graph.EinsumAxes(in[0], in[1], [][2]int{{3, 3}}, [][2]int{{0, 0}, {2, 2}})
		}},
		{"attention values", [][]int{{2, 4, 3, 6}, {2, 6, 4, 5}}, func(in []*graph.Node) *graph.Node {
			return graph.EinsumAxes(in[0], in[1], [][2]int{{3, 1}}, [][2]int{{0, 0}, {1, 2}})
		}},
		{"contraction of the first axis", [][]int{{3, 4}, {3, 5}}, func(in []*graph.Node) *graph.Node {
			return graph.EinsumAxes(in[0], in[1], [][2]int{{0, 0}}, nil)
		}},
		{"slice of the middle", [][]int{{4, 6}}, func(in []*graph.Node) *graph.Node {
			return graph.Slice(in[0], graph.AxisRange(1, 3), graph.AxisRange(2, 5))
		}},
		{"slice of the end", [][]int{{4, 6}}, func(in []*graph.Node) *graph.Node {
			return graph.Slice(in[0], graph.AxisRange(), graph.AxisRange(4, 6))
		}},
		{"softmax", [][]int{{2, 3, 5}}, func(in []*graph.Node) *graph.Node { return Softmax(in[0]) }},
		{"silu", [][]int{{3, 5}}, func(in []*graph.Node) *graph.Node { return Silu(in[0]) }},
		{"unit root mean square", [][]int{{3, 5}}, func(in []*graph.Node) *graph.Node { return UnitRMS(in[0], 0.1) }},
		{"attention scores, heads first", [][]int{{2, 4, 3, 5}, {2, 4, 6, 5}}, func(in []*graph.Node) *graph.Node {
			return graph.EinsumAxes(in[0], in[1], [][2]int{{3, 3}}, [][2]int{{0, 0}, {1, 1}})
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			build := func(in []*graph.Node) []*graph.Node {
				y := test.op(in)
				loss := graph.ReduceAllSum(graph.Mul(y, graph.Sin(graph.AddScalar(y, 0.3)))) // every element counts differently
				return append([]*graph.Node{y}, graph.Gradient(loss, in...)...)
			}
			a := calculate(t, openEngine(t, ONNX), test.dims, build)
			b := calculate(t, openEngine(t, Go), test.dims, build)
			for i := range a {
				if len(a[i]) != len(b[i]) {
					t.Fatalf("output %d has %d values, pure Go %d", i, len(a[i]), len(b[i]))
				}
				for j := range a[i] {
					if math.Abs(float64(a[i][j]-b[i][j])) > 1e-4 {
						t.Fatalf("output %d, element %d: %v, pure Go %v", i, j, a[i][j], b[i][j])
					}
				}
			}
		})
	}
}

func TestMistakesInAGraphAreErrors(t *testing.T) {
	e := openEngine(t, ONNX)
	inputs := []Input{{Name: "a", DType: dtypes.Float32, Dims: []int{2, 3}}, {Name: "b", DType: dtypes.Float32, Dims: []int{2, 3}}}
	_, err := e.Compile("wrong", inputs, func(in []*graph.Node) []*graph.Node {
		return []*graph.Node{graph.MatMul(in[0], in[1])}
	})
	if err == nil || !strings.Contains(err.Error(), `"wrong"`) {
		t.Errorf("error %v, want one that names the graph", err)
	}
}

func TestRunCountsItsInputs(t *testing.T) {
	e := openEngine(t, Go)
	p, err := e.Compile("one", []Input{{Name: "a", DType: dtypes.Float32, Dims: []int{2}}},
		func(in []*graph.Node) []*graph.Node { return []*graph.Node{graph.Neg(in[0])} })
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Run(); err == nil {
		t.Error("ran without its input")
	}
}

func TestUnknownBackend(t *testing.T) {
	if _, err := Open("tpu"); err == nil || !strings.Contains(err.Error(), `"tpu"`) || !strings.Contains(err.Error(), "onnx go xla") {
		t.Errorf("error %v", err)
	}
}

// TestCopiedTensorsGiveTheSame: a backend that cannot share memory, as XLA on a GPU.
func TestCopiedTensorsGiveTheSame(t *testing.T) {
	build := func(in []*graph.Node) []*graph.Node {
		y := graph.MatMul(in[0], in[1])
		return append([]*graph.Node{y}, graph.Gradient(graph.ReduceAllSum(graph.Mul(y, y)), in...)...)
	}
	dims := [][]int{{3, 4}, {4, 2}}
	shared, apart := openEngine(t, Go), openEngine(t, Go)
	apart.shared = false
	a, b := calculate(t, shared, dims, build), calculate(t, apart, dims, build)
	if !reflect.DeepEqual(a, b) {
		t.Errorf("shared memory gives %v, copies %v", a, b)
	}
}

func TestXLAIsSaidToBeMissing(t *testing.T) {
	t.Setenv("PJRT_PLUGIN_LIBRARY_PATH", t.TempDir())
	if _, err := Open(XLA); err == nil || !strings.Contains(err.Error(), "PJRT") {
		t.Errorf("error %v, want one that says what is missing", err)
	}
}

func TestMissingLibraryIsSaid(t *testing.T) {
	missing := filepath.Join(t.TempDir(), "none.so")
	t.Setenv(onnx.LibraryEnv, missing)
	if _, err := Open(ONNX); err == nil || !strings.Contains(err.Error(), missing) || !strings.Contains(err.Error(), "make setup") {
		t.Errorf("error %v, want one with the path and what to do", err)
	}
}
