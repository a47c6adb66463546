package traincmd

import (
	"testing"
	"time"

	"hyt/policy/tokenizer"
	"hyt/trainer/contract"
	"hyt/trainer/data"
	"hyt/trainer/data/datatest"
	"hyt/trainer/engine"
	"hyt/trainer/hybrid"
	"hyt/trainer/model"
	"hyt/trainer/optim"
)

// cost is what a sample takes, at best: by the clock, and of one core.
type cost struct{ clock, core time.Duration }

// measure runs work, on so many samples, and lowers c where it was faster.
func (c *cost) measure(b *testing.B, samples int, work func()) {
	clock, core := time.Now(), datatest.ProcessorTime(b)
	work()
	n := time.Duration(samples)
	took := cost{time.Since(clock) / n, (datatest.ProcessorTime(b) - core) / n}
	if c.clock == 0 {
		*c = took
	}
	c.clock, c.core = min(c.clock, took.clock), min(c.core, took.core)
}

// BenchmarkLoaderBesideTheStep asks whether data is ever the bottleneck: samples a
// second of the loader beside those that a step of a nano model of batch 16 takes, on
// the same cores, in turns. The bar is a ratio of 3, which a busy machine shows by
// the cores' time.
//
//   - ingest: JPEG of 320x240 from the bag, decoded, resized and written to the
//     samples' file, once before the first step;
//   - load: rows of that file in the run's order and modes, augmented, tokenised and
//     laid out as a batch, on one core beside the step.
func BenchmarkLoaderBesideTheStep(b *testing.B) {
	const batch, images = 16, 600
	fatal := func(err error) {
		if err != nil {
			b.Helper()
			b.Fatal(err)
		}
	}
	bag := datatest.JPEGCamera(b, images)
	open := func() *data.Set {
		set, _, err := data.Open(b.Context(), []string{bag}, data.Options{Contract: contract.Default()})
		fatal(err)
		return set
	}
	set := open()
	defer set.Close()
	e, err := engine.Open(engine.ONNX)
	fatal(err)
	defer e.Close()
	c := Default()
	c.Augment.Shift, c.Augment.Cut = 3, 0.2
	maker := &hybrid.Maker{Set: set, Shape: set.Shape(), Tokenizer: tokenizer.Build(texts(set)), Seed: 1, Total: c.Train.All(),
		Mix: c.mix(), Thoughts: c.Thoughts, Target: 0.1, Augment: c.Augment}
	maker.Norm, err = hybrid.FitNorm(set, set.Shape().Action)
	fatal(err)
	shape := c.Model.network(maker.Tokenizer, set.Shape())
	shape.Text = maker.TextLength()
	weights, err := model.NewWeights(e, shape, 1)
	fatal(err)
	rows, err := model.NewBatch(e, shape, batch)
	fatal(err)
	stepper, err := model.NewStepper(e, shape, batch)
	fatal(err)
	defer stepper.Close()
	var flat [][]float32
	for _, t := range weights.Tensor {
		flat = append(flat, t.F32)
	}
	state, decay := optim.NewState(flat), make([]bool, len(flat))

	next := 0
	load := func() {
		for range batch {
			row, _, err := maker.Row(next)
			fatal(err)
			fatal(rows.Set(next%batch, shape, row))
			next++
		}
	}
	step := func() {
		r, err := stepper.Step(weights, rows)
		fatal(err)
		optim.Default().Update(state, flat, r.Grad, decay, 1e-4)
		r.Free()
	}
	load()
	step() // the first is slow
	var ingested, loaded, stepped cost
	for b.Loop() {
		ingested.measure(b, images, func() { fatal(open().Close()) })
		for range 4 {
			loaded.measure(b, batch, load)
			stepped.measure(b, batch, step)
		}
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(1/stepped.clock.Seconds(), "step-samples/s")
	b.ReportMetric(1/loaded.clock.Seconds(), "load-samples/s")
	b.ReportMetric(1/ingested.clock.Seconds(), "ingest-samples/s")
	for _, part := range []struct {
		name string
		cost cost
	}{{"load", loaded}, {"ingest", ingested}} {
		b.ReportMetric(stepped.clock.Seconds()/part.cost.clock.Seconds(), part.name+"-ratio")
		b.ReportMetric(stepped.core.Seconds()/part.cost.core.Seconds(), part.name+"-core-ratio")
	}
}
