package traincmd

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"

	"gopkg.in/yaml.v3"

	"hyt/policy/tokenizer"
	"hyt/trainer/hybrid"
	"hyt/trainer/loop"
	"hyt/trainer/model"
)

// Config is a training run. The files of trainer/configs are examples; every key
// has a default, and an unknown key is an error.
type Config struct {
	Name       string         `yaml:"name"`        // of the model
	Seed       uint64         `yaml:"seed"`        // of weights, order, modes and augmentation
	Model      Shape          `yaml:"model"`       // used where the run starts from noise; else the checkpoint's counts
	Train      loop.Config    `yaml:"train"`       // steps and rates
	Modes      hybrid.Weights `yaml:"modes"`       // probability of each mode
	Jitter     float64        `yaml:"jitter"`      // colour augmentation: images are made up to this share brighter or darker
	GripJitter float64        `yaml:"grip_jitter"` // largest error put on the gripper's opening, 0..1: against policies that copy it
	Validation float64        `yaml:"validation"`  // share of the episodes that is held out
	HeldOut    int            `yaml:"held_out"`    // samples that a held-out measurement looks at
	Init       string         `yaml:"init"`        // checkpoint or model directory to start from; "": noise
}

// Shape is the part of model.Config that one chooses; the rest follows from the
// tokenizer and the robot.
type Shape struct {
	Width     int `yaml:"width"`     // of the residual stream
	Layers    int `yaml:"layers"`    // transformer blocks
	Heads     int `yaml:"heads"`     // attention heads
	Hidden    int `yaml:"hidden"`    // inside the MLP
	Stem1     int `yaml:"stem1"`     // channels at 32x32
	Stem2     int `yaml:"stem2"`     // channels at 16x16
	Positions int `yaml:"positions"` // text positions: instruction, mode token, thought
}

// Default is hybrid training from bags.
func Default() Config {
	m := model.Default()
	return Config{
		Name: "hyt", Seed: 1, Train: loop.Default(), Modes: hybrid.DefaultWeights(), Jitter: 0.1, Validation: 0.05, HeldOut: 256,
		Model: Shape{Width: m.Width, Layers: m.Layers, Heads: m.Heads, Hidden: m.Hidden, Stem1: m.Stem1, Stem2: m.Stem2, Positions: m.Positions},
	}
}

// DefaultPretrain is grounding pretraining.
func DefaultPretrain() Config {
	c := Default()
	c.Name, c.Train.Steps, c.HeldOut = "ground", 8000, 512
	return c
}

// Validate says which value is impossible.
func (c Config) Validate() error {
	if err := c.Train.Validate(); err != nil {
		return err
	}
	if err := c.Modes.Validate(); err != nil {
		return err
	}
	switch {
	case c.Name == "":
		return errors.New("name is empty: give the model a name")
	case c.Jitter < 0 || c.Jitter > 0.5:
		return fmt.Errorf("jitter is %g, must be 0 to 0.5", c.Jitter)
	case c.GripJitter < 0 || c.GripJitter > 0.5:
		return fmt.Errorf("grip_jitter is %g, must be 0 to 0.5", c.GripJitter)
	case c.Validation < 0 || c.Validation > 0.5:
		return fmt.Errorf("validation is %g, must be 0 to 0.5", c.Validation)
	case c.HeldOut < 0:
		return fmt.Errorf("held_out is %d, must not be negative", c.HeldOut)
	}
	return nil
}

// read lays the YAML file at path over c. An empty path changes nothing.
func (c *Config) read(path string) error {
	if path == "" {
		return nil
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("config: %w", err)
	}
	d := yaml.NewDecoder(bytes.NewReader(raw))
	d.KnownFields(true)
	if err := d.Decode(c); err != nil && !errors.Is(err, io.EOF) { // an empty file is EOF
		return fmt.Errorf("config %s: %w", path, err)
	}
	return nil
}

// network is the model of this shape for a tokenizer.
func (s Shape) network(t *tokenizer.Tokenizer) model.Config {
	c := model.Default()
	c.Width, c.Layers, c.Heads, c.Hidden = s.Width, s.Layers, s.Heads, s.Hidden
	c.Stem1, c.Stem2, c.Positions, c.Text = s.Stem1, s.Stem2, s.Positions, s.Positions
	c.Vocab, c.PlaceX, c.PlaceY = t.Size(), int(t.ID("<x00>")), int(t.ID("<y00>"))
	return c
}
