package traincmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"hyt/policy"
	"hyt/policy/tokenizer"
	"hyt/trainer/engine"
	"hyt/trainer/export"
	"hyt/trainer/hybrid"
	"hyt/trainer/model"
)

// exporting is one run of `hyt train export`.
type exporting struct {
	model    string
	bags     []string
	contract string
	cache    string
	out      string
	int8     bool
	print    io.Writer
}

func newExport() *cobra.Command {
	var x exporting
	cmd := &cobra.Command{
		Use:   "export --model DIR --bags BAGS --out NEW",
		Short: "Write a trained model again, as 8-bit integers or with a proof",
		Long: `Writes the model directory NEW with the weights of another: with --int8 as 8-bit
integers, a quarter of the size. As after a training, the graphs are proved on samples
of the bags, and the proof stays in NEW for hyt model check. Scores that DIR's spec
holds are left out where the weights change.`,
		Example:       `  hyt train export --model build/models/touch --int8 --bags bags/touch --out build/models/touch8`,
		Args:          cobra.NoArgs,
		SilenceUsage:  true,
		SilenceErrors: true,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if x.model == "" || len(x.bags) == 0 || x.out == "" {
				return errors.New("train export: give --model, --bags and --out")
			}
			if _, err := os.Stat(x.out); err == nil {
				return fmt.Errorf("train export: %s exists: name a new folder", x.out)
			}
			x.print = cmd.OutOrStdout()
			return x.run(cmd.Context())
		},
	}
	f := cmd.Flags()
	f.StringVar(&x.model, "model", "", "model directory to read")
	f.StringSliceVar(&x.bags, "bags", nil, "rosbag directories, or folders of them, whose samples are the proof")
	f.StringVar(&x.contract, "contract", "", "YAML file that says which topics become what, as for training")
	f.StringVar(&x.cache, "cache", "", "folder where the samples made of the bags are kept")
	f.StringVar(&x.out, "out", "", "model directory to write")
	f.BoolVar(&x.int8, "int8", false, "store matrices as 8-bit integers")
	return cmd
}

func (x exporting) run(ctx context.Context) error {
	set, _, s, err := samplesFor(ctx, x.model, x.bags, x.contract, x.cache)
	if err != nil {
		return err
	}
	defer set.Close()
	e, err := engine.Open(engine.ONNX)
	if err != nil {
		return err
	}
	defer e.Close()
	w, err := readWeights(e, x.model)
	if err != nil {
		return err
	}
	w.Config.Text = w.Config.Positions
	tok, err := tokenizer.Load(filepath.Join(x.model, s.Tokenizer))
	if err != nil {
		return err
	}
	maker := &hybrid.Maker{Set: set, Shape: set.Shape(), Tokenizer: tok, Norm: hybrid.Norm{Q01: s.Action.Q01, Q99: s.Action.Q99},
		Thoughts: hybrid.DefaultThoughts()}
	var rows []model.Row
	for i := 0; i < set.Len() && len(rows) < parityRows; i += max(1, set.Len()/parityRows) {
		sample, mode := set.At(i), policy.Act
		if sample.Thought != "" && slices.Contains(s.Modes, "think") {
			mode = policy.Think
		}
		row, err := maker.InMode(sample, mode)
		if err != nil {
			return err
		}
		if len(row.Tokens) <= w.Config.Text {
			rows = append(rows, row)
		}
	}
	if len(rows) == 0 {
		return fmt.Errorf("train export: all texts of the bags are longer than the %d positions of %s", w.Config.Text, x.model)
	}
	options := export.Options{Int8: x.int8}
	if err := export.Copy(x.model, x.out, w, options); err != nil {
		return err
	}
	d, err := export.Prove(e, x.out, w, options, rows)
	if err != nil {
		return err
	}
	fmt.Fprintln(x.print, proved(x.out, d, options))
	return nil
}
