// Package policy turns an observation into an action chunk: the model's run-time
// side. The learned part runs in ONNX Runtime (policy/onnx); what it may expect
// and what it returns is written in the model directory (policy/spec).
package policy

import (
	"slices"
	"time"
)

// Mode is one of the three conditionals that one HyT model learned, told apart
// by its mode token (Hybrid Training, arXiv 2510.00600, section 3).
type Mode string

const (
	Act    Mode = "act"    // image, instruction -> actions; no thoughts written
	Think  Mode = "think"  // image, instruction -> thought -> actions
	Follow Mode = "follow" // image, given thought -> actions; no instruction
)

// Observation is what a policy sees at one instant.
type Observation struct {
	Stamp   time.Time
	Images  [][]byte  // one per spec camera, in its order: RGB8, height*width*3 bytes, row-major
	Proprio []float32 // in the order and units of the spec's proprio names
}

// Chunk is a sequence of future actions. Row k holds during
// [Stamp + k*Period, Stamp + (k+1)*Period).
type Chunk struct {
	Stamp   time.Time     // of the observation that led to it
	Period  time.Duration // 1 / action_rate
	Names   []string      // of the dimensions, shared with the spec: do not modify
	Actions [][]float64   // chunk x dims, in the spec's units
	Mode    Mode
	Latency time.Duration // measured: image tensor in to chunk out
}

// Clone returns a chunk whose actions are its own.
func (c Chunk) Clone() Chunk {
	actions := make([][]float64, len(c.Actions))
	for k, row := range c.Actions {
		actions[k] = slices.Clone(row)
	}
	c.Actions = actions
	return c
}
