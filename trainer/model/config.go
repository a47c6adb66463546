// Package model is the network that hyt trains: a small backbone over image,
// instruction and thought tokens with parallel action queries, as a GoMLX graph
// with its losses.
//
// Shape of one forward pass (d = Width, S = Text+Chunk):
//
//	images 64x64x3 ─stem─▶ 64 tokens each ┐
//	proprio ─────────MLP─▶  1 token       ├─ prefix: knows nothing of the text
//	                                      ┘
//	text (instruction | mode | thought) ─embed─▶ Text tokens   causal over prefix and earlier text
//	action queries, learned ────────────────────▶ Chunk tokens  see prefix and valid text
//
//	text rows ─head─▶ logits of the next token;  query rows ─head─▶ actions, -1..1
//
// In training an observation may have several texts, side by side, which share its
// prefix and see nothing of each other (texts.go): all modes in one pass.
//
// What computes the rows is a backbone (backbone.go): a transformer, or an LSTM
// that reads the prefix by attention. The prefix never looks at the text. That is
// why what it leaves can be computed once a frame and serve every mode
// (trainer/export writes it so).
package model

import (
	"fmt"
	"slices"
)

// Config is the shape of the network. It is written into checkpoints and graphs.
type Config struct {
	Backbone  string `yaml:"backbone" json:"backbone"`   // "transformer" or "lstm"
	Vocab     int    `yaml:"vocab" json:"vocab"`         // tokens in the tokenizer
	Width     int    `yaml:"width" json:"width"`         // d, width of the residual stream
	Layers    int    `yaml:"layers" json:"layers"`       // transformer blocks, or LSTMs one on the other
	Heads     int    `yaml:"heads" json:"heads"`         // attention heads; divides Width
	Hidden    int    `yaml:"hidden" json:"hidden"`       // width inside the MLP
	Stem1     int    `yaml:"stem1" json:"stem1"`         // channels after the 5x5 stride-2 convolution (32x32)
	Stem2     int    `yaml:"stem2" json:"stem2"`         // channels at 16x16
	Positions int    `yaml:"positions" json:"positions"` // text positions that the network knows: instruction, mode token, thought
	Text      int    `yaml:"text" json:"text"`           // text positions of a training batch, at most Positions; fewer are faster
	Texts     Texts  `yaml:"-" json:"-"`                 // of a batch whose observations have several texts, see SideBySide
	Cameras   int    `yaml:"cameras" json:"cameras"`     // images of an observation
	Proprio   int    `yaml:"proprio" json:"proprio"`     // numbers of proprioception; 0: none, and no token
	Chunk     int    `yaml:"chunk" json:"chunk"`         // actions a chunk
	Dims      int    `yaml:"dims" json:"dims"`           // numbers an action
	Bins      int    `yaml:"bins" json:"bins"`           // of the action head; 0: it is continuous
	PlaceX    int    `yaml:"place_x" json:"place_x"`     // id of token <x00>; <x01>.. follow
	PlaceY    int    `yaml:"place_y" json:"place_y"`     // id of token <y00>
}

// Backbones.
const (
	Transformer = "transformer"
	LSTM        = "lstm"
)

// Sizes that have a name.
const (
	Nano  = "nano"  // 0.6 M weights: learns in minutes on two cores
	Small = "small" // 2 M
	Base  = "base"  // 9 M
)

// Size is a backbone's widths and depths in a named size.
func Size(backbone, name string) (Config, error) {
	c := Config{Backbone: backbone}
	switch name {
	case Nano:
		c.Width, c.Layers, c.Heads, c.Hidden, c.Stem1, c.Stem2 = 112, 5, 4, 224, 32, 64
	case Small:
		c.Width, c.Layers, c.Heads, c.Hidden, c.Stem1, c.Stem2 = 192, 6, 6, 384, 32, 64
	case Base:
		c.Width, c.Layers, c.Heads, c.Hidden, c.Stem1, c.Stem2 = 320, 8, 8, 960, 48, 96
	default:
		return c, fmt.Errorf("model: no size %q: want %s, %s or %s", name, Nano, Small, Base)
	}
	switch backbone {
	case Transformer:
	case LSTM:
		c.Layers = 2
	default:
		return c, fmt.Errorf("model: no backbone %q: want %s or %s", backbone, Transformer, LSTM)
	}
	return c, nil
}

