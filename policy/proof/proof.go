// Package proof checks on any machine that a model directory computes what was
// trained: samples of the training's data lie in it, with what the training graph
// made of them.
package proof

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"

	"hyt/policy/onnx"
	"hyt/policy/spec"
)

// File is the proof's name in a model directory, whose spec has its hash.
const File = "proof.json"

// Tolerance is how far a model directory may differ from the training graph, in
// logits and in normalised actions.
const Tolerance = 1e-4

// Sample is what a model is given, and what it must answer.
type Sample struct {
	Images  [][]byte  `json:"images"`  // by camera: RGB, 8 bits, row by row
	Proprio []float32 `json:"proprio"` // units of the spec
	Tokens  []int64   `json:"tokens"`
	Logits  []float32 `json:"logits"`  // of the token after the last
	Actions []float32 `json:"actions"` // a chunk, row by row, -1..1
}

// Difference is the largest that was seen.
type Difference struct{ Logits, Actions float64 }

// Error is that of a directory whose graphs do not compute what was trained; nil where
// they do. NaN is a difference, too.
func (d Difference) Error() error {
	if d.Logits <= Tolerance && d.Actions <= Tolerance {
		return nil
	}
	return fmt.Errorf("exported and trained graph differ by %.2g in logits and %.2g in actions, more than %.0e", d.Logits, d.Actions, Tolerance)
}

// Read is the proof of a model directory; none where it has none.
func Read(dir string) ([]Sample, error) {
	raw, err := os.ReadFile(filepath.Join(dir, File))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var samples []Sample
	if err == nil {
		err = json.Unmarshal(raw, &samples)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", filepath.Join(dir, File), err)
	}
	return samples, nil
}

// Write leaves the samples in a model directory.
func Write(dir string, samples []Sample) error {
	raw, err := json.Marshal(samples)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, File), raw, 0o644)
}

// Run gives the samples to the directory's graphs, as the policy does, and compares.
// Texts are read in two pieces, so that a state that is continued is checked too.
func Run(dir string, g spec.Graphs, samples []Sample, o onnx.Options) (d Difference, err error) {
	r := runner{}
	defer r.close()
	if err := r.open(dir, g, o); err != nil {
		return d, err
	}
	for i, s := range samples {
		logits, actions, err := r.run(s)
		if err != nil {
			return d, fmt.Errorf("sample %d: %w", i, err)
		}
		d.Logits = max(d.Logits, Apart(logits, s.Logits))
		d.Actions = max(d.Actions, Apart(actions, s.Actions))
	}
	return d, nil
}

// Apart is the largest difference of two lists; infinite where one is longer.
func Apart(a, b []float32) float64 {
	if len(a) != len(b) {
		return math.Inf(1)
	}
	worst := 0.0
	for i := range a {
		worst = math.Max(worst, math.Abs(float64(a[i])-float64(b[i]))) // NaN stays NaN
	}
	return worst
}

// runner is a directory's graphs and the tensors to run them with.
type runner struct {
	image, extend, act *onnx.Graph
	inputs             []*onnx.Tensor // of image
	logits, actions    *onnx.Tensor
}

func (r *runner) open(dir string, g spec.Graphs, o onnx.Options) (err error) {
	for _, one := range []struct {
		to   **onnx.Graph
		file string
	}{{&r.image, g.Image}, {&r.extend, g.Extend}, {&r.act, g.Act}} {
		if *one.to, err = onnx.Open(filepath.Join(dir, one.file), o); err != nil {
			return err
		}
	}
	for _, port := range r.image.Inputs() {
		t, err := onnx.NewTensor(port.Type, port.Dims...)
		if err != nil {
			return fmt.Errorf("input %s: %w", port, err)
		}
		r.inputs = append(r.inputs, t)
	}
	for _, one := range []struct {
		to    **onnx.Tensor
		graph *onnx.Graph
	}{{&r.logits, r.extend}, {&r.actions, r.act}} {
		ports := one.graph.Outputs()
		if len(ports) != 1 {
			return fmt.Errorf("graph %s has %d outputs, want one", one.graph.Path(), len(ports))
		}
		if *one.to, err = onnx.NewTensor(ports[0].Type, ports[0].Dims...); err != nil {
			return fmt.Errorf("output %s: %w", ports[0], err)
		}
	}
	return nil
}

// run is one inference. The results are valid until the next.
func (r *runner) run(s Sample) (logits, actions []float32, err error) {
	if len(s.Tokens) == 0 {
		return nil, nil, errors.New("it has no tokens")
	}
	for i, port := range r.image.Inputs() {
		if err := fill(r.inputs[i], port, s); err != nil {
			return nil, nil, err
		}
	}
	state, err := r.image.Run(r.inputs, nil, nil)
	if err != nil {
		return nil, nil, err
	}
	defer func() { state.Release() }()
	half := (len(s.Tokens) + 1) / 2
	for _, piece := range [][]int64{s.Tokens[:half], s.Tokens[half:]} {
		if len(piece) == 0 {
			continue
		}
		next, err := r.read(piece, state)
		if err != nil {
			return nil, nil, err
		}
		state.Release()
		state = next
	}
	if _, err := r.act.Run(nil, state, []*onnx.Tensor{r.actions}); err != nil {
		return nil, nil, err
	}
	return r.logits.Float32(), r.actions.Float32(), nil
}

// fill puts what a port wants of a sample into its tensor.
func fill(t *onnx.Tensor, port onnx.Port, s Sample) error {
	n, want := 0, max(len(t.Uint8()), len(t.Float32()))
	switch port.Name {
	case "images":
		for _, image := range s.Images {
			copy(t.Uint8()[min(n, len(t.Uint8())):], image)
			n += len(image)
		}
	case "proprio":
		n = len(s.Proprio)
		copy(t.Float32(), s.Proprio)
	}
	if n != want {
		return fmt.Errorf("it has %d values for %s", n, port)
	}
	return nil
}

func (r *runner) read(tokens []int64, state *onnx.State) (*onnx.State, error) {
	t, err := onnx.NewTensor(onnx.Int64, 1, int64(len(tokens)))
	if err != nil {
		return nil, err
	}
	defer t.Close()
	copy(t.Int64(), tokens)
	return r.extend.Run([]*onnx.Tensor{t}, state, []*onnx.Tensor{r.logits})
}

func (r *runner) close() {
	for _, g := range []*onnx.Graph{r.image, r.extend, r.act} {
		_ = g.Close() // a nil graph is closed already
	}
	for _, t := range append(r.inputs, r.logits, r.actions) {
		t.Close()
	}
}
