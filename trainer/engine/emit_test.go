package engine

import (
	"strings"
	"testing"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/graph"
)

// TestOutputsMayRepeatAndPassThrough: ONNX wants a node and a name for each.
func TestOutputsMayRepeatAndPassThrough(t *testing.T) {
	got := calculate(t, openEngine(t, ONNX), [][]int{{2}}, func(in []*graph.Node) []*graph.Node {
		y := graph.Neg(in[0])
		return []*graph.Node{y, in[0], y, graph.Const(in[0].Graph(), []float32{1, 2}), graph.ReduceAllSum(y)}
	})
	x := got[1]
	for i, want := range [][]float32{{-x[0], -x[1]}, x, {-x[0], -x[1]}, {1, 2}, {-x[0] - x[1]}} {
		for j := range want {
			if got[i][j] != want[j] {
				t.Errorf("output %d is %v, want %v", i, got[i], want)
			}
		}
	}
}

// TestResultsOutliveTheirProgram: what a program gave stays readable when it is
// closed, and freeing it then does no harm.
func TestResultsOutliveTheirProgram(t *testing.T) {
	e := openEngine(t, ONNX)
	p, err := e.Compile("two", []Input{{Name: "a", DType: dtypes.Float32, Dims: []int{2}}},
		func(in []*graph.Node) []*graph.Node { return []*graph.Node{graph.MulScalar(in[0], 2)} })
	if err != nil {
		t.Fatal(err)
	}
	a, err := e.NewTensor(dtypes.Float32, 2)
	if err != nil {
		t.Fatal(err)
	}
	copy(a.F32, []float32{3, 4})
	first, err := p.Run(a)
	if err != nil {
		t.Fatal(err)
	}
	memory := &first[0].F32[0]
	first[0].Free()
	second, err := p.Run(a)
	if err != nil {
		t.Fatal(err)
	}
	if &second[0].F32[0] != memory {
		t.Error("a freed output was not used again")
	}
	p.Close()
	if v := second[0].F32; v[0] != 6 || v[1] != 8 {
		t.Errorf("after its program closed a result is %v", v)
	}
	buf := second[0].buf
	second[0].Free()
	if _, err := buf.Data(); err == nil {
		t.Error("a freed tensor gives its data")
	}
}

// TestAChangedBackendIsAnError and no wild access: its nodes are not ours.
func TestAChangedBackendIsAnError(t *testing.T) {
	for _, test := range []struct {
		node any
		says string
	}{
		{struct{}{}, "want a pointer"},
		{(*struct{ name string })(nil), "want a pointer"},
		{&struct{ title string }{}, "has no name"},
		{&struct{ name int }{}, "its name is a int"},
	} {
		if _, err := fieldsOf(test.node); err == nil || !strings.Contains(err.Error(), test.says) {
			t.Errorf("%T: error %v, want %q", test.node, err, test.says)
		}
	}
	if err := setOperator(&struct{ name string }{}, "Softmax"); err == nil {
		t.Error("an operator was set on what has none")
	}
}