// Fixed in this version, the same for every model.
const (
	ImageSide    = 64          // pixels
	Channels     = 3           // RGB
	Grid         = 8           // image tokens per side
	CameraTokens = Grid * Grid // tokens of one image
	PointDims    = 3           // x y z, what a query row points with in pretraining
	Things       = 24          // kinds of thing that a cell of the first image can hold, in pretraining
	CellDims     = 2           // where in the cell it is: column and row, -1..1
	PlaceBins    = 64          // place tokens per axis
)

// Validate says what makes a configuration impossible.
func (c Config) Validate() error {
	for _, f := range []struct {
		name string
		v    int
	}{{"vocab", c.Vocab}, {"width", c.Width}, {"layers", c.Layers}, {"heads", c.Heads}, {"hidden", c.Hidden},
		{"stem1", c.Stem1}, {"stem2", c.Stem2}, {"text", c.Text}, {"positions", c.Positions},
		{"cameras", c.Cameras}, {"chunk", c.Chunk}, {"dims", c.Dims}} {
		if f.v < 1 {
			return fmt.Errorf("model: %s is %d, must be at least 1", f.name, f.v)
		}
	}
	switch {
	case c.Backbone != Transformer && c.Backbone != LSTM:
		return fmt.Errorf("model: backbone is %q, want %s or %s", c.Backbone, Transformer, LSTM)
	case c.Width%c.Heads != 0 || c.Width%4 != 0:
		return fmt.Errorf("model: width %d must be a multiple of heads (%d) and of 4", c.Width, c.Heads)
	case slices.Max(c.lengths()) > c.Positions:
		return fmt.Errorf("model: text %d is longer than the %d positions that the network knows", slices.Max(c.lengths()), c.Positions)
	case c.Proprio < 0:
		return fmt.Errorf("model: proprio is %d, must not be negative", c.Proprio)
	case c.Bins < 0 || c.Bins == 1 || c.Bins > 4096:
		return fmt.Errorf("model: bins is %d, must be 0 (a continuous head) or 2 to 4096", c.Bins)
	}
	for _, id := range []int{c.PlaceX, c.PlaceY} {
		if id < 0 || id+PlaceBins > c.Vocab {
			return fmt.Errorf("model: place tokens %d..%d lie outside the vocabulary of %d", id, id+PlaceBins-1, c.Vocab)
		}
	}
	return nil
}

// ImageTokens is the number of tokens of all images.
func (c Config) ImageTokens() int { return c.Cameras * CameraTokens }

// Prefix is the number of image and proprioception tokens.
func (c Config) Prefix() int { return c.ImageTokens() + min(c.Proprio, 1) }

// Suffix is the number of text and query rows.
func (c Config) Suffix() int { return c.Text + c.Chunk*len(c.lengths()) }

// IsPlace says whether a token is a place bin.
func (c Config) IsPlace(id int64) bool {
	x, y := int(id)-c.PlaceX, int(id)-c.PlaceY
	return x >= 0 && x < PlaceBins || y >= 0 && y < PlaceBins
}

// CanStartFrom says why a model of shape c cannot start from the weights of one of
// shape old, or nil. Vocabulary and text positions may be more; cameras,
// proprioception and actions may be others, whose weights are then drawn afresh.
func (c Config) CanStartFrom(old Config) error {
	if c.Vocab < old.Vocab || c.Positions < old.Positions {
		return fmt.Errorf("model: a vocabulary of %d and %d text positions are fewer than the %d and %d to start from", c.Vocab, c.Positions, old.Vocab, old.Positions)
	}
	same := old
	same.Vocab, same.Positions, same.PlaceX, same.PlaceY = c.Vocab, c.Positions, c.PlaceX, c.PlaceY
	same.Text, same.Texts = c.Text, c.Texts
	same.Cameras, same.Proprio, same.Chunk, same.Dims, same.Bins = c.Cameras, c.Proprio, c.Chunk, c.Dims, c.Bins
	if same != c {
		return fmt.Errorf("model: a %s %d wide with %d layers (%+v) cannot start from a %s %d wide with %d layers (%+v)",
			c.Backbone, c.Width, c.Layers, c, old.Backbone, old.Width, old.Layers, old)
	}
	return nil
}

// Same says whether two configurations have the same weights: batches may differ
// in their texts.
func (c Config) Same(other Config) bool {
	c.Text, c.Texts = other.Text, other.Texts
	return c == other
}
