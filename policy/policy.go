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

// Two ways to use them at run time. A chunk's mode is never one of these: it says
// what was run.
const (
	Guided Mode = "guided" // follow the thinker's latest thought, act without one
	Auto   Mode = "auto"   // think where the model's gate says that it pays, act elsewhere
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

	Thought    string        // that was followed by mode guided or written in mode think; "" otherwise
	ThoughtAge time.Duration // of the frame that it is about, when this one was seen
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

// copyFrom makes c equal to from, in c's own memory.
func (c *Chunk) copyFrom(from *Chunk) {
	actions := c.Actions
	if len(from.Actions) > 0 && !fits(actions, len(from.Actions), len(from.Names)) {
		actions = newRows(len(from.Actions), len(from.Names))
	}
	for k, row := range from.Actions {
		copy(actions[k], row)
	}
	*c = *from
	c.Actions = actions
}
