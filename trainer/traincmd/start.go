package traincmd

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"hyt/policy/tokenizer"
	"hyt/trainer/contract"
	"hyt/trainer/data"
	"hyt/trainer/engine"
	"hyt/trainer/export"
	"hyt/trainer/loop"
	"hyt/trainer/model"
	"hyt/trainer/pretrained"
)

// beginning is what a run starts from.
type beginning struct {
	words      []string
	proprio    []string // names
	tokenizer  *tokenizer.Tokenizer
	weights    *model.Weights
	newProprio bool // the proprioception's scale is not known from the start
}

// tabletop is the shape of pretraining's samples: that of the default contract.
func tabletop() data.Shape {
	c := contract.Default()
	s := data.Shape{Cameras: make([]data.Camera, len(c.Of(contract.Image))), Rate: c.Rate, Chunk: c.Chunk}
	for _, f := range c.Named(contract.Proprio) {
		s.Proprio = append(s.Proprio, data.Number{Name: f.Name, Unit: f.Unit})
	}
	for _, f := range c.Named(contract.Action) {
		s.Action = append(s.Action, data.Number{Name: f.Name, Unit: f.Unit})
	}
	return s
}

// longestText bounds the text positions of a model: attention's cost grows with
// their square.
const longestText = 256

// start draws fresh weights, or takes those of config.Init, to which it adds the
// words and text positions that it lacks. length says how many text positions the
// samples need.
func (r run) start(e *engine.Engine, robot data.Shape, words []string, length func(*tokenizer.Tokenizer) int) (b beginning, err error) {
	var c *loop.Checkpoint
	if r.config.Init != "" {
		if c, err = readInit(e, r.config.Init); err != nil {
			return b, err
		}
		words = append(words, c.Words...)
	}
	b.tokenizer = tokenizer.Build(words)
	b.words = b.tokenizer.Words()
	for _, n := range robot.Proprio {
		b.proprio = append(b.proprio, n.Name)
	}
	shape := r.config.Model.network(b.tokenizer, robot)
	if c != nil {
		shape = grown(c.Model, shape)
	}
	if shape.Text = length(b.tokenizer); shape.Text > longestText {
		return b, fmt.Errorf("train: the longest instruction and thought have %d tokens, more than %d: are they text in the thought grammar?", shape.Text, longestText)
	}
	shape.Positions = max(shape.Positions, shape.Text)
	if b.weights, err = model.NewWeights(e, shape, r.config.Seed); err != nil {
		return b, err
	}
	b.newProprio = true
	if c != nil {
		if err := r.take(c, &b); err != nil {
			return b, fmt.Errorf("train: start from %s: %w", r.config.Init, err)
		}
	}
	if r.config.From.File != "" {
		if err := r.bring(&b); err != nil {
			return b, err
		}
	}
	r.say("model of %d weights, vocabulary of %d", b.weights.Count(), b.tokenizer.Size())
	return b, nil
}

// grown is the shape of a run that starts from a model of shape old: the old one's
// network, with the vocabulary and robot of the run.
func grown(old, run model.Config) model.Config {
	run.Backbone, run.Width, run.Layers, run.Heads, run.Hidden = old.Backbone, old.Width, old.Layers, old.Heads, old.Hidden
	run.Stem1, run.Stem2, run.Positions = old.Stem1, old.Stem2, max(old.Positions, run.Positions)
	return run
}

// take copies what fits of a checkpoint.
func (r run) take(c *loop.Checkpoint, b *beginning) error {
	fresh, err := c.StartFrom(b.weights, b.tokenizer)
	if err != nil {
		return err
	}
	b.newProprio = !slices.Equal(c.Proprio, b.proprio)
	is, was := b.weights.Config, c.Model
	r.say("starts from %s with %d new words and %d new text positions", r.config.Init, is.Vocab-was.Vocab, is.Positions-was.Positions)
	if len(fresh) > 0 {
		r.say("drawn afresh, since the start has none of this shape: %s", strings.Join(fresh, ", "))
	}
	return nil
}

// bring lays weights of another project over the drawn ones, by the map of names.
func (r run) bring(b *beginning) error {
	names, err := pretrained.ReadNames(r.config.From.Names)
	if err != nil {
		return err
	}
	f, err := pretrained.Open(r.config.From.File)
	if err != nil {
		return err
	}
	defer f.Close()
	report, err := pretrained.Load(b.weights, b.tokenizer, f, names)
	if err != nil {
		return err
	}
	r.say("pretrained weights: %d arrays loaded; drawn: %s; not used: %s; %d words have a vector of theirs",
		len(report.Loaded), listed(report.Drawn), listed(report.Unused), report.Tokens)
	return nil
}

// listed is names for a sentence.
func listed(names []string) string {
	if len(names) == 0 {
		return "none"
	}
	return strings.Join(names, ", ")
}

// readInit loads a checkpoint file or a model directory.
func readInit(e *engine.Engine, path string) (*loop.Checkpoint, error) {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return export.Read(e, path)
	}
	return loop.ReadCheckpoint(path)
}
