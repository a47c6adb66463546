package onnx_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"hyt/policy/onnx"
	"hyt/policy/policytest"
)

// graphs opens the three graphs of a tiny model.
func graphs(t testing.TB) (image, extend, act *onnx.Graph) {
	t.Helper()
	m := policytest.New(t, policytest.Options{Width: 4, Height: 4})
	for _, g := range []struct {
		to   **onnx.Graph
		file string
	}{{&image, "image.onnx"}, {&extend, "extend.onnx"}, {&act, "act.onnx"}} {
		graph, err := onnx.Open(filepath.Join(m.Dir, g.file), onnx.Options{})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { graph.Close() })
		*g.to = graph
	}
	return image, extend, act
}

// tensor makes the tensor that goes through p, n where its size varies.
func tensor(t testing.TB, p onnx.Port, n int64) *onnx.Tensor {
	t.Helper()
	dims := append([]int64(nil), p.Dims...)
	for i := range dims {
		if dims[i] < 0 {
			dims[i] = n
		}
	}
	x, err := onnx.NewTensor(p.Type, dims...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(x.Close)
	return x
}

func prefill(t testing.TB, image *onnx.Graph) *onnx.State {
	t.Helper()
	var in []*onnx.Tensor
	for _, p := range image.Inputs() {
		in = append(in, tensor(t, p, 1))
	}
	s, err := image.Run(in, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// chunk is the first action after the state.
func chunk(t testing.TB, act *onnx.Graph, s *onnx.State) float32 {
	t.Helper()
	out := tensor(t, act.Outputs()[0], 1)
	if _, err := act.Run(nil, s, []*onnx.Tensor{out}); err != nil {
		t.Fatal(err)
	}
	return out.Float32()[3]
}

func TestPortsAreSplitIntoPlainAndState(t *testing.T) {
	image, extend, act := graphs(t)
	for _, c := range []struct {
		what  string
		ports []onnx.Port
		want  string
	}{
		{"image inputs", image.Inputs(), "images uint8 [1, 1, 4, 4, 3]; proprio float32 [1, 5]"},
		{"image state", image.StateOut(), "state.memory float32 [1, 1, 1, 2, 5]; state.read int64 [1, 2]"},
		{"extend inputs", extend.Inputs(), "tokens int64 [1, n]"},
		{"extend reads", extend.StateIn(), "state.memory float32 [1, 1, 1, n, 5]; state.read int64 [1, n]"},
		{"extend leaves", extend.StateOut(), "state.memory float32 [1, 1, 1, n, 5]; state.read int64 [1, n]"},
		{"act inputs", act.Inputs(), ""},
		{"act outputs", act.Outputs(), "actions float32 [1, 8, 5]"},
	} {
		var have []string
		for _, p := range c.ports {
			have = append(have, p.String())
		}
		if got := strings.Join(have, "; "); got != c.want {
			t.Errorf("%s: %s, want %s", c.what, got, c.want)
		}
	}
}

// A prefix that two continuations share must give each what it would give alone,
// in whatever order they go and whoever releases first.
func TestContinuationsOfOnePrefixDoNotDisturbEachOther(t *testing.T) {
	image, extend, act := graphs(t)
	logits := tensor(t, extend.Outputs()[0], 1)
	one := tensor(t, extend.Inputs()[0], 1)
	extended := func(s *onnx.State, ids ...int64) *onnx.State {
		for _, id := range ids {
			one.Int64()[0] = id
			next, err := extend.Run([]*onnx.Tensor{one}, s, []*onnx.Tensor{logits})
			if err != nil {
				t.Fatal(err)
			}
			s.Release()
			s = next
		}
		return s
	}
	alone := func(ids ...int64) float32 {
		s := extended(prefill(t, image), ids...)
		defer s.Release()
		return chunk(t, act, s)
	}
	wantA, wantB := alone(7, 8, 9), alone(20, 21)
	if wantA == wantB {
		t.Fatal("the two texts give the same actions: the test shows nothing")
	}

	for range 3 { // again, on memory that was used before
		prefix := prefill(t, image)
		a, b := extended(prefix.Clone(), 7), extended(prefix.Clone(), 20)
		prefix.Release()
		a = extended(a, 8, 9)
		b = extended(b, 21)
		if got := chunk(t, act, a); got != wantA {
			t.Errorf("the first gives %v, alone %v", got, wantA)
		}
		a.Release()
		if got := chunk(t, act, b); got != wantB {
			t.Errorf("the second gives %v, alone %v", got, wantB)
		}
		b.Release()
	}
}

func TestPositionsGrowWithTheText(t *testing.T) {
	image, extend, _ := graphs(t)
	s := prefill(t, image)
	if n := extend.Positions(s); n != 2 {
		t.Errorf("the prefix has %d positions, want 2", n)
	}
	next, err := extend.Run([]*onnx.Tensor{tensor(t, extend.Inputs()[0], 5)}, s, []*onnx.Tensor{tensor(t, extend.Outputs()[0], 1)})
	if err != nil {
		t.Fatal(err)
	}
	if n := extend.Positions(next); n != 7 {
		t.Errorf("after 5 tokens there are %d positions, want 7", n)
	}
	s.Release()
	next.Release()
	if n := extend.Positions(next); n != 0 {
		t.Errorf("a released state has %d positions, want 0", n)
	}
}

func TestReleasedStateIsAnError(t *testing.T) {
	image, _, act := graphs(t)
	s := prefill(t, image)
	other := s.Clone()
	s.Release()
	s.Release() // does nothing
	out := []*onnx.Tensor{tensor(t, act.Outputs()[0], 1)}
	if _, err := act.Run(nil, s, out); !errors.Is(err, onnx.ErrReleased) {
		t.Errorf("error %v, want ErrReleased", err)
	}
	if _, err := act.Run(nil, nil, out); !errors.Is(err, onnx.ErrReleased) {
		t.Errorf("no state: error %v, want ErrReleased", err)
	}
	if _, err := act.Run(nil, s.Clone(), out); !errors.Is(err, onnx.ErrReleased) {
		t.Errorf("clone of a released state: error %v, want ErrReleased", err)
	}
	if _, err := act.Run(nil, other, out); err != nil {
		t.Errorf("the other handle: %v", err)
	}
	other.Release()
}

func TestHandlesMayBeClonedAndReleasedAnywhere(t *testing.T) {
	image, _, act := graphs(t)
	s := prefill(t, image)
	want := chunk(t, act, s)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 100 {
				s.Clone().Release()
			}
		})
	}
	wg.Wait()
	if got := chunk(t, act, s); got != want {
		t.Errorf("the state changed: %v, want %v", got, want)
	}
	s.Release()
}

