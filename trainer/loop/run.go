package loop

import (
	"context"
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"time"

	"hyt/trainer/engine"
	"hyt/trainer/model"
	"hyt/trainer/optim"
)

// Source gives the rows of a run. Row(index) must be a pure function of index;
// kind says under which name its losses are reported. Texts are the longest texts of
// the rows of an observation, which follow one another: see model.Config.SideBySide.
type Source interface {
	Row(index int) (row model.Row, kind string, err error)
	Texts() []int
}

// Trainer is one run.
type Trainer struct {
	Config Config
	Source Source
	// Evaluate, if set, measures the averaged weights on held-out samples.
	Evaluate func(w *model.Weights) (map[string]float64, error)
	// Folder, if set, is where the run leaves its checkpoints and metrics.jsonl.
	Folder string
	// Complete, if set, adds to a checkpoint what the loop does not know.
	Complete func(*Checkpoint)
	// Log, if set, hears each measurement.
	Log func(Measure)

	weights *model.Weights // being trained
	average *model.Weights // their running average
	shape   model.Config   // of the batches
	state   *optim.State
	step    int
	history []Measure
	tally   *tally // since the last measure
	stepper *model.Stepper
	batch   *model.Batch
	grads   [][]float32 // their sum, where a step has several batches
}

// New prepares a run that starts from w, which it trains in place. The step is
// compiled here.
func New(e *engine.Engine, c Config, w *model.Weights, s Source) (*Trainer, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	t := &Trainer{Config: c, Source: s, weights: w, state: optim.NewState(flat(w)), tally: newTally()}
	var err error
	if t.average, err = model.NewWeights(e, w.Config, 0); err != nil {
		return nil, err
	}
	copyAll(flat(t.average), flat(w))
	t.shape = w.Config.SideBySide(s.Texts()...)
	if t.stepper, err = model.NewStepper(e, t.shape, c.Batch); err != nil {
		return nil, err
	}
	t.batch, err = model.NewBatch(e, t.shape, c.Batch)
	return t, err
}

// Close frees the compiled step.
func (t *Trainer) Close() { t.stepper.Close() }

// Restore continues from a checkpoint of the same model.
func (t *Trainer) Restore(c *Checkpoint) error {
	if !c.Model.Same(t.weights.Config) {
		return fmt.Errorf("the checkpoint's model %+v is not the run's %+v", c.Model, t.weights.Config)
	}
	if c.Optim == nil {
		return fmt.Errorf("the checkpoint has no optimiser state to resume with")
	}
	if c.Samples != 0 && c.Samples != t.Config.Samples() {
		return fmt.Errorf("the checkpoint's steps had %d samples, the run's have %d: give the same batch and accumulate", c.Samples, t.Config.Samples())
	}
	copyAll(flat(t.weights), c.Weights)
	copyAll(flat(t.average), c.Average)
	t.state, t.step, t.history = c.Optim, c.Step, c.History
	t.tally.restore(c.Tally)
	return nil
}

// Averaged are the weights that inference should use. They are the trainer's own.
func (t *Trainer) Averaged() *model.Weights { return t.average }

// Step is the number of steps taken.
func (t *Trainer) Step() int { return t.step }

// History is everything measured so far.
func (t *Trainer) History() []Measure { return t.history }

// Run takes the remaining steps. When ctx ends it saves and returns ctx's error.
func (t *Trainer) Run(ctx context.Context) error {
	batches, stop := t.prefetch(t.step * t.Config.Samples() * len(t.Source.Texts()))
	defer stop()
	metrics, err := t.openMetrics()
	if err != nil {
		return err
	}
	defer metrics.Close()
	t.tally.since = time.Now()
	for t.step < t.Config.Steps {
		if ctx.Err() != nil {
			return errors.Join(ctx.Err(), t.save())
		}
		if err := t.take(batches); err != nil {
			return err
		}
		if err := t.report(metrics); err != nil {
			return err
		}
	}
	return t.save()
}

