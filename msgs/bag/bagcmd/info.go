package bagcmd

import (
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"hyt/msgs/bag"
)

func infoCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "info DIR",
		Short: "Say what a bag holds and what is wrong with it",
		Long: "Reads a rosbag2 folder (or one data file) and prints its topics, types, counts and rates.\n" +
			"A bag that was cut off is read as far as it goes; what was wrong stands under \"problems\".\n" +
			"An indexed MCAP bag is not read through: hyt bag check does that.",
		Example: "  hyt bag info recordings/touch_0007\n  hyt bag info recordings/touch_0007 --json | jq .messages",
		Args:    usage(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			r, err := bag.Open(args[0])
			if err != nil {
				return err
			}
			defer r.Close()
			if asJSON {
				return printJSON(cmd.OutOrStdout(), r.Info())
			}
			return printInfo(cmd.OutOrStdout(), args[0], r.Info())
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON for scripts")
	return cmd
}

// printInfo writes info for people.
func printInfo(w io.Writer, path string, info bag.Info) error {
	printHead(w, path, info)
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(table, "\nTOPIC\tTYPE\tCOUNT\tHZ\n")
	for _, t := range info.Topics {
		fmt.Fprintf(table, "%s\t%s\t%d\t%.1f\n", t.Name, t.Type, t.Count, t.Hz)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	return printSentences(w, "problem", info.Problems)
}

func printHead(w io.Writer, path string, info bag.Info) {
	fmt.Fprintf(w, "bag       %s\nstorage   %s (compression: %s)\nmessages  %d\nduration  %.3f s\n",
		path, info.Storage, info.Compression, info.Messages, info.Duration)
	if !info.Start.IsZero() {
		fmt.Fprintf(w, "start     %s\n", info.Start.Format(time.RFC3339Nano))
	}
}

// printSentences writes sentences, each after what it is, with an empty line
// before the first.
func printSentences(w io.Writer, what string, sentences []string) error {
	if len(sentences) == 0 {
		return nil
	}
	fmt.Fprintln(w)
	for _, s := range sentences {
		if _, err := fmt.Fprintf(w, "%s: %s\n", what, s); err != nil {
			return err
		}
	}
	return nil
}
