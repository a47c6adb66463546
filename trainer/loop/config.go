// Package loop takes the training steps: batches from a source of rows, AdamW
// with warm-up and cosine, a running average of the weights, checkpoints from
// which a run continues exactly, measurements and their plot.
//
// Goroutines: Run's own computes; one more prepares rows ahead (see prefetch),
// owns the source while Run lasts, and ends with it.
package loop

import (
	"fmt"

	"hyt/trainer/optim"
)

// Config says how long and how fast to learn.
type Config struct {
	Steps     int     `yaml:"steps"`      // optimiser steps
	Batch     int     `yaml:"batch"`      // observations that are computed together; 32 learned more per observation than 64
	Sum       int     `yaml:"accumulate"` // batches whose gradients are summed up for one step
	Rate      float64 `yaml:"rate"`       // peak learning rate
	Warmup    int     `yaml:"warmup"`     // steps of linear rise
	Floor     float64 `yaml:"floor"`      // last learning rate, as a share of the peak
	Decay     float64 `yaml:"decay"`      // weight decay of matrices
	Clip      float64 `yaml:"clip"`       // largest gradient norm
	Average   float64 `yaml:"average"`    // decay of the weights' running average, which is what is exported; 0: none
	EvalEvery int     `yaml:"eval_every"` // steps between measurements on held-out samples
	SaveEvery int     `yaml:"save_every"` // steps between checkpoints
	LogEvery  int     `yaml:"log_every"`  // steps between lines of progress
	Keep      int     `yaml:"keep"`       // checkpoints that are kept by their score, beside the last
	Score     string  `yaml:"score"`      // held-out figure that they are kept by; see Better
}

// Default is what the shipped model was trained with, apart from Steps.
func Default() Config {
	o := optim.Default()
	return Config{Steps: 4000, Batch: 32, Sum: 1, Rate: 1e-3, Warmup: 100, Floor: 0.02, Decay: o.WeightDecay, Clip: o.Clip,
		Average: 0.998, EvalEvery: 500, SaveEvery: 500, LogEvery: 100, Score: "act_mm"}
}

// Validate says which value is impossible.
func (c Config) Validate() error {
	for _, f := range []struct {
		name string
		v    int
	}{{"steps", c.Steps}, {"batch", c.Batch}, {"accumulate", c.Sum}, {"eval_every", c.EvalEvery}, {"save_every", c.SaveEvery}, {"log_every", c.LogEvery}} {
		if f.v < 1 {
			return fmt.Errorf("loop: %s is %d, must be at least 1", f.name, f.v)
		}
	}
	if c.Rate <= 0 || c.Warmup < 0 || c.Floor < 0 || c.Floor > 1 || c.Decay < 0 || c.Clip < 0 || c.Average < 0 || c.Average >= 1 {
		return fmt.Errorf("loop: rate %g, warmup %d, floor %g, decay %g, clip %g or average %g is out of range",
			c.Rate, c.Warmup, c.Floor, c.Decay, c.Clip, c.Average)
	}
	if c.Keep < 0 || c.Keep > 0 && c.Score == "" {
		return fmt.Errorf("loop: keep is %d by score %q: name a held-out figure and a number of checkpoints", c.Keep, c.Score)
	}
	return nil
}

// Samples is how many observations a step takes.
func (c Config) Samples() int { return c.Batch * c.Sum }

// All is how many observations the whole run takes.
func (c Config) All() int { return c.Steps * c.Samples() }

func (c Config) optimizer() optim.AdamW {
	o := optim.Default()
	o.WeightDecay, o.Clip = c.Decay, c.Clip
	return o
}

func (c Config) schedule() optim.Schedule {
	return optim.Schedule{Peak: c.Rate, Warmup: c.Warmup, Steps: c.Steps, Floor: c.Floor}
}
