package traincmd

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"

	"gopkg.in/yaml.v3"

	"hyt/policy/tokenizer"
	"hyt/trainer/data"
	"hyt/trainer/hybrid"
	"hyt/trainer/loop"
	"hyt/trainer/model"
)

// Config is a training run. The files of trainer/configs are examples; every key
// has a default, and an unknown key is an error.
type Config struct {
	Name  string      `yaml:"name"`            // of the model
	Seed  uint64      `yaml:"seed"`            // of weights, order, modes and augmentation
	Init  string      `yaml:"init"`            // checkpoint or model directory to start from; "": noise
	Model Shape       `yaml:"model"`           // used where the run starts from noise; else the checkpoint's counts
	From  Pretrained  `yaml:"pretrained,flow"` // weights of another project, laid over the noise
	Train loop.Config `yaml:"train"`           // steps and rates

	Regime   string          `yaml:"regime"`        // hyt, vla, ecot, ecot-lite: stands for modes; "": what modes says
	Modes    hybrid.Weights  `yaml:"modes,flow"`    // probability of each mode
	Schedule []hybrid.Moment `yaml:"schedule,flow"` // of the modes over the run
	Sum      bool            `yaml:"sum"`           // every sample in every mode, losses weighted, instead of one mode drawn
	Thoughts hybrid.Thoughts `yaml:"thoughts"`      // what becomes of recorded thoughts
	Target   float64         `yaml:"target"`        // weight of pointing at the thought's target, without language

	Augment    model.Augment `yaml:"augment"`     // of the pictures
	GripJitter float64       `yaml:"grip_jitter"` // largest error put on the gripper's opening, 0..1: against policies that copy it
	Validation float64       `yaml:"validation"`  // share of the episodes that is held out
	HeldOut    int           `yaml:"held_out"`    // samples that a held-out measurement looks at
	Int8       bool          `yaml:"int8"`        // the model directory's matrices are stored as 8-bit integers
}

// Shape is the part of model.Config that one chooses; the rest follows from the
// tokenizer and the robot.
type Shape struct {
	Backbone  string `yaml:"backbone"`  // transformer or lstm
	Size      string `yaml:"size"`      // nano, small or base: stands for the numbers below
	Width     int    `yaml:"width"`     // of the residual stream
	Layers    int    `yaml:"layers"`    // transformer blocks, or LSTMs one on the other
	Heads     int    `yaml:"heads"`     // attention heads
	Hidden    int    `yaml:"hidden"`    // inside the MLP
	Stem1     int    `yaml:"stem1"`     // channels at 32x32
	Stem2     int    `yaml:"stem2"`     // channels at 16x16
	Positions int    `yaml:"positions"` // text positions, at least: instruction, mode token, thought
	Bins      int    `yaml:"bins"`      // of the action head; 0: it is continuous
}

// Pretrained names weights of another project; see package pretrained.
type Pretrained struct {
	File  string `yaml:"file"`  // in the safetensors format; "": none
	Names string `yaml:"names"` // the map of names
}

// shapeOf is a named size.
func shapeOf(backbone, size string) (Shape, error) {
	m, err := model.Size(backbone, size)
	if err != nil {
		return Shape{}, err
	}
	return Shape{Backbone: backbone, Size: size, Width: m.Width, Layers: m.Layers, Heads: m.Heads, Hidden: m.Hidden,
		Stem1: m.Stem1, Stem2: m.Stem2, Positions: 56}, nil
}

// Default is hybrid training from bags.
func Default() Config {
	shape, err := shapeOf(model.Transformer, model.Nano)
	if err != nil {
		panic(err) // both names are ours
	}
	return Config{
		Name: "hyt", Seed: 1, Model: shape, Train: loop.Default(), Modes: hybrid.DefaultWeights(), Schedule: []hybrid.Moment{},
		Thoughts: hybrid.DefaultThoughts(), Augment: model.DefaultAugment(), Validation: 0.05, HeldOut: 256,
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
	for _, part := range []interface{ Validate() error }{c.Train, c.mix(), c.Thoughts, c.Augment} {
		if err := part.Validate(); err != nil {
			return err
		}
	}
	switch {
	case (c.From.File == "") != (c.From.Names == ""):
		return errors.New("pretrained needs both a file and a map of names")
	case c.From.File != "" && c.Init != "":
		return errors.New("init and pretrained are both given: start from one of them")
	case c.Name == "":
		return errors.New("name is empty: give the model a name")
	case !(c.Target >= 0 && c.Target <= 100):
		return fmt.Errorf("target is %g, must be 0 to 100", c.Target)
	case !(c.GripJitter >= 0 && c.GripJitter <= 0.5):
		return fmt.Errorf("grip_jitter is %g, must be 0 to 0.5", c.GripJitter)
	case !(c.Validation >= 0 && c.Validation <= 0.5):
		return fmt.Errorf("validation is %g, must be 0 to 0.5", c.Validation)
	case c.HeldOut < 0:
		return fmt.Errorf("held_out is %d, must not be negative", c.HeldOut)
	}
	return nil
}

func (c Config) mix() hybrid.Mix {
	return hybrid.Mix{Modes: c.Modes, Schedule: c.Schedule, Sum: c.Sum}
}

// regime is the regime's name for spec.yaml.
func (c Config) regime() string { return cmp.Or(c.Regime, c.mix().Mean().Regime()) }

// Parse reads a config for training from bags, as --config does.
func Parse(raw []byte) (Config, error) {
	c := Default()
	if err := c.over(raw); err != nil {
		return c, err
	}
	return c, c.Validate()
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
	if err := c.over(raw); err != nil {
		return fmt.Errorf("config %s: %w", path, err)
	}
	return nil
}

// over lays YAML over c. What stands for several keys (regime, size) comes first, so
// that the keys themselves count where both are given.
func (c *Config) over(raw []byte) error {
	var short struct {
		Regime string `yaml:"regime"`
		Model  struct{ Backbone, Size string }
	}
	err := yaml.Unmarshal(raw, &short)
	if err != nil {
		return err
	}
	if short.Regime != "" {
		if c.Modes, err = hybrid.Regime(short.Regime); err != nil {
			return err
		}
	}
	if short.Model.Backbone != "" || short.Model.Size != "" {
		backbone, size := cmp.Or(short.Model.Backbone, c.Model.Backbone), cmp.Or(short.Model.Size, c.Model.Size)
		if c.Model, err = shapeOf(backbone, size); err != nil {
			return err
		}
	}
	d := yaml.NewDecoder(bytes.NewReader(raw))
	d.KnownFields(true)
	if err := d.Decode(c); err != nil && !errors.Is(err, io.EOF) { // an empty file is EOF
		return err
	}
	return nil
}

// network is the model of this shape for a tokenizer and a robot.
func (s Shape) network(t *tokenizer.Tokenizer, robot data.Shape) model.Config {
	return model.Config{
		Backbone: s.Backbone, Width: s.Width, Layers: s.Layers, Heads: s.Heads, Hidden: s.Hidden, Stem1: s.Stem1, Stem2: s.Stem2,
		Vocab: t.Size(), PlaceX: int(t.ID("<x00>")), PlaceY: int(t.ID("<y00>")), Positions: s.Positions,
		Cameras: len(robot.Cameras), Proprio: len(robot.Proprio), Chunk: robot.Chunk, Dims: len(robot.Action), Bins: s.Bins,
	}
}
