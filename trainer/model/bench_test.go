package model

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os/exec"
	"testing"
	"time"

	"hyt/trainer/engine"
	"hyt/trainer/optim"
)

// benchBatch and benchThreads are what the bar is about.
const benchBatch, benchThreads = 16, 2

// benchConfig is the shipped model's shape with a vocabulary of its size.
func benchConfig() Config {
	c, err := Size(Transformer, Nano)
	if err != nil {
		panic(err) // both names are ours
	}
	c.Positions, c.Text, c.Cameras, c.Proprio, c.Chunk, c.Dims = 56, 56, 1, 5, 8, 5
	c.Vocab, c.PlaceX, c.PlaceY = 460, 5, 69
	return c
}

// flops is how many floating-point operations the matrix products of a training
// step of one sample take: two for each multiplication, and twice as many again
// for the gradients.
func flops(c Config) float64 {
	mul := func(rows, in, out int) float64 { return 2 * float64(rows) * float64(in) * float64(out) }
	d, prefix, suffix, keys := c.Width, c.Prefix(), c.Suffix(), c.spans()[0].keys
	sum := mul(stemTokens, patchLen, c.Stem1) + mul(stemTokens/4, 4*c.Stem1, c.Stem2) + mul(CameraTokens, 4*c.Stem2, d)
	sum += mul(1, proprioFeatures*c.Proprio, d) + mul(1, d, d)
	for i := range c.Layers {
		rows, scores := prefix+suffix, prefix*prefix+suffix*keys
		if i == c.Layers-1 { // the prefix gives its keys and values only
			rows, scores = suffix, suffix*keys
			sum += mul(prefix, d, 2*d)
		}
		sum += mul(rows, d, 4*d) + 2*mul(rows, d, c.Hidden) + 2*mul(1, d, scores)
	}
	sum += mul(c.Text, d, c.Vocab) + mul(c.Chunk, d, c.Dims) + mul(suffix, d, PointDims) + mul(CameraTokens, d, 1+Things+CellDims)
	return 3 * sum
}

