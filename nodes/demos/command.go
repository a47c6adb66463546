package demos

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"hyt/config"
	"hyt/gazebo/embedded"
	"hyt/gazebo/task"
	"hyt/nodes/node"
	"hyt/nodes/rosargs"
)

// options of one run.
type options struct {
	tasks    []string
	split    string
	episodes int
	seed     int64
	noise    float64
	speed    float64
	out      string
}

// Command is `hyt demos`.
func Command() *cobra.Command {
	var o options
	cmd := &cobra.Command{
		Use:   "demos --tasks touch,push --episodes N --out DIR",
		Short: "record oracle demonstrations, with thoughts, as a rosbag2",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return run(cmd.Context(), o, cmd.ErrOrStderr())
		},
	}
	f := cmd.Flags()
	f.StringSliceVar(&o.tasks, "tasks", []string{"touch"}, "tasks to demonstrate: touch, push, place")
	f.StringVar(&o.split, "split", "id", "which objects, positions and phrases")
	f.IntVar(&o.episodes, "episodes", 100, "episodes of each task")
	f.Int64Var(&o.seed, "seed", 0, "of the first episode; seeds from 1000000 up are for evaluation")
	f.Float64Var(&o.noise, "noise", 0.05, "disturbance of the arm's motion, m/s, from which the oracle recovers")
	f.Float64Var(&o.speed, "speed", 12, "times real time; 0: as fast as it goes")
	f.StringVar(&o.out, "out", "", "directory of the bag; must not exist")
	_ = cmd.MarkFlagRequired("out")
	return cmd
}

// draw chooses what will be demonstrated: tasks in turn, so that a cut run is
// balanced.
func (o options) draw() ([]task.Episode, error) {
	if o.episodes < 1 || o.seed < 0 || o.seed+int64(o.episodes) > task.EvalSeed {
		return nil, fmt.Errorf("seeds %d to %d: demonstrations take seeds from 0 to %d, the others are for evaluation",
			o.seed, o.seed+int64(o.episodes)-1, task.EvalSeed-1)
	}
	var out []task.Episode
	for seed := o.seed; seed < o.seed+int64(o.episodes); seed++ {
		for _, name := range o.tasks {
			t, err := task.ByName(name)
			if err != nil {
				return nil, err
			}
			e, err := t.Episode(task.Split(o.split), seed)
			if err != nil {
				return nil, err
			}
			out = append(out, e)
		}
	}
	return out, nil
}

func run(ctx context.Context, o options, log io.Writer) error {
	episodes, err := o.draw()
	if err != nil {
		return err
	}
	if err := node.Isolate(); err != nil {
		return err
	}
	driver, err := node.OpenDriver(config.Common{Bus: "auto"})
	if err != nil {
		return err
	}
	defer driver.Close()
	n, err := node.New(node.Options{Identity: rosargs.Identity{Name: "demonstrator", Namespace: "/"}, Driver: driver, Console: log})
	if err != nil {
		return err
	}
	defer n.Close()
	stage, err := newStage(n)
	if err != nil {
		return err
	}
	rec, err := record(o.out, log)
	if err != nil {
		return err
	}
	defer rec.cmd.Process.Kill()
	waiting, cancel := context.WithTimeoutCause(ctx, 20*time.Second, fmt.Errorf("waited 20 s for the recorder node"))
	defer cancel()
	if err := stage.ready(waiting); err != nil {
		return err
	}
	played, playErr := perform(ctx, o, stage, episodes, log)
	time.Sleep(drain)
	ending, cancelEnd := context.WithTimeout(context.WithoutCancel(ctx), 20*time.Second)
	defer cancelEnd()
	if err := rec.finish(ending, stage.sent); err != nil {
		return err
	}
	fmt.Fprintf(log, "demos: %d episodes, %d messages in %s\n", played, stage.sent, o.out)
	return playErr
}

// perform plays the episodes and tells how it goes on.
func perform(ctx context.Context, o options, stage *stage, episodes []task.Episode, log io.Writer) (int, error) {
	world, err := embedded.New(task.World)
	if err != nil {
		return 0, err
	}
	defer world.Close()
	p := &performer{sim: world, camera: world.Camera(), stage: stage, noise: o.noise, now: time.Unix(1_000_000_000, 0)}
	// The recorder stamps what it receives by this clock, so it must have it first.
	if err := stage.tell(p.now); err != nil {
		return 0, err
	}
	time.Sleep(drain)
	if o.speed > 0 {
		p.pace = time.Duration(float64(period) / o.speed)
	}
	failed, begun := 0, time.Now()
	for i, e := range episodes {
		if ctx.Err() != nil {
			return i, fmt.Errorf("stopped after %d of %d episodes; the bag holds them", i, len(episodes))
		}
		ok, err := p.play(e)
		if err != nil {
			return i, err
		}
		if !ok {
			failed++
		}
		if (i+1)%25 == 0 || i+1 == len(episodes) {
			fmt.Fprintf(log, "demos: %d of %d episodes, %d failed, %.0f s\n", i+1, len(episodes), failed, time.Since(begun).Seconds())
		}
	}
	return len(episodes), nil
}
