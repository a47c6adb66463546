// Package traincmd is the command `hyt train`: from bags to a model directory, or
// from rendered scenes to a model that can see and has yet to learn to act.
package traincmd

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"hyt/trainer/contract"
	"hyt/trainer/engine"
	"hyt/trainer/hybrid"
)

// options are the command line's.
type options struct {
	bags     []string
	contract string
	cache    string
	preview  string
	config   string
	backend  string
	out      string
	init     string
	resume   bool
	pretrain bool
	regime   string
	steps    int
	seed     uint64
}

// New returns the command.
func New() *cobra.Command {
	var o options
	cmd := &cobra.Command{
		Use:   "train",
		Short: "Train a model from rosbags, or pretrain one on rendered scenes",
		Long: `Trains by Hybrid Training on the demonstrations in the bags and writes a model
directory. With --pretrain it learns to see from rendered scenes instead: the model
directory that it writes has untrained actions, and is one to start from (--init).

Beside OUT, the folder OUT.run keeps the checkpoint to resume from, metrics.jsonl,
loss.png and report.html. Ctrl-C saves before it stops; --resume goes on exactly
from there.`,
		Example: `  hyt train --pretrain --out build/models/grounded
  hyt train --bags bags/touch --preview build/preview
  hyt train --bags bags/touch --init build/models/grounded --out build/models/touch`,
		Args:          cobra.NoArgs,
		SilenceUsage:  true,
		SilenceErrors: true,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := o.configure(cmd)
			if err != nil {
				return err
			}
			r := run{config: c, contract: contract.Default(), out: o.out, bags: o.bags, cache: o.cache, backend: o.backend, resume: o.resume,
				print: cmd.OutOrStdout(), command: "hyt " + strings.Join(os.Args[1:], " ")}
			if o.contract != "" {
				if r.contract, err = contract.Read(o.contract); err != nil {
					return err
				}
			}
			if o.preview != "" {
				return r.preview(cmd.Context(), o.preview)
			}
			if o.pretrain {
				return r.pretrain(cmd.Context())
			}
			return r.clone(cmd.Context())
		},
	}
	cmd.AddCommand(newGate(), newExport())
	f := cmd.Flags()
	f.StringSliceVar(&o.bags, "bags", nil, "rosbag directories, or folders of them")
	f.StringVar(&o.contract, "contract", "", "YAML file that says which topics become what; see trainer/contract/tabletop.yaml, the default")
	f.StringVar(&o.cache, "cache", "", "folder where the samples made of the bags are kept for the next run")
	f.StringVar(&o.preview, "preview", "", "folder for a page of samples as training sees them; nothing is trained")
	f.StringVar(&o.backend, "backend", engine.ONNX, "what computes: "+strings.Join(engine.Backends(), ", "))
	f.StringVar(&o.config, "config", "", "YAML file; see trainer/configs")
	f.StringVar(&o.out, "out", "", "model directory to write")
	f.StringVar(&o.init, "init", "", "checkpoint or model directory whose weights to start from")
	f.BoolVar(&o.resume, "resume", false, "continue the run that OUT.run holds")
	f.BoolVar(&o.pretrain, "pretrain", false, "learn to see from rendered scenes; takes no bags")
	f.StringVar(&o.regime, "regime", "", "hyt, vla, ecot or ecot-lite, instead of the config's modes")
	f.IntVar(&o.steps, "steps", 0, "steps to take, instead of the config's")
	f.Uint64Var(&o.seed, "seed", 0, "seed, instead of the config's")
	return cmd
}

// configure puts defaults, file and flags together.
func (o options) configure(cmd *cobra.Command) (Config, error) {
	c := Default()
	switch {
	case o.preview != "" && len(o.bags) == 0:
		return c, errors.New("train: --preview shows samples of bags: name them with --bags")
	case o.out == "" && o.preview == "":
		return c, errors.New("train: --out is missing: say where the model goes")
	case o.pretrain && len(o.bags) > 0:
		return c, errors.New("train: --pretrain learns from rendered scenes and takes no --bags")
	case !o.pretrain && len(o.bags) == 0:
		return c, errors.New("train: --bags is missing: name the bags to learn from, or use --pretrain")
	}
	if o.pretrain {
		c = DefaultPretrain()
	}
	if err := c.read(o.config); err != nil {
		return c, err
	}
	if o.regime != "" {
		w, err := hybrid.Regime(o.regime)
		if err != nil {
			return c, fmt.Errorf("train: %w", err)
		}
		c.Regime, c.Modes, c.Schedule = o.regime, w, nil
	}
	if cmd.Flags().Changed("steps") {
		c.Train.Steps = o.steps
	}
	if cmd.Flags().Changed("seed") {
		c.Seed = o.seed
	}
	if o.init != "" {
		c.Init = o.init
	}
	if err := c.Validate(); err != nil {
		return c, fmt.Errorf("config: %w", err)
	}
	return c, nil
}
