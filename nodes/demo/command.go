// Package demo shows the whole of hyt at once: it launches the system the way a
// user would, gives instructions on the bus, and measures from outside.
package demo

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"hyt/config"
	"hyt/gazebo/simulators"
	"hyt/gazebo/task"
	"hyt/nodes/node"
	"hyt/nodes/rosargs"
)

// options of one run.
type options struct {
	tasks    []string
	episodes int
	seed     int64
	launch   string
	model    string
	sim      string
	out      string
}

// Command is `hyt demo`.
func Command() *cobra.Command {
	var o options
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "run simulator, policy and thinker over DDS, give instructions, show what happens",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return run(cmd.Context(), o, cmd.OutOrStdout())
		},
	}
	f := cmd.Flags()
	f.StringSliceVar(&o.tasks, "tasks", []string{"touch", "push", "place"}, "tasks to show")
	f.IntVar(&o.episodes, "episodes", 4, "episodes of each task")
	f.Int64Var(&o.seed, "seed", task.EvalSeed+1000, "of the first episode")
	f.StringVar(&o.launch, "launch", "launch/policy.launch", "launch file")
	f.StringVar(&o.model, "model", "policy/models/tabletop", "model directory")
	f.StringVar(&o.sim, "sim", "embedded", "simulator: embedded or classic (Gazebo 11)")
	f.StringVar(&o.out, "out", "build/demo", "directory for summary.json, films and the nodes' log")
	return cmd
}

func run(ctx context.Context, o options, out io.Writer) error {
	if err := simulators.Available(o.sim); err != nil {
		return err
	}
	if err := os.MkdirAll(o.out, 0o755); err != nil {
		return err
	}
	if err := node.Isolate(); err != nil {
		return err
	}
	log, err := os.Create(filepath.Join(o.out, "nodes.log"))
	if err != nil {
		return err
	}
	defer log.Close()
	driver, err := node.OpenDriver(config.Common{Bus: "auto"})
	if err != nil {
		return err
	}
	defer driver.Close()
	n, err := node.New(node.Options{Identity: rosargs.Identity{Name: "demo", Namespace: "/"}, Driver: driver, Console: log})
	if err != nil {
		return err
	}
	defer n.Close()
	watch, err := newWatcher(n)
	if err != nil {
		return err
	}
	sys, err := start(o, log)
	if err != nil {
		return err
	}
	defer sys.close()
	d, err := newDirector(n, watch, sys.died, out, o.out)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "hyt launch %s sim:=true simulator:=%s arm:=true   (ROS_DOMAIN_ID=%s, DDS on loopback; log: %s)\n",
		o.launch, o.sim, os.Getenv("ROS_DOMAIN_ID"), log.Name())
	if err := d.ready(ctx); err != nil {
		return fmt.Errorf("%w; see %s", err, log.Name())
	}
	results, err := d.show(ctx, o)
	if err != nil {
		return fmt.Errorf("%w; see %s", err, log.Name())
	}
	s := summarise(results, watch)
	s.print(out, results)
	path := filepath.Join(o.out, "summary.json")
	fmt.Fprintf(out, "\n%s, and a film of each task beside it\n", path)
	return s.write(path)
}

// show plays the episodes, task by task; the first of each is filmed.
func (d *director) show(ctx context.Context, o options) ([]result, error) {
	var all []result
	for _, name := range o.tasks {
		for i := range o.episodes {
			r, err := d.play(ctx, name, o.seed+int64(i), i == 0)
			if err != nil {
				return all, err
			}
			all = append(all, r)
		}
	}
	return all, d.tell("stop")
}
