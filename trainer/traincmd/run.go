package traincmd

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"time"

	"gopkg.in/yaml.v3"

	"hyt/gazebo/task"
	"hyt/policy/spec"
	"hyt/policy/tokenizer"
	"hyt/trainer/contract"
	"hyt/trainer/data"
	"hyt/trainer/engine"
	"hyt/trainer/export"
	"hyt/trainer/ground"
	"hyt/trainer/hybrid"
	"hyt/trainer/loop"
	"hyt/trainer/model"
	"hyt/trainer/report"
)

// run is one training run, from its configuration to its files. Read pretrain
// and clone top to bottom.
type run struct {
	config   Config
	contract contract.Contract
	bags     []string
	cache    string // folder for the samples that were made of the bags; "": none is kept
	out      string
	backend  string
	resume   bool
	command  string
	print    io.Writer
}

// groundData says what pretraining learns from.
var groundData = fmt.Sprintf("rendered scenes, seeds 0 to %d", ground.HeldOut-1)

// pretrain learns to see from rendered scenes and writes a model directory whose
// actions are untrained.
func (r run) pretrain(ctx context.Context) error {
	e, err := engine.Open(r.backend)
	if err != nil {
		return err
	}
	defer e.Close()
	start, err := r.start(e, tabletop(), task.Words(), func(*tokenizer.Tokenizer) int { return ground.TextLength })
	if err != nil {
		return err
	}
	train, err := groundMaker(start.tokenizer, r.config)
	if err != nil {
		return err
	}
	seen, err := groundMaker(start.tokenizer, r.config) // a renderer of its own: train's is used ahead
	if err != nil {
		return err
	}
	test, err := ground.NewHeldOutTest(e, start.weights.Config, seen, r.config.HeldOut)
	if err != nil {
		return err
	}
	t, err := loop.New(e, r.config.Train, start.weights, groundSource{train})
	if err != nil {
		return err
	}
	defer t.Close()
	t.Evaluate = test.Measure
	if err := r.learn(ctx, t, start, nil, groundData); err != nil {
		return err
	}
	return r.export(e, t, groundSource{train}, export.Model{
		Robot: export.Tabletop(), Tokenizer: start.tokenizer, Norm: hybrid.NeutralNorm(), Modes: []string{"act", "think"},
		Training: spec.Training{Regime: "ground", Data: map[string]string{"generator": groundData}},
	})
}

// clone learns from the bags and writes a model directory.
func (r run) clone(ctx context.Context) error {
	all, found, err := data.Open(ctx, r.bags, data.Options{Contract: r.contract, Cache: r.cache})
	if err != nil {
		return err
	}
	defer all.Close()
	r.say("%s", found.String())
	robot, err := robotOf(all.Shape())
	if err != nil {
		return err
	}
	train, valid := all.Split(r.config.Validation)
	if train.Len() == 0 {
		return fmt.Errorf("train: the bags hold no sample to learn from: see what was left out above")
	}
	e, err := engine.Open(r.backend)
	if err != nil {
		return err
	}
	defer e.Close()
	length := func(t *tokenizer.Tokenizer) int { return (&hybrid.Maker{Set: all, Tokenizer: t}).TextLength() }
	start, err := r.start(e, all.Shape(), append(task.Words(), texts(all)...), length)
	if err != nil {
		return err
	}
	if start.newProprio {
		start.weights.SetProprio(hybrid.FitProprio(train, all.Shape().Proprio))
	}
	norm, err := hybrid.FitNorm(train, all.Shape().Action)
	if err != nil {
		return err
	}
	maker := func(s hybrid.Set) *hybrid.Maker {
		c := r.config
		return &hybrid.Maker{Set: s, Shape: all.Shape(), Tokenizer: start.tokenizer, Norm: norm, Seed: c.Seed, Total: c.Train.All(),
			Mix: c.mix(), Thoughts: c.Thoughts, Target: c.Target, Augment: c.Augment, GripJitter: c.GripJitter}
	}
	rows := hybridRows(maker(train))
	t, err := loop.New(e, r.config.Train, start.weights, rows)
	if err != nil {
		return err
	}
	defer t.Close()
	if valid.Len() > 0 && r.config.HeldOut > 0 {
		test, err := hybrid.NewHeldOutTest(e, start.weights.Config, maker(valid), r.config.HeldOut)
		if err != nil {
			return err
		}
		t.Evaluate = test.Measure
	}
	if err := r.learn(ctx, t, start, &norm, hashes(found.Hashes())); err != nil {
		return err
	}
	modes := r.config.mix().Mean()
	return r.export(e, t, rows, export.Model{
		Robot: robot, Tokenizer: start.tokenizer, Norm: norm, Modes: modes.Trained(),
		Training: spec.Training{
			Regime:  r.config.regime(),
			Weights: map[string]float64{"act": modes.Act, "think": modes.Think, "follow": modes.Follow},
			Data:    found.Hashes(),
		},
	})
}

