package compose

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"hyt/nodes/engines"
	"hyt/nodes/node"
	"hyt/nodes/policynode"
	"hyt/nodes/recordernode"
	"hyt/nodes/rosargs"
	"hyt/nodes/simnode"
	"hyt/nodes/teleop"
	"hyt/nodes/thinkernode"
)

// kind is one kind of node, as the command line knows it.
type kind struct {
	name, short string
	make        func(*engines.Pool) node.Component
}

func kinds() []kind {
	return []kind{
		{"policy", "drive a robot by a model: images and an instruction in, actions out",
			func(p *engines.Pool) node.Component { return policynode.New(policynode.FromPool(p)) }},
		{"thinker", "say what the policy's model thinks, on /diagnostics and thought",
			func(p *engines.Pool) node.Component { return thinkernode.New(p) }},
		{"recorder", "record topics to rosbag2 directories",
			func(*engines.Pool) node.Component { return recordernode.New() }},
		{"sim", "a simulated robot behind ROS 2 topics",
			func(*engines.Pool) node.Component { return simnode.New(simnode.Open) }},
		{"teleop", "move the robot by keys and mark demonstrations for the recorder",
			func(*engines.Pool) node.Component { return teleop.New(teleop.Stdin()) }},
	}
}

// Commands are those that run nodes: one for each kind, and `run` for several in
// one process.
func Commands() []*cobra.Command {
	var out []*cobra.Command
	for _, k := range kinds() {
		out = append(out, command(k.name+" [--config FILE] [--ros-args ...]", k.short,
			func(words []string) ([]kind, error) {
				if len(words) > 0 {
					return nil, fmt.Errorf("hyt %s takes no argument %q; ROS arguments come after --ros-args", k.name, words[0])
				}
				return []kind{k}, nil
			}))
	}
	return append(out, command("run NODE... [--config FILE] [--ros-args ...]",
		"run several nodes in one process, sharing the model and the participant", choose))
}

// choose reads the nodes that `hyt run` names.
func choose(words []string) ([]kind, error) {
	var names []string
	for _, k := range kinds() {
		names = append(names, k.name)
	}
	var out []kind
	for _, w := range words {
		at := slices.Index(names, w)
		if at < 0 {
			return nil, fmt.Errorf("no node %q; choose from %s", w, strings.Join(names, ", "))
		}
		out = append(out, kinds()[at])
	}
	if len(out) == 0 {
		return nil, errors.New("name the nodes to run: " + strings.Join(names, ", "))
	}
	return out, nil
}

// command runs the kinds that choose picks. cobra leaves the flags alone, since it
// would refuse --ros-args.
func command(use, short string, choose func(words []string) ([]kind, error)) *cobra.Command {
	return &cobra.Command{
		Use: use, Short: short,
		DisableFlagParsing: true,
		SilenceUsage:       true,
		RunE: func(cmd *cobra.Command, argv []string) error {
			args, err := rosargs.Parse(argv)
			if err != nil {
				return &UsageError{err}
			}
			flags := pflag.NewFlagSet(cmd.Name(), pflag.ContinueOnError)
			files := flags.StringArray("config", nil, "YAML file in ROS 2 params-file form; --params-file goes over it")
			flags.Usage = func() {} // the help below says it
			switch err := flags.Parse(args.Rest); {
			case errors.Is(err, pflag.ErrHelp):
				return cmd.Help()
			case err != nil:
				return &UsageError{err}
			}
			chosen, err := choose(flags.Args())
			if err != nil {
				return &UsageError{err}
			}
			pool := engines.NewPool()
			p := Process{Console: cmd.ErrOrStderr(), OpenDriver: node.OpenDriver}
			for _, k := range chosen {
				p.Components = append(p.Components, k.make(pool))
			}
			return p.Run(cmd.Context(), args, *files)
		},
	}
}
