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

// Copy writes the model directory from again as to, with its weights w and other
// options. What it scored is left out where that changes the weights; its gate stays
// as it is.
func Copy(from, to string, w *model.Weights, o Options) error {
	s, err := spec.Load(from)
	if err != nil {
		return err
	}
	tok, err := tokenizer.Load(filepath.Join(from, s.Tokenizer))
	if err != nil {
		return err
	}
	m := Model{Name: s.Name, Robot: Robot{Cameras: s.Cameras, Proprio: s.Proprio, Action: s.Action}, Weights: w, Tokenizer: tok,
		Norm: hybrid.Norm{Q01: s.Action.Q01, Q99: s.Action.Q99}, Modes: s.Modes, Training: s.Training, Options: o}
	if o.Int8 {
		m.Training.Scores = nil
	}
	if err := Write(to, m); err != nil || s.Graphs.Gate == "" {
		return err
	}
	gate, err := os.ReadFile(filepath.Join(from, s.Graphs.Gate))
	if err != nil {
		return fmt.Errorf("export: %w", err)
	}
	return addGate(to, gate)
}
