// Package evalcmd is `hyt eval`: a model judged in simulation, as a success table
// with intervals.
package evalcmd

import (
	"fmt"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"hyt/gazebo/scenario"
)

// options of one run.
type options struct {
	scenario.Scenario
	out         outputs
	requireGain bool
	record      bool
	required    bool
	goOn        bool   // --continue
	simNode     string // full name, for sim ros
	simTime     bool   // /clock is the policy's clock, for sim ros
}

// Command is `hyt eval`.
func Command() *cobra.Command {
	o := options{Scenario: scenario.Default()}
	var file string
	cmd := &cobra.Command{
		Use:   "eval --model DIR | eval --scenario FILE",
		Short: "play episodes in simulation: success by task, with intervals",
		Long: `Plays episodes in simulation and says how many succeeded. The policy under test is a
policy node that talks ROS topics only, as on a robot; time stands still while it
computes, so that no figure depends on how busy the machine is.

Flags go over what a scenario says. Ctrl-C stops early and still writes what was
played; --continue goes on from there. The exit code is 0 where all that is wanted
came of it, 1 where not, 2 for wrong usage.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := o.complete(file, cmd.Flags()); err != nil {
				return &usageError{err}
			}
			return run(cmd.Context(), o, cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	f := cmd.Flags()
	bind(f, &o.Scenario)
	f.StringVar(&file, "scenario", "", "YAML file that says what to play and what must come of it")
	f.StringVar(&o.out.dir, "out", "", "folder for all reports: report.json, .md and .html, junit.xml, episodes.jsonl, films, bags")
	f.StringVar(&o.out.json, "json", "", "file for the report as JSON")
	f.StringVar(&o.out.junit, "junit", "", "file for the report as JUnit XML")
	f.StringVar(&o.out.markdown, "markdown", "", "file for the report as Markdown")
	f.StringVar(&o.out.html, "html", "", "file for the report as one page of HTML, films of failures in it")
	f.StringVar(&o.out.episodes, "episodes-file", "", "file that each episode is written to as it ends; --continue reads it")
	f.StringVar(&o.out.films, "films", "", "folder for films of failures, the first of each cell")
	f.StringVar(&o.out.bags, "bags", "", "folder for the bag of each failure (rosbag2, MCAP)")
	f.BoolVar(&o.goOn, "continue", false, "go on where an earlier run with this episodes file stopped")
	f.StringVar(&o.simNode, "sim-node", "/sim", "with --sim ros: the simulator's node, which has ~/reset and ~/state")
	f.BoolVar(&o.simTime, "sim-time", false, "with --sim ros: the policy takes the time from /clock")
	f.BoolVar(&o.required, "required", false, "fail if the simulator cannot be had, instead of skipping")
	f.BoolVar(&o.requireGain, "require-gain", false, "fail unless every task's gain over --baseline is above zero with 95 % confidence")
	f.BoolVar(&o.record, "record", false, "write the scores into the model's spec.yaml")
	return cmd
}

// bind makes the flags that go over a scenario; their defaults are what it says.
func bind(f *pflag.FlagSet, s *scenario.Scenario) {
	f.StringVar(&s.Model, "model", s.Model, "model directory")
	f.StringVar(&s.Baseline, "baseline", s.Baseline, "what to compare with, scene by scene: a report (JSON file), or a model directory, which is played, too")
	f.StringSliceVar(&s.Tasks, "tasks", s.Tasks, "tasks; all of them if not given")
	f.StringSliceVar(&s.Splits, "splits", s.Splits, "splits of the scenes")
	f.StringVar(&s.Naming, "naming", s.Naming, "only scenes whose instruction names things so: full (the red cube), look (the red one), relation (the cube left of the red ball)")
	f.StringSliceVar(&s.Modes, "mode", s.Modes, "modes: act, think, follow, guided, auto")
	f.StringSliceVar(&s.Controls, "controls", s.Controls, "also: shuffled (instructions of other scenes), blank (grey image), still, random, oracle")
	f.IntVar(&s.Episodes, "episodes", s.Episodes, "episodes of each task, split, mode and control")
	f.Int64Var(&s.Seed, "seed", s.Seed, "of the first episode")
	f.StringVar(&s.Sim, "sim", s.Sim, "simulator: embedded, classic (Gazebo 11), ros (whoever publishes the topics)")
	f.IntVar(&s.Workers, "workers", s.Workers, "episodes at a time")
	f.StringVar(&s.Bus, "bus", s.Bus, "how the policy node and the simulated robot talk: mem (in this process; repeats bit for bit), dds (loopback, one episode at a time), or direct (no node, no topics: the model is called, as reference policies are)")
	f.DurationVar(&s.Replan, "replan", s.Replan, "simulated time between observations")
	f.StringVar(&s.Blending, "blending", s.Blending, "how a new chunk takes over: switch (plainly: stepped, no catch-up), realtime or ensemble; as the policy node does if not given")
	f.DurationVar(&s.Inject.Latency, "latency", s.Inject.Latency, "simulated time from an observation to the first use of its chunk")
	f.Float64Var(&s.Thinker.Rate, "thinker-rate", s.Thinker.Rate, "in mode guided: thoughts a simulated second, at most")
	f.DurationVar(&s.Thinker.Latency, "thinker-latency", s.Thinker.Latency, "in mode guided: simulated time from a picture's arrival to its thought")
	f.Float64Var(&s.Inject.ImageNoise, "image-noise", s.Inject.ImageNoise, "standard deviation of what is added to pixels, 0 to 255")
	f.Float64Var(&s.Inject.DroppedFrames, "dropped-frames", s.Inject.DroppedFrames, "share of pictures that are lost")
	f.Float64Var(&s.Inject.ActuationNoise, "actuation-noise", s.Inject.ActuationNoise, "standard deviation of a slow disturbance of the arm, m/s")
	f.IntVar(&s.MaxLost, "max-lost", s.MaxLost, "episodes that may be lost, since simulator or policy failed")
}

// complete reads the scenario and sets the flags that were given over it.
func (o *options) complete(file string, given *pflag.FlagSet) error {
	if file != "" {
		s, err := scenario.Load(file)
		if err != nil {
			return err
		}
		over := pflag.NewFlagSet("", pflag.ContinueOnError)
		bind(over, &s)
		var failed error
		given.Visit(func(f *pflag.Flag) {
			if to := over.Lookup(f.Name); to != nil && failed == nil {
				failed = assign(to.Value, f.Value)
			}
		})
		if failed != nil {
			return failed
		}
		o.Scenario = s
	}
	if err := o.Check(); err != nil {
		return err
	}
	o.out.complete()
	switch {
	case o.requireGain && o.Baseline == "":
		return fmt.Errorf("--require-gain needs --baseline: gain over what?")
	case o.goOn && o.out.episodes == "":
		return fmt.Errorf("--continue needs --out or --episodes-file: go on from what?")
	}
	return nil
}

func assign(to, from pflag.Value) error {
	if list, ok := from.(pflag.SliceValue); ok {
		return to.(pflag.SliceValue).Replace(list.GetSlice())
	}
	return to.Set(from.String())
}

// usageError is a command line, or a scenario, that makes no sense.
type usageError struct{ error }

func (e *usageError) Unwrap() error { return e.error }

// ExitCode is that of wrong usage.
func (*usageError) ExitCode() int { return 2 }
