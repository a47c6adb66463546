// Package experimentcmd is `hyt experiment`: trainings compared, by a plan.
package experimentcmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"hyt/trainer/experiment"
	"hyt/trainer/experiment/report"
)

// options are the command line's.
type options struct {
	plan    string
	budget  time.Duration
	blocks  []string
	seeds   int
	results string
	build   string
	report  string
	list    bool
	only    bool // the report
}

// Command is `hyt experiment`.
func Command() *cobra.Command {
	var o options
	cmd := &cobra.Command{
		Use:   "experiment --plan full|quick|tiny|FILE",
		Short: "Compare ways of training by a declared plan: resumable, every result kept",
		Long: `Runs what the plan asks for and has no result yet: demonstrations, grounding, trainings
and evaluations, each by the command that a user has. Results are small files, found by
the hash of all that decides them; what is big stays in --build. Then the report is
written into --report, between its markers.

Rounds (the same condition and seed for all arms) are done in the plan's order. With
--budget, one is begun only if it fits. Ctrl-C stops in good order, and the same command
goes on: a training from its checkpoint, an evaluation from its episodes.`,
		Example: `  hyt experiment --plan quick --list
  hyt experiment --plan full --budget 90m`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return o.run(cmd.Context(), cmd.OutOrStdout())
		},
	}
	cmd.AddCommand(playCommand())
	f := cmd.Flags()
	f.StringVar(&o.plan, "plan", "quick", "full, quick, tiny, or a YAML file; see trainer/experiment/plans")
	f.DurationVar(&o.budget, "budget", 0, "wall time of this run; 0: the plan's")
	f.StringSliceVar(&o.blocks, "blocks", nil, "only these blocks of the plan")
	f.IntVar(&o.seeds, "seeds", 0, "only the first of each block, to see a little of everything first; 0: all")
	f.StringVar(&o.results, "results", "docs/experiment/results", "folder of results")
	f.StringVar(&o.build, "build", "build/experiment", "folder of bags, checkpoints, models and logs")
	f.StringVar(&o.report, "report", "docs/experiment.md", "document that the report is written into")
	f.BoolVar(&o.list, "list", false, "say what would be run, and for how long")
	f.BoolVar(&o.only, "report-only", false, "write the report and run nothing")
	return cmd
}

func (o options) run(ctx context.Context, out io.Writer) error {
	plan, err := experiment.Load(o.plan)
	if err != nil {
		return err
	}
	if o.budget == 0 {
		o.budget = plan.Budget
	}
	hyt, err := os.Executable()
	if err != nil {
		return err
	}
	began := time.Now()
	lab := &experiment.Lab{
		Hyt: command(hyt), Build: o.build, Results: experiment.Store{Folder: o.results}, Machine: machine(), Now: time.Now,
		Say: func(format string, args ...any) {
			fmt.Fprintf(out, "%s  %s\n", time.Since(began).Round(time.Second), fmt.Sprintf(format, args...))
		},
	}
	order := experiment.Order{Plan: plan, Budget: o.budget, Blocks: o.blocks, Seeds: o.seeds}
	if o.list {
		lines, err := lab.List(order)
		for _, line := range lines {
			fmt.Fprintln(out, line)
		}
		return err
	}
	var runErr error
	if !o.only {
		lock, err := alone(o.build)
		if err != nil {
			return err
		}
		defer lock.Close()
		sum, err := lab.Run(ctx, order)
		fmt.Fprintln(out, sum)
		if failed := lab.Failures(); len(failed) > 0 {
			runErr = fmt.Errorf("experiment: %d runs failed, of which the report tells; the same command tries them again", len(failed))
		}
		runErr = errors.Join(runErr, err)
	}
	found, err := experiment.Find(plan, lab.Results)
	if err != nil {
		return errors.Join(runErr, err)
	}
	if err := report.Write(o.report, found, "hyt experiment --plan "+o.plan); err != nil {
		return errors.Join(runErr, err)
	}
	fmt.Fprintf(out, "the report is in %s\n", o.report)
	return runErr
}

// alone locks the folder until what it returns is closed, or the process ends: two runs
// would write the same checkpoints.
func alone(folder string) (io.Closer, error) {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(filepath.Join(folder, "lock"), os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		err = fmt.Errorf("another run has locked %s (%w): wait for its end, or give another folder by --build", folder, err)
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// command runs hyt as a process of its own: each begins with memory of its own, and says
// exactly what a user would type. When ctx ends it is interrupted, and saves; when this
// process is killed, too, so that what goes on later is alone with its files.
func command(hyt string) experiment.Command {
	return func(ctx context.Context, args []string, log io.Writer) error {
		c := exec.CommandContext(ctx, hyt, args...)
		c.Stdout, c.Stderr = log, log
		c.Cancel = func() error { return c.Process.Signal(os.Interrupt) }
		c.WaitDelay = time.Minute
		// The kernel sends this signal when the thread ends that started the process.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGTERM}
		return c.Run()
	}
}

// machine names the processor, as Linux does, and how many of its cores there are.
func machine() string {
	name := runtime.GOARCH
	raw, _ := os.ReadFile(filepath.FromSlash("/proc/cpuinfo"))
	for line := range strings.Lines(string(raw)) {
		if key, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(key) == "model name" {
			name = strings.TrimSpace(value)
			break
		}
	}
	return fmt.Sprintf("%d cores of %s", runtime.NumCPU(), name)
}
