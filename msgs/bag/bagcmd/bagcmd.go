// Package bagcmd is the command line of bags: hyt bag info, check and recover.
package bagcmd

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"hyt/msgs/bag/bagcheck"
)

// NewTrainer makes a judge of what training by the contract in a file would make of a
// bag; "" stands for the default contract.
type NewTrainer func(contractFile string) (bagcheck.Trainer, error)

// Command returns `hyt bag` with its subcommands. trainer may be nil: then nothing
// is said of training.
func Command(trainer NewTrainer) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "bag",
		Short: "Look into rosbag2 recordings, and save what can be saved",
		Long: "Reads rosbag2 folders (or single files) with MCAP or sqlite3 storage, compressed or not, split or not.\n" +
			"Bags that broke off or are damaged are read as far as they go.",
		Args: usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(infoCommand(), checkCommand(trainer), recoverCommand())
	return cmd
}

// UsageError is a command line that is wrong: exit code 2.
type UsageError struct{ Err error }

func (e *UsageError) Error() string { return e.Err.Error() }
func (e *UsageError) Unwrap() error { return e.Err }

// ExitCode is that of wrong usage.
func (e *UsageError) ExitCode() int { return 2 }

// usage makes what check says an error of usage.
func usage(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if err := check(cmd, args); err != nil {
			return &UsageError{fmt.Errorf("%w: see %s --help", err, cmd.CommandPath())}
		}
		return nil
	}
}

// printJSON writes v for scripts.
func printJSON(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}
