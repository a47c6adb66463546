package experimentcmd

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"hyt/gazebo/eval"
	"hyt/gazebo/scenario"
	"hyt/gazebo/sim"
	"hyt/gazebo/simulators"
	"hyt/nodes/observe"
	"hyt/policy"
	"hyt/trainer/experiment"
	"hyt/trainer/experiment/actors"
)

// play judges models in a way that only comparisons need.
type play struct {
	mode     string
	model    string
	planner  string
	share    float64
	scenario string
	json     string
}

func playCommand() *cobra.Command {
	var p play
	cmd := &cobra.Command{
		Use:   "play --mode hierarchy|auto|coin --model DIR --scenario FILE --json FILE",
		Short: "Judge what only comparisons need: two models in a hierarchy, a gate of a given share, a random gate",
		Long: `Plays a scenario of hyt eval without node and topics:
  hierarchy  --planner thinks about each frame, --model follows the thought
  auto       --model thinks where its gate says so, at the threshold that had it think
             about a --share of the frames that it was learned from
  coin       --model thinks about a --share of the frames, by chance`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return p.run(cmd.Context(), cmd.OutOrStdout()) },
	}
	f := cmd.Flags()
	f.StringVar(&p.mode, "mode", actors.Hierarchy, "how the model is run")
	f.StringVar(&p.model, "model", "", "model directory")
	f.StringVar(&p.planner, "planner", "", "model directory of the one that thinks")
	f.Float64Var(&p.share, "share", 0.5, "of the frames that are thought about")
	f.StringVar(&p.scenario, "scenario", "", "YAML file of hyt eval")
	f.StringVar(&p.json, "json", "", "file for the report")
	return cmd
}

func (p play) run(ctx context.Context, out io.Writer) (err error) {
	s, err := scenario.Load(p.scenario)
	if err != nil {
		return err
	}
	cfg, err := s.Config()
	if err != nil {
		return err
	}
	h := actors.Hand{Mode: p.mode, Share: p.share}
	if h.Model, err = policy.Open(p.model, policy.Options{}); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, h.Model.Close()) }()
	switch p.mode {
	case actors.Hierarchy:
		if h.Planner, err = policy.Open(p.planner, policy.Options{}); err != nil {
			return fmt.Errorf("--planner: %w", err)
		}
		defer func() { err = errors.Join(err, h.Planner.Close()) }()
	case actors.Auto:
		if h.Threshold, err = experiment.Threshold(p.model, p.share); err != nil {
			return err
		}
	}
	cfg.ModelSHA256, cfg.Modes, cfg.Cameras = h.Model.SHA256(), []policy.Mode{policy.Mode(p.mode)}, nil
	for i, c := range h.Model.Spec().Cameras {
		cfg.Cameras = append(cfg.Cameras, observe.Topic(i, c.Name))
	}
	cfg.NewSim = func() (sim.Sim, error) { return simulators.Open(s.Sim, s.World, cfg.Cameras) }
	r, err := eval.Run(ctx, cfg, cfg.Direct(h.Actor))
	if err != nil {
		return err
	}
	if err := r.WriteTable(out); err != nil {
		return err
	}
	fmt.Fprintf(out, "thought about %.1f %% of the frames\n", 100*h.Thought())
	raw, err := json.Marshal(struct {
		eval.Report
		Thought float64 `json:"thought_share"`
	}{r, h.Thought()})
	if err != nil {
		return err
	}
	return os.WriteFile(p.json, raw, 0o644)
}