func TestOpenSaysWhatIsWrongWithAFile(t *testing.T) {
	dir := t.TempDir()
	broken := filepath.Join(dir, "broken.onnx")
	if err := os.WriteFile(broken, []byte("this is no graph"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{broken, filepath.Join(dir, "none.onnx")} {
		_, err := onnx.Open(path, onnx.Options{})
		if err == nil || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), "export the model again") {
			t.Errorf("error %v, want one with %s and what to do", err, path)
		}
	}
}

func TestRunRefusesTensorsThatDoNotFit(t *testing.T) {
	image, extend, _ := graphs(t)
	if _, err := image.Run(nil, nil, nil); err == nil || !strings.Contains(err.Error(), "was given 0 inputs") {
		t.Errorf("no inputs: error %v", err)
	}
	s := prefill(t, image)
	defer s.Release()
	wrong, err := onnx.NewTensor(onnx.Float32, 1, 3)
	if err != nil {
		t.Fatal(err)
	}
	defer wrong.Close()
	logits := []*onnx.Tensor{tensor(t, extend.Outputs()[0], 1)}
	if _, err := extend.Run([]*onnx.Tensor{wrong}, s, logits); err == nil || !strings.Contains(err.Error(), "extend.onnx does not run") {
		t.Errorf("float tokens: error %v", err)
	}
}

func TestNewTensorRefusesWhatCannotBe(t *testing.T) {
	for _, c := range []struct {
		dtype onnx.Type
		dims  []int64
	}{{onnx.Float32, []int64{1, 0}}, {onnx.Int64, []int64{-1}}, {"float64", []int64{1}}} {
		if _, err := onnx.NewTensor(c.dtype, c.dims...); err == nil {
			t.Errorf("a tensor %s %v was made", c.dtype, c.dims)
		}
	}
}

func BenchmarkExtendOneToken(b *testing.B) {
	image, extend, _ := graphs(b)
	prefix := prefill(b, image)
	defer prefix.Release()
	in := []*onnx.Tensor{tensor(b, extend.Inputs()[0], 1)}
	out := []*onnx.Tensor{tensor(b, extend.Outputs()[0], 1)}
	b.ReportAllocs()
	for b.Loop() {
		next, err := extend.Run(in, prefix, out)
		if err != nil {
			b.Fatal(err)
		}
		next.Release()
	}
}
