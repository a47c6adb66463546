package agree

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"hyt/gazebo/classic"
	"hyt/gazebo/embedded"
	"hyt/gazebo/sim"
	"hyt/gazebo/task"
)

// options of one run.
type options struct {
	tasks    []string
	split    string
	episodes int
	seed     int64
	jsonFile string
	markdown string
	floor    float64
}

// Command is `hyt agree`.
func Command() *cobra.Command {
	var o options
	cmd := &cobra.Command{
		Use:   "agree --tasks touch,push --episodes N",
		Short: "play the oracle in the embedded simulator and in Gazebo, and compare",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return run(cmd.Context(), o, cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	f := cmd.Flags()
	f.StringSliceVar(&o.tasks, "tasks", nil, "tasks; all of them if not given")
	f.StringVar(&o.split, "split", "id", "which objects, positions and phrases")
	f.IntVar(&o.episodes, "episodes", 20, "scenes of each task")
	f.Int64Var(&o.seed, "seed", 0, "of the first scene")
	f.StringVar(&o.jsonFile, "json", "", "file for the comparison as JSON")
	f.StringVar(&o.markdown, "markdown", "", "file for it as Markdown")
	f.Float64Var(&o.floor, "require", 0, "fail unless Gazebo's oracle wins this share of each task, and every scene was played")
	return cmd
}

func run(ctx context.Context, o options, out, progress io.Writer) error {
	episodes, err := o.draw()
	if err != nil {
		return err
	}
	ours, err := embedded.New(task.World)
	if err != nil {
		return err
	}
	defer ours.Close()
	theirs, err := classic.New(task.World, classic.Options{})
	if err != nil {
		return err
	}
	defer theirs.Close()
	report := Report{Sims: [2]string{"embedded", "Gazebo"}}
	for i, e := range episodes {
		if ctx.Err() != nil {
			break
		}
		row := compare(ctx, e, [2]sim.Sim{ours, theirs})
		if ctx.Err() != nil {
			break // what was interrupted is not lost
		}
		report.Rows = append(report.Rows, row)
		fmt.Fprintf(progress, "agree: %d of %d, %s seed %d: %s | %s, objects apart %.1f mm\n",
			i+1, len(episodes), row.Task, row.Seed, row.outcome(0), row.outcome(1), row.ObjectMM)
	}
	return errors.Join(report.WriteMarkdown(out), o.keep(&report), o.judge(&report), ctx.Err())
}

func (o options) draw() ([]task.Episode, error) {
	split, err := task.ParseSplit(o.split)
	if err != nil {
		return nil, err
	}
	names := o.tasks
	if len(names) == 0 {
		for _, t := range task.All() {
			names = append(names, t.Name())
		}
	}
	var out []task.Episode
	for _, name := range names {
		t, err := task.ByName(name)
		if err != nil {
			return nil, err
		}
		for seed := o.seed; seed < o.seed+int64(o.episodes); seed++ {
			e, err := t.Episode(split, seed)
			if err != nil {
				return nil, err
			}
			out = append(out, e)
		}
	}
	return out, nil
}

// compare plays one scene in both. An episode that cannot be played is lost; the
// others go on.
func compare(ctx context.Context, e task.Episode, sims [2]sim.Sim) Row {
	row := Row{Task: e.Task.Name(), Seed: e.Seed, Instruction: e.Instruction}
	var traces [2]Trace
	for i, s := range sims {
		t, err := Play(ctx, s, e)
		if err != nil {
			row.Lost[i], row.Verdict[i] = err.Error(), "lost"
			continue
		}
		traces[i], row.Verdict[i], row.TimeS[i] = t, t.Verdict.String(), t.Time.Seconds()
	}
	if row.Lost != [2]string{} {
		return row
	}
	d, err := Compare(traces[0], traces[1])
	if err != nil {
		row.Lost[1] = err.Error()
		return row
	}
	row.ObjectMM, row.Object, row.AtS = 1000*d.Object, d.Name, d.At.Seconds()
	row.EndMM, row.HandMM, row.Pixels, row.FarShare = 1000*d.End, 1000*d.Hand, d.Pixels, d.Far
	return row
}

// keep writes the files that were asked for.
func (o options) keep(r *Report) error {
	var errs []error
	if o.jsonFile != "" {
		data, err := json.MarshalIndent(r, "", "  ")
		errs = append(errs, err, os.WriteFile(o.jsonFile, append(data, '\n'), 0o644))
	}
	if o.markdown != "" {
		f, err := os.Create(o.markdown)
		if err != nil {
			return err
		}
		errs = append(errs, r.WriteMarkdown(f), f.Close())
	}
	return errors.Join(errs...)
}

// judge is the error that makes a CI job fail.
func (o options) judge(r *Report) error {
	if o.floor == 0 {
		return nil
	}
	for _, name := range r.Tasks() {
		won, played := r.Success(name, 1)
		if played < o.episodes {
			return fmt.Errorf("%s: %d of %d scenes were played in Gazebo", name, played, o.episodes)
		}
		if share := float64(won) / float64(played); share < o.floor {
			return fmt.Errorf("%s: the oracle won %d of %d scenes in Gazebo; %.0f %% are required", name, won, played, 100*o.floor)
		}
	}
	return nil
}
