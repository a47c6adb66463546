// Package bagcmd is the command line of bags: hyt bag info.
package bagcmd

import (
	"encoding/json"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"hyt/msgs/bag"
)

// Command returns `hyt bag` with its subcommands.
func Command() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "bag",
		Short: "Look into rosbag2 recordings",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(infoCommand())
	return cmd
}

func infoCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "info DIR",
		Short: "Say what a bag holds and what is wrong with it",
		Long: "Reads a rosbag2 folder (or one .mcap file) and prints its topics, types, counts and rates.\n" +
			"A bag that was cut off is read as far as it goes; what was wrong stands under \"problems\".",
		Example: "  hyt bag info recordings/touch_0007\n  hyt bag info recordings/touch_0007 --json | jq .messages",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			r, err := bag.Open(args[0])
			if err != nil {
				return err
			}
			defer r.Close()
			if asJSON {
				enc := json.NewEncoder(cmd.OutOrStdout())
				enc.SetIndent("", "  ")
				return enc.Encode(r.Info())
			}
			return printInfo(cmd.OutOrStdout(), args[0], r.Info())
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON for scripts")
	return cmd
}

// printInfo writes info for people.
func printInfo(w io.Writer, path string, info bag.Info) error {
	fmt.Fprintf(w, "bag       %s\nstorage   %s\nmessages  %d\nduration  %.3f s\n", path, info.Storage, info.Messages, info.Duration)
	if !info.Start.IsZero() {
		fmt.Fprintf(w, "start     %s\n", info.Start.Format(time.RFC3339Nano))
	}
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(table, "\nTOPIC\tTYPE\tCOUNT\tHZ\n")
	for _, t := range info.Topics {
		fmt.Fprintf(table, "%s\t%s\t%d\t%.1f\n", t.Name, t.Type, t.Count, t.Hz)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	for _, p := range info.Problems {
		if _, err := fmt.Fprintf(w, "\nproblem: %s", p); err != nil {
			return err
		}
	}
	if len(info.Problems) > 0 {
		fmt.Fprintln(w)
	}
	return nil
}
