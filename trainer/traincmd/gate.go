package traincmd

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/spf13/cobra"

	"hyt/policy"
	"hyt/policy/proof"
	"hyt/policy/tokenizer"
	"hyt/trainer/data"
	"hyt/trainer/engine"
	"hyt/trainer/export"
	"hyt/trainer/gate"
	"hyt/trainer/model"
)

// gating is one run of `hyt train gate`.
type gating struct {
	model    string
	bags     []string
	contract string
	cache    string
	samples  int
	share    float64
	seed     uint64
	report   string
	print    io.Writer
}

func newGate() *cobra.Command {
	var g gating
	cmd := &cobra.Command{
		Use:   "gate --model DIR --bags BAGS",
		Short: "Teach a model when thinking pays: the gate of mode auto",
		Long: `Lets the model act and think on samples that it was not trained on, learns from
what its head reads whether the thought lowered the error of the actions, and adds
the gate to the model directory as gate.onnx. It prints how the gate compares with
one that thinks as often, but by chance, each sample judged by a gate that did not
see its episode.

Of bags that the model was trained on, only the episodes are taken that training
held out (--held-out); of others, all.`,
		Example:       `  hyt train gate --model build/models/touch --bags bags/fresh`,
		Args:          cobra.NoArgs,
		SilenceUsage:  true,
		SilenceErrors: true,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if g.model == "" || len(g.bags) == 0 || g.samples < 50 || !(g.share > 0 && g.share <= 1) {
				return errors.New("train gate: give --model and --bags, at least 50 --samples, and a --held-out share of more than 0, at most 1")
			}
			g.print = cmd.OutOrStdout()
			return g.run(cmd.Context())
		},
	}
	f := cmd.Flags()
	f.StringVar(&g.model, "model", "", "model directory that gets a gate; it must have been trained to act and to think")
	f.StringSliceVar(&g.bags, "bags", nil, "rosbag directories, or folders of them")
	f.StringVar(&g.contract, "contract", "", "YAML file that says which topics become what, as for training")
	f.StringVar(&g.cache, "cache", "", "folder where the samples made of the bags are kept")
	f.IntVar(&g.samples, "samples", 1500, "samples to act and think on, at most")
	f.Float64Var(&g.share, "held-out", 0.05, "share of the episodes that training held out (its config's validation)")
	f.Uint64Var(&g.seed, "seed", 1, "of the samples and of the folds")
	f.StringVar(&g.report, "report", "", "JSON file for the comparison with a random gate")
	return cmd
}

func (g gating) run(ctx context.Context) error {
	set, err := g.open(ctx)
	if err != nil {
		return err
	}
	defer set.Close()
	e, err := engine.Open(engine.ONNX)
	if err != nil {
		return err
	}
	defer e.Close()
	w, err := readWeights(e, g.model)
	if err != nil {
		return err
	}
	outcomes, err := g.collect(ctx, e, w, set)
	if err != nil {
		return err
	}
	if len(outcomes) < 50 {
		return fmt.Errorf("train gate: %d samples are too few to learn from: give more bags that the model was not trained on", len(outcomes))
	}
	held, err := gate.Held(outcomes, g.seed)
	if err != nil {
		return err
	}
	verdict := gate.Judge(outcomes, held)
	fmt.Fprint(g.print, verdict)
	learned, err := gate.Fit(outcomes)
	if err != nil {
		return err
	}
	if err := export.WriteGate(g.model, w, learned); err != nil {
		return err
	}
	if err := g.check(ctx, e, w, set, learned); err != nil {
		return err
	}
	if g.report == "" {
		return nil
	}
	raw, err := json.MarshalIndent(verdict, "", " ")
	if err != nil {
		return fmt.Errorf("train gate: %w", err)
	}
	return os.WriteFile(g.report, append(raw, '\n'), 0o644)
}

// collect runs the model as a robot would. It is closed before the gate is
// written, because the directory changes then.
func (g gating) collect(ctx context.Context, e *engine.Engine, w *model.Weights, set *data.Set) (outcomes []gate.Outcome, err error) {
	p, err := policy.Open(g.model, policy.Options{})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, p.Close()) }()
	c := gate.Collector{Engine: p, Trainer: e, Weights: w, Set: set}
	c.Progress = func(done, of int) {
		if done%250 == 0 {
			fmt.Fprintf(g.print, "thought about %d of %d samples\n", done, of)
		}
	}
	return c.Collect(ctx, g.samples, g.seed)
}

// check compares the exported gate with the learned one.
func (g gating) check(ctx context.Context, e *engine.Engine, w *model.Weights, set *data.Set, learned export.Gate) (err error) {
	p, err := policy.Open(g.model, policy.Options{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.Close()) }()
	c := gate.Collector{Engine: p, Trainer: e, Weights: w, Set: set}
	off, err := c.Check(ctx, learned, parityRows, g.seed)
	switch {
	case err != nil:
		return err
	case !(off <= proof.Tolerance):
		return fmt.Errorf("train gate: exported and learned gate differ by %.2g, more than %.0e", off, proof.Tolerance)
	}
	fmt.Fprintf(g.print, "wrote the gate of %s; exported and learned gate differ by %.1g\n", g.model, off)
	return nil
}

// open makes samples of the bags, less those that the model was trained on.
func (g gating) open(ctx context.Context) (*data.Set, error) {
	set, found, s, err := samplesFor(ctx, g.model, g.bags, g.contract, g.cache)
	if err != nil {
		return nil, err
	}
	var trained []string
	for _, sum := range s.Training.Data {
		trained = append(trained, sum)
	}
	for _, sum := range found.Hashes() {
		if slices.Contains(trained, sum) {
			_, set = set.Split(g.share)
			fmt.Fprintf(g.print, "the model was trained on these bags: of their episodes, the held-out %.0f %% are used\n", 100*g.share)
			break
		}
	}
	fmt.Fprintf(g.print, "%d samples to choose from\n", set.Len())
	return set, nil
}

// readWeights loads the weights of a model directory that hyt train wrote.
func readWeights(e *engine.Engine, dir string) (*model.Weights, error) {
	c, err := export.Read(e, dir)
	if err != nil {
		return nil, err
	}
	w, err := model.NewWeights(e, c.Model, 0)
	if err != nil {
		return nil, err
	}
	_, err = c.StartFrom(w, tokenizer.Build(c.Words))
	return w, err
}