// take does one step.
func (t *Trainer) take(batches <-chan prepared) error {
	var norm float64
	lr := t.Config.schedule().At(t.step)
	for k := range t.Config.Sum {
		p := <-batches
		if p.err != nil {
			return p.err
		}
		r, err := t.compute(p)
		if err != nil {
			return err
		}
		t.tally.add(p, r, t.shape, t.Config.Samples())
		if grads := t.sum(k, r.Grad); k == t.Config.Sum-1 {
			norm = t.Config.optimizer().Update(t.state, flat(t.weights), grads, decays(t.weights.Params), lr)
		}
		loss := r.Loss
		r.Free()
		if math.IsNaN(norm) || math.IsInf(norm, 0) {
			return fmt.Errorf("step %d: the gradient is not finite (loss %g): lower the learning rate", t.step, loss)
		}
	}
	t.step++
	if t.Config.Average > 0 {
		optim.Average(flat(t.average), flat(t.weights), t.Config.Average, t.step)
	} else {
		copyAll(flat(t.average), flat(t.weights))
	}
	t.tally.step(norm, lr)
	return nil
}

// compute runs one batch through the network and back.
func (t *Trainer) compute(p prepared) (*model.Result, error) {
	share := 1 / float32(t.Config.Samples())
	for i := range p.rows {
		row := &p.rows[i]
		row.TextWeight *= share
		row.ActWeight *= share
		row.PointWeight *= share
		row.CellWeight *= share
	}
	for i := range t.Config.Batch {
		if err := t.batch.Set(i, t.shape, p.rows[i*p.texts:][:p.texts]...); err != nil {
			return nil, err
		}
	}
	return t.stepper.Step(t.weights, t.batch)
}

// sum adds the gradients of the step's k-th batch to those before it.
func (t *Trainer) sum(k int, grads [][]float32) [][]float32 {
	switch {
	case t.Config.Sum == 1:
		return grads
	case k == 0:
		if t.grads == nil {
			t.grads = cloneAll(grads)
		}
		copyAll(t.grads, grads)
		return t.grads
	}
	model.AddGrad(t.grads, grads)
	return t.grads
}

// report logs, measures and saves when their steps have come.
func (t *Trainer) report(metrics *metrics) error {
	c, last := t.Config, t.step == t.Config.Steps
	evaluate := t.Evaluate != nil && (t.step%c.EvalEvery == 0 || last)
	if t.step%c.LogEvery == 0 || last || evaluate {
		m := t.tally.measure(t.step, c)
		if evaluate {
			var err error
			if m.HeldOut, err = t.Evaluate(t.average); err != nil {
				return fmt.Errorf("held-out measurement at step %d: %w", t.step, err)
			}
		}
		t.history = append(t.history, m)
		t.tally.reset(time.Now())
		if err := metrics.add(m); err != nil {
			return err
		}
		if t.Log != nil {
			t.Log(m)
		}
		if evaluate {
			if err := t.keepBest(); err != nil {
				return err
			}
		}
	}
	if t.step%c.SaveEvery == 0 && !last {
		return t.save()
	}
	return nil
}

func (t *Trainer) save() error {
	if t.Folder == "" {
		return nil
	}
	return t.Checkpoint().Write(filepath.Join(t.Folder, CheckpointFile))
}

// Checkpoint is a copy of the run's state.
func (t *Trainer) Checkpoint() *Checkpoint {
	c := &Checkpoint{Model: t.weights.Config, Step: t.step, Samples: t.Config.Samples(), Weights: cloneAll(flat(t.weights)),
		Average: cloneAll(flat(t.average)), Optim: t.state, History: t.history, Tally: t.tally.Tally}
	for _, p := range t.weights.Params {
		c.Names = append(c.Names, p.Name)
	}
	if t.Complete != nil {
		t.Complete(c)
	}
	return c
}

func decays(params []model.Param) []bool {
	d := make([]bool, len(params))
	for i, p := range params {
		d[i] = p.Decay
	}
	return d
}
