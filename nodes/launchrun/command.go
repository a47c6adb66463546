package launchrun

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"
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
			"The package's share folder is HYT_SHARE, or found from the file, the working directory or the program.",
		Args:         cobra.MinimumNArgs(1),
		SilenceUsage: true,
		RunE: func(cmd *cobra.Command, words []string) error {
			l, err := load(words[0], words[1:], cmd.ErrOrStderr())
			if err != nil && !show {
				return err
			}
			switch {
			case show:
				return l.showArguments(cmd.OutOrStdout(), err)
			case print:
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

// launch is a planned launch file.
type launch struct {
	plan planner
}

// usageError is a command line that cannot be understood.
type usageError struct{ error }

// ExitCode is that of wrong usage.
func (usageError) ExitCode() int { return 2 }

func usagef(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

// load finds, reads and plans a launch file.
func load(file string, words []string, log io.Writer) (*launch, error) {
	given := map[string]string{}
	for _, w := range words {
		name, value, ok := strings.Cut(w, ":=")
		if !ok || name == "" {
			return nil, usagef("argument %q: expected name:=value", w)
		}
		given[name] = value
	}
	path, share, err := find(file)
	if err != nil {
		return nil, err
	}
	root, err := parseFile(path)
	if err != nil {
		return nil, err
	}
	l := &launch{plan: planner{given: given, log: func(text string) { fmt.Fprintln(log, "[launch]", text) }}}
	s := &scope{
		vars: map[string]string{}, env: map[string]string{}, unset: map[string]bool{}, dir: filepath.Dir(path),
		packages: packages{hyt: share, prefixes: filepath.SplitList(os.Getenv("AMENT_PREFIX_PATH"))},
	}
	if err := l.plan.children(root, s); err != nil {
		return l, err
	}
	return l, l.checkGiven()
}

// checkGiven refuses arguments that the file does not declare: a mistyped one must
// not be one that has no effect.
func (l *launch) checkGiven() error {
	var names []string
	for _, a := range l.plan.declared {
		names = append(names, a.name)
	}
	for name := range l.plan.given {
		if !slices.Contains(names, name) {
			return usagef("the launch file has no argument %q; it has %s", name, strings.Join(names, ", "))
		}
	}
	return nil
}

// find looks for the file and for the folder that stands for share/hyt: the one
// that holds launch/.
func find(file string) (path, share string, err error) {
	var roots []string
	if root := os.Getenv("HYT_SHARE"); root != "" {
		roots = append(roots, root)
	}
	if dir, err := os.Getwd(); err == nil {
		roots = append(roots, dir)
	}
	if program, err := os.Executable(); err == nil {
		up := filepath.Dir(filepath.Dir(program)) // bin/hyt, lib/hyt/hyt
		roots = append(roots, filepath.Dir(program), up, filepath.Join(up, "share", "hyt"), filepath.Join(filepath.Dir(up), "share", "hyt"))
	}
	if _, err := os.Stat(file); err == nil {
		abs, err := filepath.Abs(file)
		if own := filepath.Dir(filepath.Dir(abs)); filepath.Base(filepath.Dir(abs)) == "launch" && os.Getenv("HYT_SHARE") == "" {
			return abs, own, err
		}
		return abs, firstWith(roots, "launch"), err
	}
	for _, root := range roots {
		path := filepath.Join(root, "launch", file)
		if _, err := os.Stat(path); err == nil {
			return path, root, nil
		}
	}
	return "", "", usagef("no launch file %q here or in the launch folder of %s", file, strings.Join(roots, ", "))
}

func firstWith(roots []string, name string) string {
	for _, root := range roots {
		if _, err := os.Stat(filepath.Join(root, name)); err == nil {
			return root
		}
	}
	return roots[0]
}

// showArguments lists what the file declares. A file that only lacks arguments can
// be listed all the same.
func (l *launch) showArguments(w io.Writer, err error) error {
	if l == nil || len(l.plan.declared) == 0 && err != nil {
		return err
	}
	fmt.Fprintln(w, "Arguments (pass arguments as '<name>:=<value>'):")
	for _, a := range l.plan.declared {
		fmt.Fprintf(w, "\n    '%s':\n        %s\n", a.name, strings.TrimSpace(a.description))
		if len(a.choices) > 0 {
			fmt.Fprintf(w, "        one of: %s\n", strings.Join(a.choices, ", "))
		}
		if !a.required {
			fmt.Fprintf(w, "        (default: '%s')\n", a.fallback)
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
