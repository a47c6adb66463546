// Package export writes a trained network as a model directory: three ONNX
// graphs, the tokenizer and spec.yaml, and checks that the graphs compute what
// was trained.
//
// The graphs are emitted from the weights by hand (network.go mirrors
// trainer/model's forward pass), because the training engine keeps its own ONNX
// to itself. Parity is what makes that safe.
package export

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"hyt/policy/proof"
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
	gateFile      = "gate.onnx"
	tokenizerFile = "tokenizer.json"
)

var graphFiles = spec.Graphs{Image: imageFile, Extend: extendFile, Act: actFile}

// Robot is what a model sees and moves.
type Robot struct {
	Cameras []spec.Camera
	Proprio []string
	Action  spec.Action // Names, Units, Kind and Rate; the rest follows from the model
}

// Tabletop is the robot of this project, with its overhead camera.
func Tabletop() Robot {
	return Robot{
		Cameras: []spec.Camera{{Name: "image", Width: model.ImageSide, Height: model.ImageSide, Crop: [4]float64{0, 0, 1, 1}}},
		Proprio: []string{"x", "y", "z", "yaw", "gripper"},
		Action: spec.Action{
			Names: []string{"x", "y", "z", "yaw", "gripper"},
			Units: []string{"m", "m", "m", "rad", "1"},
			Kind:  spec.EEDelta, Rate: 10,
		},
	}
}

// Model is what there is to export.
type Model struct {
	Name      string
	Robot     Robot
	Weights   *model.Weights
	Tokenizer *tokenizer.Tokenizer
	Norm      hybrid.Norm
	Modes     []string
	Training  spec.Training
	Options   Options
}

// Write writes the model directory dir, making it where it is missing. Files of
// an older model there are replaced, its gate and proof are removed.
func Write(dir string, m Model) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("export: %w", err)
	}
	image, extend, act := Graphs(m.Weights, m.Options)
	for _, f := range []struct {
		name string
		data []byte
	}{{imageFile, image}, {extendFile, extend}, {actFile, act}} {
		if err := os.WriteFile(filepath.Join(dir, f.name), f.data, 0o644); err != nil {
			return fmt.Errorf("export: %w", err)
		}
	}
	for _, old := range []string{gateFile, proof.File} {
		if err := os.Remove(filepath.Join(dir, old)); err != nil && !errors.Is(err, fs.ErrNotExist) {
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

// WriteGate adds a gate to the model directory whose weights w are.
func WriteGate(dir string, w *model.Weights, gate Gate) error {
	if len(gate.Weights) != w.Config.Width {
		return fmt.Errorf("export: a gate of %d weights for a model %d wide", len(gate.Weights), w.Config.Width)
	}
	return addGate(dir, gateGraph(w, gate, Options{}))
}

func addGate(dir string, graph []byte) error {
	s, err := spec.Load(dir)
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, gateFile), graph, 0o644); err != nil {
		return fmt.Errorf("export: %w", err)
	}
	s.Graphs.Gate = gateFile
	return rewrite(dir, s)
}

// rewrite writes the spec again, with the hashes that the files have now.
func rewrite(dir string, s *spec.Spec) error {
	if err := s.Write(dir); err != nil {
		return fmt.Errorf("export: %w", err)
	}
	return nil
}

func (m Model) spec() *spec.Spec {
	c := m.Weights.Config
	action := m.Robot.Action
	action.Chunk, action.Q01, action.Q99 = c.Chunk, m.Norm.Q01, m.Norm.Q99
	if action.Head = spec.Continuous; c.Bins > 0 {
		action.Head, action.Bins = spec.Bins, c.Bins
	}
	return &spec.Spec{
		Format:    spec.Format,
		Name:      m.Name,
		Cameras:   m.Robot.Cameras,
		Proprio:   m.Robot.Proprio,
		Action:    action,
		Modes:     m.Modes,
		MaxState:  c.Prefix() + c.Positions,
		Graphs:    graphFiles,
		Tokenizer: tokenizerFile,
		Thought:   spec.Thought{Grammar: spec.Format, MaxTokens: max(1, c.Positions-12)},
		Training:  m.Training,
	}
}
