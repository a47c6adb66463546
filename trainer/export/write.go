// Package export writes a trained network as a model directory: three ONNX
// graphs, the tokenizer and spec.yaml, and checks that the graphs compute what
// was trained.
//
// The graphs are emitted from the weights by hand (network.go mirrors
// trainer/model's forward pass), because the training engine keeps its own ONNX
// to itself. Parity is what makes that safe.
package export

import (
	"fmt"
	"os"
	"path/filepath"

	"hyt/policy/spec"
	"hyt/policy/tokenizer"
	"hyt/trainer/hybrid"
	"hyt/trainer/model"
)

// Names of the files of a model directory.
const (
	imageFile     = "image.onnx"
	extendFile    = "extend.onnx"
	actFile       = "act.onnx"
	tokenizerFile = "tokenizer.json"
)

// ActionRate is the rate of the action vector, Hz, in this version.
const ActionRate = 10

// Model is what there is to export.
type Model struct {
	Name      string
	Weights   *model.Weights
	Tokenizer *tokenizer.Tokenizer
	Norm      hybrid.Norm
	Modes     []string
	Training  spec.Training
}

// Write writes the model directory dir, making it where it is missing. Files of
// an older model there are replaced.
func Write(dir string, m Model) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("export: %w", err)
	}
	image, extend, act := Graphs(m.Weights)
	for _, f := range []struct {
		name string
		data []byte
	}{{imageFile, image}, {extendFile, extend}, {actFile, act}} {
		if err := os.WriteFile(filepath.Join(dir, f.name), f.data, 0o644); err != nil {
			return fmt.Errorf("export: %w", err)
		}
	}
	if err := m.Tokenizer.Save(filepath.Join(dir, tokenizerFile)); err != nil {
		return fmt.Errorf("export: %w", err)
	}
	s := m.spec()
	if err := s.Write(dir); err != nil {
		return fmt.Errorf("export: %w", err)
	}
	return nil
}

func (m Model) spec() *spec.Spec {
	c := m.Weights.Config
	return &spec.Spec{
		Format: spec.Format,
		Name:   m.Name,
		Cameras: []spec.Camera{{
			Name: "image", Width: model.ImageSide, Height: model.ImageSide, Crop: [4]float64{0, 0, 1, 1},
		}},
		Proprio: []string{"x", "y", "z", "yaw", "gripper"},
		Action: spec.Action{
			Names: []string{"x", "y", "z", "yaw", "gripper"},
			Units: []string{"m", "m", "m", "rad", "1"},
			Kind:  spec.EEDelta, Rate: ActionRate, Chunk: c.Chunk,
			Q01: m.Norm.Q01, Q99: m.Norm.Q99, Head: spec.Continuous,
		},
		Modes:     m.Modes,
		MaxState:  model.Prefix + c.Positions,
		Graphs:    spec.Graphs{Image: imageFile, Extend: extendFile, Act: actFile},
		Tokenizer: tokenizerFile,
		Thought:   spec.Thought{Grammar: spec.Format, MaxTokens: c.Positions - 12},
		Training:  m.Training,
	}
}