// learn runs the steps, and leaves checkpoints, measures and report in the run's
// folder. from says what is learned from: hashes or seeds.
func (r run) learn(ctx context.Context, t *loop.Trainer, b beginning, norm *hybrid.Norm, from string) error {
	t.Folder = r.out + ".run"
	if r.resume {
		if err := r.restore(t, b, from); err != nil {
			return err
		}
	}
	t.Complete = func(c *loop.Checkpoint) {
		c.Words, c.Proprio, c.Norm, c.Seed, c.Data = b.words, b.proprio, norm, r.config.Seed, from
	}
	began := time.Now()
	t.Log = func(m loop.Measure) { r.say("%s", m) }
	if err := t.Run(ctx); err != nil {
		return err
	}
	r.say("%d steps in %s", t.Step(), time.Since(began).Round(time.Second))
	return r.report(t, b, from)
}

// restore continues from the run's last checkpoint, and refuses where the run
// would not go on as it began.
func (r run) restore(t *loop.Trainer, b beginning, from string) error {
	path := filepath.Join(t.Folder, loop.CheckpointFile)
	c, err := loop.ReadCheckpoint(path)
	if err != nil {
		return fmt.Errorf("train: nothing to resume: %w", err)
	}
	switch {
	case !slices.Equal(tokenizer.Build(c.Words).Words(), b.words):
		return fmt.Errorf("train: resume from %s: its vocabulary is another one: give the same bags and --init as then", path)
	case c.Seed != r.config.Seed:
		return fmt.Errorf("train: resume from %s: it began with seed %d, not %d: give the same", path, c.Seed, r.config.Seed)
	case c.Data != from:
		return fmt.Errorf("train: resume from %s: it learned from other data (%s, not %s): give the same bags", path, c.Data, from)
	}
	if err := t.Restore(c); err != nil {
		return fmt.Errorf("train: resume from %s: %w", path, err)
	}
	r.say("resuming at step %d", t.Step())
	return nil
}

// report draws what was measured.
func (r run) report(t *loop.Trainer, b beginning, from string) error {
	config, err := yaml.Marshal(r.config)
	if err != nil {
		return fmt.Errorf("train: %w", err)
	}
	success, err := report.ReadSuccess(filepath.Join(t.Folder, report.SuccessFile))
	if err != nil {
		return err
	}
	shown := report.Run{Title: r.config.Name, Command: r.command, Config: string(config), Data: from,
		Weights: b.weights.Count(), History: t.History(), Success: success}
	if err := shown.WritePNG(filepath.Join(t.Folder, "loss.png")); err != nil {
		return err
	}
	return shown.WriteHTML(filepath.Join(t.Folder, "report.html"))
}

// parityRows is how many real samples the exported graphs are checked on.
const parityRows = 16

// export writes the model directory and checks it on rows of the run. m says
// what was learned and from what; the rest of it is filled in.
func (r run) export(e *engine.Engine, t *loop.Trainer, source loop.Source, m export.Model) error {
	last := t.History()[len(t.History())-1]
	m.Name, m.Weights, m.Options = r.config.Name, t.Averaged(), export.Options{Int8: r.config.Int8}
	how := &m.Training
	how.Command, how.Loss, how.Seed, how.Steps, how.Samples = r.command, last.Loss, int64(r.config.Seed), t.Step(), last.Samples
	if err := export.Write(r.out, m); err != nil {
		return err
	}
	var rows []model.Row
	for i := range parityRows {
		row, _, err := source.Row(i)
		if err != nil {
			return err
		}
		row.Look = model.Look{} // the exported graph sees the image as it is
		rows = append(rows, row)
	}
	d, err := export.Prove(e, r.out, t.Averaged(), m.Options, rows)
	if err != nil {
		return err
	}
	r.say("%s", proved(r.out, d, m.Options))
	return nil
}

// proved says what was written, and how exactly.
func proved(out string, d export.Difference, o export.Options) string {
	text := fmt.Sprintf("wrote %s; exported and trained graph differ by %.1g in logits and %.1g in actions", out, d.Logits, d.Actions)
	if o.Int8 {
		text += fmt.Sprintf("\nrounding the weights to 8 bits moves logits by up to %.2g and actions by up to %.2g", d.Rounding.Logits, d.Rounding.Actions)
	}
	return text
}

func (r run) say(format string, args ...any) { fmt.Fprintf(r.print, format+"\n", args...) }
