package launchrun

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"hyt/nodes/share"
)

// grace is how long processes have to end, as in ros2 launch.
const grace = 5 * time.Second

// Command is `hyt launch`.
func Command() *cobra.Command {
	var show, print bool
	cmd := &cobra.Command{
		Use:   "launch FILE [name:=value ...]",
		Short: "run a ROS 2 XML launch file where ros2 launch is not installed",
		Long: "Runs a ROS 2 XML launch file. FILE is a path, or the name of a file in the package's launch folder.\n" +
			"The package's share folder is " + share.Env + ", or found from the file, the working directory or the program.",
		Args:         cobra.MinimumNArgs(1),
		SilenceUsage: true,
		RunE: func(cmd *cobra.Command, words []string) error {
			f, err := open(words[0])
			if err != nil {
				return err
			}
			if show {
				return f.show(cmd.OutOrStdout())
			}
			l, err := f.plan(words[1:], cmd.ErrOrStderr())
			if err != nil {
				return err
			}
			if print {
				l.print(cmd.OutOrStdout())
				return nil
			}
			ctx, stop := signal.NotifyContext(cmd.Context(), os.Interrupt, syscall.SIGTERM)
			defer stop()
			return l.run(ctx, cmd.OutOrStdout())
		},
	}
	cmd.Flags().BoolVarP(&show, "show-args", "s", false, "list the file's arguments and their defaults")
	cmd.Flags().BoolVarP(&print, "print", "p", false, "print what would be started")
	return cmd
}

// usageError is a command line that cannot be understood.
type usageError struct{ error }

// ExitCode is that of wrong usage.
func (usageError) ExitCode() int { return 2 }

func usagef(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

// file is a launch file that was read.
type file struct {
	path     string
	root     *element
	packages packages
}

// open finds and reads a launch file.
func open(name string) (*file, error) {
	path, dir, err := find(name)
	if err != nil {
		return nil, err
	}
	root, err := parseFile(path)
	if err != nil {
		return nil, err
	}
	return &file{path, root, packages{hyt: dir, prefixes: filepath.SplitList(os.Getenv("AMENT_PREFIX_PATH"))}}, nil
}

// find looks for the file and for the folder that stands for share/hyt: the one
// that holds the file's folder launch, where it is such a file.
func find(name string) (path, dir string, err error) {
	dir, missing := share.Dir()
	if _, err := os.Stat(name); err != nil {
		path = filepath.Join(dir, "launch", name)
		if missing != nil {
			return "", "", usagef("no launch file %q here, and %w", name, missing)
		}
		if _, err := os.Stat(path); err != nil {
			return "", "", usagef("no launch file %q here or in %s", name, filepath.Dir(path))
		}
		return path, dir, nil
	}
	path, err = filepath.Abs(name)
	if err != nil {
		return "", "", err
	}
	own := filepath.Dir(filepath.Dir(path))
	if _, err := os.Stat(filepath.Join(own, "launch", "policy.launch")); err == nil && os.Getenv(share.Env) == "" {
		return path, own, nil
	}
	return path, dir, nil // a file of the user's may not need what comes with hyt
}

// show lists the arguments, also of a file that cannot run without some.
func (f *file) show(w io.Writer) error {
	list, err := arguments(f.root, clean(f.packages, f.path))
	if err == nil {
		show(w, list)
	}
	return err
}

// launch is a planned launch file.
type launch struct {
	plan planner
}

// plan runs through the file with the arguments of the command line.
func (f *file) plan(words []string, log io.Writer) (*launch, error) {
	args := map[string]string{}
	for _, w := range words {
		name, value, ok := strings.Cut(w, ":=")
		if !ok || name == "" {
			return nil, usagef("argument %q: expected name:=value", w)
		}
		args[name] = value
	}
	l := &launch{plan: planner{log: func(text string) { fmt.Fprintln(log, "[launch]", text) }}}
	if err := l.plan.children(f.root, given(f.packages, f.path, args)); err != nil {
		return nil, err
	}
	return l, f.checkGiven(args, l.plan.declared)
}

// checkGiven refuses arguments that no file declares: a mistyped one must not be one
// that has no effect. declared are those that the plan met.
func (f *file) checkGiven(args map[string]string, declared []string) error {
	list, err := arguments(f.root, clean(f.packages, f.path))
	if err != nil {
		return err
	}
	for _, a := range list {
		declared = append(declared, a.name)
	}
	slices.Sort(declared)
	declared = slices.Compact(declared)
	for _, name := range slices.Sorted(maps.Keys(args)) {
		if !slices.Contains(declared, name) {
			return usagef("the launch file has no argument %q; it has %s", name, strings.Join(declared, ", "))
		}
	}
	return nil
}

// print lists the processes as they would be started.
func (l *launch) print(w io.Writer) {
	for _, p := range l.plan.processes {
		words := append([]string{}, p.env...)
		next := 0
		for _, a := range p.argv {
			switch a {
			case "":
				a = "hyt"
			case paramsMarker:
				data, err := p.params[next].yaml()
				a = fmt.Sprintf("<<%s>>", strings.TrimSpace(string(data)))
				if err != nil {
					a = err.Error()
				}
				next++
			}
			words = append(words, a)
		}
		fmt.Fprintf(w, "%s: %s\n", p.name, strings.Join(words, " "))
	}
}

// run starts the processes and waits for their end.
func (l *launch) run(ctx context.Context, out io.Writer) error {
	if len(l.plan.processes) == 0 {
		return errors.New("the launch file starts nothing with these arguments")
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "hyt-launch-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	r := &runner{self: self, out: out, grace: grace, dir: dir}
	return r.run(ctx, l.plan.processes)
}