// BenchmarkModesSideBySide is what a step costs that teaches all modes, beside one that
// teaches the longest of them and one that teaches the shortest. The shapes take turns.
func BenchmarkModesSideBySide(b *testing.B) {
	c := benchConfig()
	shapes := []Config{c.SideBySide(20, 56, 40), c.SideBySide(56), c.SideBySide(20)}
	var take []func(int) time.Duration
	best := []time.Duration{time.Hour, time.Hour, time.Hour}
	for _, shape := range shapes {
		take = append(take, ours(b, shape))
	}
	for b.Loop() {
		for i, steps := range take {
			best[i] = min(best[i], steps(4)/4)
		}
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(best[0].Seconds()/best[1].Seconds(), "all/think")
	b.ReportMetric(best[0].Seconds()/best[2].Seconds(), "all/act")
	b.ReportMetric(best[0].Seconds()/(2*best[1]+best[2]).Seconds(), "all/three-steps")
	b.ReportMetric(1e3*best[0].Seconds(), "ms/step")
}

// ours takes whole training steps, the optimiser's included.
func ours(b *testing.B, c Config) func(steps int) time.Duration {
	b.Helper()
	e := open(b, engine.ONNX)
	w, err := NewWeights(e, c, 1)
	if err != nil {
		b.Fatal(err)
	}
	batch := randomBatch(b, e, c, benchBatch)
	s, err := NewStepper(e, c, benchBatch)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(s.Close)
	var weights [][]float32
	var decay []bool
	for i, t := range w.Tensor {
		weights, decay = append(weights, t.F32), append(decay, w.Params[i].Decay)
	}
	state := optim.NewState(weights)
	return func(steps int) time.Duration {
		start := time.Now()
		for range steps {
			r, err := s.Step(w, batch)
			if err != nil {
				b.Fatal(err)
			}
			optim.Default().Update(state, weights, r.Grad, decay, 1e-3)
			r.Free()
		}
		return time.Since(start)
	}
}

// theirs is the same in PyTorch (testdata/step.py); nil where that is not installed.
func theirs(b *testing.B, c Config) (take func(steps int) time.Duration, about string) {
	b.Helper()
	python := ""
	for _, p := range []string{"python3", "/usr/bin/python3"} { // Debian's package is for the latter
		if exec.Command(p, "-c", "import torch").Run() == nil {
			python = p
			break
		}
	}
	if python == "" {
		return nil, "PyTorch is not installed (apt-get install python3-torch)"
	}
	cmd := exec.Command(python, "testdata/step.py")
	in, err := cmd.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = in.Close(); _ = cmd.Wait() })
	shape := map[string]int{"batch": benchBatch, "threads": benchThreads, "width": c.Width, "heads": c.Heads, "hidden": c.Hidden,
		"layers": c.Layers, "stem1": c.Stem1, "stem2": c.Stem2, "text": c.Text, "positions": c.Positions, "chunk": c.Chunk,
		"dims": c.Dims, "vocab": c.Vocab, "proprio": c.Proprio}
	if err := json.NewEncoder(in).Encode(shape); err != nil {
		b.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	var is struct {
		Version, BLAS string
		Weights       int
	}
	if !lines.Scan() || json.Unmarshal(lines.Bytes(), &is) != nil {
		b.Fatalf("testdata/step.py said %q", lines.Text())
	}
	take = func(steps int) time.Duration {
		if _, err := io.WriteString(in, fmt.Sprintln(steps)); err != nil || !lines.Scan() {
			b.Fatalf("testdata/step.py ended: %v", err)
		}
		var seconds float64
		if _, err := fmt.Sscan(lines.Text(), &seconds); err != nil {
			b.Fatal(err)
		}
		return time.Duration(seconds * float64(time.Second))
	}
	return take, fmt.Sprintf("PyTorch %s with %s, %d weights", is.Version, is.BLAS, is.Weights)
}

// BenchmarkStepBesidePyTorch takes turns with PyTorch, so that what else the
// machine does slows both, and compares the best rounds.
func BenchmarkStepBesidePyTorch(b *testing.B) {
	c := benchConfig()
	mine := ours(b, c)
	other, about := theirs(b, c)
	const warm, steps = 2, 4
	mine(warm)
	if other != nil {
		other(warm)
	}
	best, rival := time.Hour, time.Hour
	for b.Loop() {
		best = min(best, mine(steps)/steps)
		if other != nil {
			rival = min(rival, other(steps)/steps)
		}
	}
	tokens := float64(benchBatch * (c.Prefix() + c.Suffix()))
	work := flops(c) * benchBatch / 1e9
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(tokens/best.Seconds(), "tokens/s")
	b.ReportMetric(work/best.Seconds(), "GFLOP/s")
	b.ReportMetric(benchBatch/best.Seconds(), "samples/s")
	if other == nil {
		b.Log(about)
		return
	}
	b.ReportMetric(tokens/rival.Seconds(), "torch-tokens/s")
	b.ReportMetric(rival.Seconds()/best.Seconds(), "ratio-to-torch")
	b.Logf("batch %d, %.2f GFLOP a step; beside %s on %d threads", benchBatch, work, about, benchThreads)
}

// BenchmarkBatchSet is what a step costs before it: unfolding images, masks, texts.
func BenchmarkBatchSet(b *testing.B) {
	c := benchConfig()
	batch, err := NewBatch(open(b, engine.Go), c, benchBatch)
	if err != nil {
		b.Fatal(err)
	}
	row := validRow(c)
	row.Look = Look{Shift: [2]int{1, -1}}
	for b.Loop() {
		for i := range benchBatch {
			if err := batch.Set(i, c, row); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric(float64(b.N*benchBatch)/b.Elapsed().Seconds(), "samples/s")
}
