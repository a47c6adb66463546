package bagcmd

import (
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"hyt/msgs/bag"
)

func recoverCommand() *cobra.Command {
	var asJSON bool
	var compression string
	cmd := &cobra.Command{
		Use:   "recover DIR NEW",
		Short: "Write a good bag of what a damaged one still holds, and count what is lost",
		Long: "Reads all that can be read of the bag DIR and writes it to the new folder NEW, with MCAP storage and an index.\n" +
			"DIR is not changed. What is lost is counted by topic, where the bag says how much there was, and by kind of damage.",
		Example: "  hyt bag recover recordings/broken recordings/saved\n  hyt bag recover old_sqlite_bag new_mcap_bag --compression zstd",
		Args:    usage(cobra.ExactArgs(2)),
		RunE: func(cmd *cobra.Command, args []string) error {
			o := bag.Options{Compression: bag.Compression(compression)}
			switch compression {
			case "none":
				o.Compression = bag.None
			case string(bag.Zstd):
			default:
				return &UsageError{fmt.Errorf("--compression is %q: it may be none or zstd", compression)}
			}
			r, err := bag.Open(args[0])
			if err != nil {
				return err
			}
			defer r.Close()
			bar := newProgress(cmd.ErrOrStderr(), "recovered", r.Info().Messages)
			saved, err := bag.Recover(cmd.Context(), r, args[1], o, bar.show)
			bar.end()
			if err != nil {
				return err
			}
			if asJSON {
				return printJSON(cmd.OutOrStdout(), saved)
			}
			return printRecovered(cmd.OutOrStdout(), args[1], saved)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON for scripts")
	cmd.Flags().StringVar(&compression, "compression", "none", "of the new bag: none or zstd")
	return cmd
}

// printRecovered writes what was saved and lost for people.
func printRecovered(w io.Writer, dir string, s bag.Recovered) error {
	fmt.Fprintf(w, "saved     %d messages to %s\nlost      %d that the bag says it had\n", s.Saved, dir, s.Lost)
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(table, "\nTOPIC\tTYPE\tSAVED\tLOST\n")
	for _, t := range s.Topics {
		fmt.Fprintf(table, "%s\t%s\t%d\t%d\n", t.Name, t.Type, t.Saved, t.Lost)
	}
	if len(s.Kinds) > 0 {
		fmt.Fprintf(table, "\nDAMAGE\tPLACES\tMESSAGES KNOWN TO BE LOST\n")
	}
	for _, k := range s.Kinds {
		fmt.Fprintf(table, "%s\t%d\t%d\n", k.Kind, k.Places, k.Messages)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	sentences := make([]string, len(s.Damages))
	for i, d := range s.Damages {
		sentences[i] = d.Text
	}
	return printSentences(w, "problem", sentences)
}
