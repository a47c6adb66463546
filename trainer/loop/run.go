package loop

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"hyt/trainer/engine"
	"hyt/trainer/model"
	"hyt/trainer/optim"
)

// Source gives the rows of a run. Row(index) must be a pure function of index;
// kind says under which name its losses are reported.
type Source interface {
	Row(index int) (row model.Row, kind string, err error)
}

// Trainer is one run.
type Trainer struct {
	Config Config
	Source Source
	// Evaluate, if set, measures the averaged weights on held-out samples.
	Evaluate func(w *model.Weights) (map[string]float64, error)
	// Save, if set, is called with a checkpoint to complete and write.
	Save func(*Checkpoint) error
	// Log, if set, hears each measurement.
	Log func(Measure)

	weights *model.Weights // being trained
	average *model.Weights // their running average
	state   *optim.State
	step    int
	history []Measure
	stepper *model.Stepper
	batch   *model.Batch
}

// New prepares a run that starts from w, which it trains in place. The step is
// compiled here.
func New(e *engine.Engine, c Config, w *model.Weights, s Source) (*Trainer, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	t := &Trainer{Config: c, Source: s, weights: w, state: optim.NewState(flat(w))}
	var err error
	if t.average, err = model.NewWeights(e, w.Config, 0); err != nil {
		return nil, err
	}
	copyAll(flat(t.average), flat(w))
	if t.stepper, err = model.NewStepper(e, w.Config, c.Batch); err != nil {
		return nil, err
	}
	t.batch, err = model.NewBatch(e, w.Config, c.Batch)
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
	copyAll(flat(t.weights), c.Weights)
	copyAll(flat(t.average), c.Average)
	t.state, t.step, t.history = c.Optim, c.Step, c.History
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
	batches, stop := t.prefetch(t.step * t.Config.Batch)
	defer stop()
	tally := newTally()
	for t.step < t.Config.Steps {
		if ctx.Err() != nil {
			return errors.Join(ctx.Err(), t.save())
		}
		p := <-batches
		if p.err != nil {
			return p.err
		}
		if err := t.take(p, tally); err != nil {
			return err
		}
		if err := t.report(tally); err != nil {
			return err
		}
	}
	return t.save()
}

// take does one step.
func (t *Trainer) take(p prepared, tally *tally) error {
	for i, row := range p.rows {
		row.TextWeight /= float32(len(p.rows))
		row.ActWeight /= float32(len(p.rows))
		row.PointWeight /= float32(len(p.rows))
		row.CellWeight /= float32(len(p.rows))
		if err := t.batch.Set(i, t.weights.Config, row); err != nil {
			return err
		}
	}
	r, err := t.stepper.Step(t.weights, t.batch)
	if err != nil {
		return err
	}
	defer r.Free()
	lr := t.Config.schedule().At(t.step)
	norm := t.Config.optimizer().Update(t.state, flat(t.weights), r.Grad, decays(t.weights.Params), lr)
	if math.IsNaN(norm) || math.IsInf(norm, 0) {
		return fmt.Errorf("step %d: the gradient is not finite (loss %g): lower the learning rate", t.step, r.Loss)
	}
	t.step++
	if t.Config.Average > 0 {
		optim.Average(flat(t.average), flat(t.weights), t.Config.Average, t.step)
	} else {
		copyAll(flat(t.average), flat(t.weights))
	}
	tally.add(p, r, t.weights.Config.Text, norm, lr)
	return nil
}

// report logs, measures and saves when their steps have come.
func (t *Trainer) report(tally *tally) error {
	c, last := t.Config, t.step == t.Config.Steps
	if t.step%c.LogEvery == 0 || last {
		m := tally.measure(t.step, c.Batch)
		if t.Evaluate != nil && (t.step%c.EvalEvery == 0 || last) {
			var err error
			if m.HeldOut, err = t.Evaluate(t.average); err != nil {
				return fmt.Errorf("held-out measurement at step %d: %w", t.step, err)
			}
		}
		t.history = append(t.history, m)
		if t.Log != nil {
			t.Log(m)
		}
		tally.reset(time.Now())
	}
	if t.step%c.SaveEvery == 0 && !last {
		return t.save()
	}
	return nil
}

func (t *Trainer) save() error {
	if t.Save == nil {
		return nil
	}
	return t.Save(t.Checkpoint())
}

// Checkpoint is a copy of the run's state; the caller adds tokenizer, seed and
// normalisation.
func (t *Trainer) Checkpoint() *Checkpoint {
	c := &Checkpoint{Model: t.weights.Config, Step: t.step, Weights: cloneAll(flat(t.weights)),
		Average: cloneAll(flat(t.average)), Optim: t.state, History: t.history}
	for _, p := range t.weights.Params {
		c.Names = append(c.Names, p.Name)
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
