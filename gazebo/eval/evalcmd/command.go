// Package evalcmd is `hyt eval`: a model judged in simulation, as a success table
// with intervals.
package evalcmd

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"

	"hyt/gazebo/embedded"
	"hyt/gazebo/eval"
	"hyt/gazebo/sim"
	"hyt/gazebo/task"
	"hyt/policy"
)

// options of one run.
type options struct {
	model, baseline string
	tasks, splits   []string
	modes, controls []string
	episodes        int
	seed            int64
	sim             string
	workers         int
	blending        string
	replan, latency time.Duration
	jsonFile        string
	requireGain     bool
	record          bool
	bus             string
}

// Command is `hyt eval`.
func Command() *cobra.Command {
	var o options
	cmd := &cobra.Command{
		Use:   "eval --model DIR",
		Short: "play episodes in simulation: success by task, with intervals",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return run(cmd.Context(), o, cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.model, "model", "policy/models/tabletop", "model directory")
	f.StringVar(&o.baseline, "baseline", "", "another model directory to compare with, on the same scenes")
	f.StringSliceVar(&o.tasks, "tasks", nil, "tasks; all of them if not given")
	f.StringSliceVar(&o.splits, "splits", []string{"id"}, "splits of the scenes")
	f.StringSliceVar(&o.modes, "mode", []string{"act"}, "modes: act, think")
	f.StringSliceVar(&o.controls, "controls", nil, "also: shuffled (instructions of other scenes), blank (grey image), still, random, oracle")
	f.IntVar(&o.episodes, "episodes", 100, "episodes of each task, split, mode and control")
	f.Int64Var(&o.seed, "seed", task.EvalSeed, "of the first episode")
	f.StringVar(&o.sim, "sim", "embedded", "simulator")
	f.IntVar(&o.workers, "workers", 2, "episodes at a time")
	f.DurationVar(&o.replan, "replan", eval.DefaultReplan, "simulated time between observations")
	f.DurationVar(&o.latency, "latency", 0, "simulated time from an observation to the first use of its chunk")
	f.StringVar(&o.blending, "blending", "", "how a new chunk takes over: switch (plainly: stepped, no catch-up), realtime or ensemble; as the policy node does if not given")
	f.StringVar(&o.bus, "bus", "mem", "how the policy node and the simulated robot talk: mem (in this process, repeats bit for bit), dds (loopback, one episode at a time), or direct (no node, no topics: the model is called, as reference policies are)")
	f.StringVar(&o.jsonFile, "json", "", "file for the report as JSON")
	f.BoolVar(&o.requireGain, "require-gain", false, "fail unless every task's gain over --baseline is above zero with 95 % confidence")
	f.BoolVar(&o.record, "record", false, "write the scores into the model's spec.yaml")
	return cmd
}

// outcome is the JSON report: that of the model, and what it gained.
type outcome struct {
	eval.Report
	Baseline *eval.Report         `json:"baseline,omitempty"`
	Gains    map[string]eval.Gain `json:"gains,omitempty"` // by task
}

func run(ctx context.Context, o options, out, progress io.Writer) error {
	cfg, err := o.config()
	if err != nil {
		return err
	}
	var result outcome
	if result.Report, err = o.judge(ctx, cfg, o.model, progress); err != nil {
		return err
	}
	fmt.Fprintf(out, "%s\n", o.model)
	if err := result.WriteTable(out); err != nil {
		return err
	}
	if o.baseline != "" {
		if err := result.compare(ctx, cfg, o, out, progress); err != nil {
			return err
		}
	}
	if o.jsonFile != "" {
		if err := result.write(o.jsonFile); err != nil {
			return err
		}
	}
	if o.record {
		if err := record(o.model, result.Report); err != nil {
			return err
		}
	}
	return result.thresholds(o.requireGain)
}

func (o options) config() (eval.Config, error) {
	if o.sim != "embedded" {
		return eval.Config{}, fmt.Errorf("simulator %q is not part of this build: choose embedded", o.sim)
	}
	if o.requireGain && o.baseline == "" {
		return eval.Config{}, errors.New("--require-gain needs --baseline: gain over what?")
	}
	cfg := eval.Config{
		Tasks: o.tasks, Episodes: o.episodes, Seed: o.seed, Replan: o.replan, Latency: o.latency, Workers: o.workers,
		Controls: []eval.Control{eval.Plain}, SimName: o.sim,
		NewSim: func() (sim.Sim, error) { return embedded.New(task.World) },
	}
	var err error
	if cfg.Chunking, err = eval.DefaultChunking(o.blending); err != nil {
		return cfg, err
	}
	for _, s := range o.splits {
		split, err := task.ParseSplit(s)
		if err != nil {
			return cfg, err
		}
		cfg.Splits = append(cfg.Splits, split)
	}
	for _, m := range o.modes {
		cfg.Modes = append(cfg.Modes, policy.Mode(m))
	}
	for _, c := range o.controls {
		cfg.Controls = append(cfg.Controls, eval.Control(c))
	}
	return cfg, nil
}

// judge plays cfg with one model and says every ten seconds how far it is.
func (o options) judge(ctx context.Context, cfg eval.Config, model string, progress io.Writer) (eval.Report, error) {
	engine, err := policy.Open(model, policy.Options{})
	if err != nil {
		return eval.Report{}, err
	}
	defer engine.Close()
	cfg.ModelSHA256 = engine.SHA256()
	played, won, last := 0, 0, time.Now()
	cfg.OnResult = func(r eval.Result) {
		if played++; r.Success() {
			won++
		}
		if time.Since(last) > 10*time.Second {
			fmt.Fprintf(progress, "eval: %d episodes played, %d succeeded\n", played, won)
			last = time.Now()
		}
	}
	pilots, err := o.pilots(cfg, engine, model)
	if err != nil {
		return eval.Report{}, err
	}
	cfg.Cameras = cameras(engine.Spec())
	return eval.Run(ctx, cfg, pilots)
}

// compare plays the same scenes with the baseline.
func (r *outcome) compare(ctx context.Context, cfg eval.Config, o options, out, progress io.Writer) error {
	cfg.Controls = []eval.Control{eval.Plain}
	base, err := o.judge(ctx, cfg, o.baseline, progress)
	if err != nil {
		return err
	}
	r.Baseline, r.Gains = &base, map[string]eval.Gain{}
	fmt.Fprintf(out, "\n%s\n", o.baseline)
	if err := base.WriteTable(out); err != nil {
		return err
	}
	for _, c := range r.Compare(base) {
		r.Gains[c.Cell] = c.Gain
		fmt.Fprintf(out, "gain, %s: %+.1f points [%+.1f, %+.1f], p = %.2g, %d scenes\n",
			c.Cell, 100*c.Gain.Gain, 100*c.CI95[0], 100*c.CI95[1], c.P, c.Episodes)
	}
	return nil
}

// thresholds is the error that makes a CI job fail.
func (r *outcome) thresholds(gain bool) error {
	if !gain {
		return nil
	}
	for key, g := range r.Gains {
		if g.CI95[0] <= 0 {
			return fmt.Errorf("%s: a gain of %+.1f points [%+.1f, %+.1f] may be none", key, 100*g.Gain, 100*g.CI95[0], 100*g.CI95[1])
		}
	}
	return nil
}

func (r *outcome) write(path string) error {
	data, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(path, append(data, '\n'), 0o644)
}
