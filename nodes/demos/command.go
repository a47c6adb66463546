package demos

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"hyt/gazebo/sim"
	"hyt/gazebo/simulators"
	"hyt/gazebo/task"
)

// options of one run.
type options struct {
	tasks    []string
	split    string
	naming   string
	see      bool
	episodes int
	seed     int64
	noise    float64
	speed    float64
	sim      string
	cameras  []string
	workers  int
	out      string
}

// Command is `hyt demos`.
func Command() *cobra.Command {
	var o options
	cmd := &cobra.Command{
		Use:   "demos --tasks touch,push --episodes N --out DIR",
		Short: "record oracle demonstrations, with thoughts, as a rosbag2",
		Long: `Lets the tasks' oracles demonstrate on ROS topics, with disturbances from which they
recover, and records them as a user's own demonstrations are recorded: by the recorder
node, over DDS, in a process of its own.

With --workers N, N performers play at once in this process, each with a recorder node
and a bus of its own in memory, as fast as they can: the messages are the same, and the
bags are DIR/0, DIR/1 and so on. Thousands of episodes take minutes.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return run(cmd.Context(), o, cmd.ErrOrStderr())
		},
	}
	f := cmd.Flags()
	f.StringSliceVar(&o.tasks, "tasks", []string{"touch"}, "tasks to demonstrate: "+strings.Join(taskNames(), ", "))
	f.StringVar(&o.split, "split", "id", "which objects, positions and phrases")
	f.StringVar(&o.naming, "naming", "", "only scenes whose instruction names things so: full (the red cube), look (the red one), relation (the cube left of the red ball)")
	f.BoolVar(&o.see, "see", false, "thoughts begin with what matters in the image: what a relation is to, and the things that may be meant")
	f.IntVar(&o.episodes, "episodes", 100, "episodes of each task")
	f.Int64Var(&o.seed, "seed", 0, "of the first episode; seeds from 1000000 up are for evaluation")
	f.Float64Var(&o.noise, "noise", 0.05, "disturbance of the arm's motion, m/s, from which the oracle recovers")
	f.Float64Var(&o.speed, "speed", 12, "times real time, without --workers; 0: as fast as it goes")
	f.StringVar(&o.sim, "sim", simulators.Embedded, "simulator: "+strings.Join(simulators.Names(), ", "))
	f.StringSliceVar(&o.cameras, "cameras", []string{sim.Overhead}, "topics of the cameras to record: image (overhead), image_wrist (on the hand)")
	f.IntVar(&o.workers, "workers", 0, "performers at a time, in memory; 0: one, over DDS")
	f.StringVar(&o.out, "out", "", "directory of the bag, or bags; must not exist")
	_ = cmd.MarkFlagRequired("out")
	return cmd
}

func taskNames() (names []string) {
	for _, t := range task.All() {
		names = append(names, t.Name())
	}
	return names
}

// piece is one demonstration to give.
type piece struct {
	task  task.Task
	split task.Split
	seed  int64
}

// draw chooses what will be demonstrated: tasks in turn, so that a cut run is
// balanced.
func (o options) draw() ([]piece, error) {
	if o.episodes < 1 || o.seed < 0 || o.seed+int64(o.episodes) > task.EvalSeed {
		return nil, fmt.Errorf("seeds %d to %d: demonstrations take seeds from 0 to %d, the others are for evaluation",
			o.seed, o.seed+int64(o.episodes)-1, task.EvalSeed-1)
	}
	split, err := task.ParseSplit(o.split)
	if err != nil {
		return nil, err
	}
	if len(o.cameras) == 0 || o.cameras[0] != sim.Overhead {
		return nil, errors.New("--cameras begins with image: thoughts speak of places in the overhead camera's picture")
	}
	naming, err := task.ParseNaming(o.naming)
	if err != nil {
		return nil, err
	}
	out := make([]piece, o.episodes*len(o.tasks))
	for k, name := range o.tasks {
		t, err := task.ByName(name)
		if err != nil {
			return nil, err
		}
		seeds, err := task.Seeds(t, split, naming, o.seed, task.EvalSeed, o.episodes)
		if err != nil {
			return nil, err
		}
		for i, seed := range seeds {
			out[i*len(o.tasks)+k] = piece{t, split, seed}
		}
	}
	return out, nil
}

func run(ctx context.Context, o options, log io.Writer) error {
	pieces, err := o.draw()
	if err != nil {
		return err
	}
	if err := simulators.Available(o.sim); err != nil {
		return err
	}
	show := &show{options: o, log: log, pieces: pieces}
	if o.workers > 0 {
		return show.inMemory(ctx)
	}
	return show.overDDS(ctx)
}

// topics are what the recorder node records, as its parameter has them.
func (o options) topics(standard []string) []string {
	topics := slices.Clone(standard)
	for _, camera := range o.cameras[1:] {
		topics = append(topics, camera+" sensor_msgs/msg/Image")
	}
	return topics
}
