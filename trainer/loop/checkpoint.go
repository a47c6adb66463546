package loop

import (
	"encoding/gob"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"hyt/trainer/hybrid"
	"hyt/trainer/model"
	"hyt/trainer/optim"
)

// checkpointFormat changes when Checkpoint's meaning does.
const checkpointFormat = "hyt-checkpoint/2"

// Checkpoint is everything a run needs to continue exactly, and everything
// another run needs to start from its weights.
type Checkpoint struct {
	Format  string
	Model   model.Config
	Words   []string     // of the tokenizer
	Norm    *hybrid.Norm // of the actions; nil after grounding pretraining
	Proprio []string     // names of its numbers
	Seed    uint64
	Data    string // what was learned from, for runs that continue
	Samples int    // a step
	Step    int    // steps taken
	Names   []string
	Average [][]float32 // running average of the weights; what inference uses and another run starts from
	Weights [][]float32 // the weights themselves; with Optim nil where the run cannot continue
	Optim   *optim.State
	History []Measure
	Tally   Tally
}

// CheckpointFile is the name of the last checkpoint in a run's folder.
const CheckpointFile = "checkpoint.ckpt"

// Write saves the checkpoint, replacing an older one in one step.
func (c *Checkpoint) Write(path string) (err error) {
	c.Format = checkpointFormat
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*")
	if err != nil {
		return fmt.Errorf("checkpoint: %w", err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(fmt.Errorf("checkpoint %s: %w", path, err), f.Close(), os.Remove(f.Name()))
		}
	}()
	if err = gob.NewEncoder(f).Encode(c); err != nil {
		return err
	}
	if err = f.Close(); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}

// ReadCheckpoint loads a checkpoint and checks that it is whole.
func ReadCheckpoint(path string) (*Checkpoint, error) {
	f, err := os.Open(path)
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("checkpoint %s does not exist", path)
		}
		return nil, fmt.Errorf("checkpoint: %w", err)
	}
	defer f.Close()
	var c Checkpoint
	if err := gob.NewDecoder(f).Decode(&c); err != nil {
		return nil, fmt.Errorf("checkpoint %s is damaged or not a checkpoint: %w", path, err)
	}
	if c.Format != checkpointFormat {
		return nil, fmt.Errorf("checkpoint %s has format %q, this program reads %q: start from its model directory instead", path, c.Format, checkpointFormat)
	}
	if err := c.Model.Validate(); err != nil {
		return nil, fmt.Errorf("checkpoint %s: %w", path, err)
	}
	params := c.Model.Params()
	if len(c.Names) != len(params) || len(c.Average) != len(params) || (c.Optim != nil && len(c.Weights) != len(params)) {
		return nil, fmt.Errorf("checkpoint %s holds %d arrays, its model has %d", path, len(c.Average), len(params))
	}
	for i, p := range params {
		if c.Names[i] != p.Name || len(c.Average[i]) != p.Size() || (c.Optim != nil && len(c.Weights[i]) != p.Size()) {
			return nil, fmt.Errorf("checkpoint %s: array %d is %q with %d numbers, the model wants %q with %d",
				path, i, c.Names[i], len(c.Average[i]), p.Name, p.Size())
		}
	}
	return &c, nil
}

// WeightsOnly is the checkpoint without what only a continued run needs: a third
// of the size.
func (c Checkpoint) WeightsOnly() *Checkpoint {
	c.Weights, c.Optim, c.History, c.Tally = nil, nil, nil, Tally{}
	return &c
}

// flat views the weights' own memory.
func flat(w *model.Weights) [][]float32 {
	out := make([][]float32, len(w.Tensor))
	for i, t := range w.Tensor {
		out[i] = t.F32
	}
	return out
}

func cloneAll(arrays [][]float32) [][]float32 {
	out := make([][]float32, len(arrays))
	for i, a := range arrays {
		out[i] = slices.Clone(a)
	}
	return out
}

// copyAll writes src over dst, array by array.
func copyAll(dst, src [][]float32) {
	for i := range dst {
		copy(dst[i], src[i])
	}
}
