// Command hyt puts a reasoning vision-language-action policy on a ROS 2 robot.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"hyt/calib/calibcmd"
	"hyt/gazebo/agree"
	"hyt/gazebo/eval/evalcmd"
	"hyt/msgs/bag/bagcmd"
	"hyt/nodes/compose"
	"hyt/nodes/demo"
	"hyt/nodes/demos"
	"hyt/nodes/doctor"
	"hyt/nodes/launchrun"
	"hyt/policy/modelcmd"
	"hyt/trainer/data"
	"hyt/trainer/experiment/experimentcmd"
	"hyt/trainer/traincmd"
)

func main() {
	root := &cobra.Command{
		Use:   "hyt",
		Short: "a reasoning vision-language-action policy on a ROS 2 robot",
		// Errors are printed once, below, and usage only where it helps.
		SilenceErrors: true, SilenceUsage: true,
	}
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return &compose.UsageError{Err: err} })
	root.AddCommand(
		evalcmd.Command(), bagcmd.Command(data.NewJudge), modelcmd.Command(),
		calibcmd.Command(), agree.Command(), traincmd.New(), demos.Command(), demo.Command(), demo.TickerCommand(), doctor.Command(),
	)
	root.AddCommand(experimentcmd.Command(), launchrun.Command())
	root.AddCommand(compose.Commands()...)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := root.ExecuteContext(ctx)
	if err == nil {
		return
	}
	fmt.Fprintln(os.Stderr, "hyt:", err)
	var coded interface{ ExitCode() int }
	if errors.As(err, &coded) {
		os.Exit(coded.ExitCode())
	}
	os.Exit(1)
}
