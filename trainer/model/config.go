// Package model is the network that hyt trains: a small transformer over image,
// instruction and thought tokens with parallel action queries, as a GoMLX graph
// with its losses.
//
// Shape of one forward pass (d = Width, S = Text+Chunk):
//
//	image 64x64x3 ─stem─▶ 64 tokens ┐
//	proprio ───────MLP─▶  1 token   ├─ prefix: attends to itself only
//	                                ┘
//	text (instruction | mode | thought) ─embed─▶ Text tokens   causal over prefix and earlier text
//	action queries, learned ────────────────────▶ Chunk tokens  see prefix, valid text, each other
//
//	text rows ─head─▶ logits of the next token;  query rows ─head─▶ actions, -1..1
//
// The prefix never looks at the text. That is why its keys and values can be
// computed once a frame and serve every mode (trainer/export writes it so).
package model

import "fmt"

// Config is the shape of the network. It is written into checkpoints.
type Config struct {
	Vocab     int `yaml:"vocab" json:"vocab"`         // tokens in the tokenizer
	Width     int `yaml:"width" json:"width"`         // d, width of the residual stream
	Layers    int `yaml:"layers" json:"layers"`       // transformer blocks
	Heads     int `yaml:"heads" json:"heads"`         // attention heads; divides Width
	Hidden    int `yaml:"hidden" json:"hidden"`       // width inside the MLP
	Stem1     int `yaml:"stem1" json:"stem1"`         // channels after the 5x5 stride-2 convolution (32x32)
	Stem2     int `yaml:"stem2" json:"stem2"`         // channels at 16x16
	Positions int `yaml:"positions" json:"positions"` // text positions that the network knows: instruction, mode token, thought
	Text      int `yaml:"text" json:"text"`           // text positions of a training batch, at most Positions; fewer are faster
	Chunk     int `yaml:"chunk" json:"chunk"`         // actions a chunk
	Dims      int `yaml:"dims" json:"dims"`           // numbers an action
	PlaceX    int `yaml:"place_x" json:"place_x"`     // id of token <x00>; <x01>.. follow
	PlaceY    int `yaml:"place_y" json:"place_y"`     // id of token <y00>
}

// Default is the shape that the shipped model has. Vocab and the place ids come
// from the tokenizer.
func Default() Config {
	return Config{Width: 112, Layers: 5, Heads: 4, Hidden: 224, Stem1: 32, Stem2: 64,
		Positions: 56, Text: 56, Chunk: 8, Dims: 5}
}

// Fixed by the camera and the arm, the same for every model of this version.
const (
	ImageSide   = 64              // pixels
	Channels    = 3               // RGB
	Grid        = 8               // image tokens per side
	ImageTokens = Grid * Grid     // tokens of the image
	Prefix      = ImageTokens + 1 // and the proprioception token
	ProprioDims = 5               // x y z yaw gripper
	PointDims   = 3               // x y z, what a query row points with in pretraining
	Things      = 24              // kinds of thing that a cell of the image can hold, in pretraining
	CellDims    = 2               // where in the cell it is: column and row, -1..1
	PlaceBins   = 64              // place tokens per axis
)

// Validate says what makes a configuration impossible.
func (c Config) Validate() error {
	for _, f := range []struct {
		name string
		v    int
	}{{"vocab", c.Vocab}, {"width", c.Width}, {"layers", c.Layers}, {"heads", c.Heads}, {"hidden", c.Hidden},
		{"stem1", c.Stem1}, {"stem2", c.Stem2}, {"text", c.Text}, {"positions", c.Positions}, {"chunk", c.Chunk}, {"dims", c.Dims}} {
		if f.v < 1 {
			return fmt.Errorf("model: %s is %d, must be at least 1", f.name, f.v)
		}
	}
	if c.Width%c.Heads != 0 || c.Width%4 != 0 {
		return fmt.Errorf("model: width %d must be a multiple of heads (%d) and of 4", c.Width, c.Heads)
	}
	if c.Text > c.Positions {
		return fmt.Errorf("model: text %d is longer than the %d positions that the network knows", c.Text, c.Positions)
	}
	for _, id := range []int{c.PlaceX, c.PlaceY} {
		if id < 0 || id+PlaceBins > c.Vocab {
			return fmt.Errorf("model: place tokens %d..%d lie outside the vocabulary of %d", id, id+PlaceBins-1, c.Vocab)
		}
	}
	return nil
}

// Keys is the number of positions that a suffix row may attend to.
func (c Config) Keys() int { return Prefix + c.Text + c.Chunk }

// Suffix is the number of text and query rows.
func (c Config) Suffix() int { return c.Text + c.Chunk }

// IsPlace says whether a token is a place bin.
func (c Config) IsPlace(id int64) bool {
	x, y := int(id)-c.PlaceX, int(id)-c.PlaceY
	return x >= 0 && x < PlaceBins || y >= 0 && y < PlaceBins
}

// For is c with another vocabulary and number of text positions. The place tokens
// stand at the same ids in every vocabulary.
func (c Config) For(vocab, positions int) Config {
	c.Vocab, c.Positions = vocab, positions
	return c
}

// Grown says whether a model of shape c can start from one of shape old: all is
// the same, but the vocabulary and the text positions may be more.
func (c Config) Grown(old Config) bool {
	if c.Vocab < old.Vocab || c.Positions < old.Positions {
		return false
	}
	old.Vocab, old.Positions = c.Vocab, c.Positions
	return c.Same(old)
}

// Same says whether two configurations have the same weights: batches may differ
// in their text's length.
func (c Config) Same(other Config) bool {
	c.Text = other.Text
	return c == other
}
