package bagcmd

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"hyt/msgs/bag"
	"hyt/msgs/bag/bagcheck"
)

func checkCommand(trainer NewTrainer) *cobra.Command {
	var asJSON bool
	var contract string
	cmd := &cobra.Command{
		Use:   "check DIR",
		Short: "Read a bag through and say what is wrong with it, and what training would use",
		Long: "Reads every message of a bag: damage, messages that are not of their type, rates, gaps, drops,\n" +
			"times that jump, and what training would use and leave out, with reasons.\n" +
			"Exit code 1 says that there are problems; notes alone do not fail a bag.",
		Example: "  hyt bag check recordings/touch_0007\n  hyt bag check recordings/touch_0007 --json | jq .training",
		Args:    usage(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			report, err := check(cmd, args[0], contract, trainer)
			if err != nil {
				return err
			}
			if asJSON {
				err = printJSON(cmd.OutOrStdout(), report)
			} else {
				err = printReport(cmd.OutOrStdout(), args[0], report)
			}
			if err == nil && len(report.Problems) > 0 {
				err = fmt.Errorf("bag %s has %d problems", args[0], len(report.Problems))
			}
			return err
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON for scripts")
	if trainer != nil {
		cmd.Flags().StringVar(&contract, "contract", "", "YAML file that says what training takes from a bag; else the default")
	}
	return cmd
}

func check(cmd *cobra.Command, path, contract string, newTrainer NewTrainer) (*bagcheck.Report, error) {
	var trainer bagcheck.Trainer
	if newTrainer != nil { // first: a contract that cannot be read is known at once
		var err error
		if trainer, err = newTrainer(contract); err != nil {
			return nil, &UsageError{err}
		}
	}
	r, err := bag.Open(path)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	bar := newProgress(cmd.ErrOrStderr(), "checked", r.Info().Messages)
	report, err := bagcheck.Check(cmd.Context(), r, bar.show)
	bar.end()
	if err != nil || trainer == nil {
		return report, err
	}
	verdict, err := trainer.Judge(path)
	if err != nil {
		return nil, err
	}
	report.Training = &verdict
	return report, nil
}

// printReport writes a report for people.
func printReport(w io.Writer, path string, r *bagcheck.Report) error {
	info := r.Info
	printHead(w, path, info)
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(table, "\nTOPIC\tTYPE\tCOUNT\tHZ\tCLOCK\tDROPPED\tGAPS\tFAULTY\n")
	for _, t := range r.Topics {
		rate, dropped := fmt.Sprintf("%.1f", t.Hz), fmt.Sprint(t.Dropped)
		if !t.Regular {
			rate, dropped = "irregular", "-"
		}
		fmt.Fprintf(table, "%s\t%s\t%d\t%s\t%s\t%s\t%d\t%d\n", t.Name, t.Type, t.Count, rate, t.Clock, dropped, len(t.Gaps), t.Undecodable)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	printVerdict(w, r.Training)
	if err := printSentences(w, "problem", r.Problems); err != nil {
		return err
	}
	return printSentences(w, "note", r.Notes)
}

func printVerdict(w io.Writer, v *bagcheck.Verdict) {
	switch {
	case v == nil:
		return
	case v.Unusable != "":
		fmt.Fprintf(w, "\ntraining  would use nothing: %s\n", strings.TrimSpace(v.Unusable))
	default:
		fmt.Fprintf(w, "\ntraining  would use %d samples (%d with a thought) of %d episodes\n", v.Samples, v.Thoughts, v.Episodes)
	}
	for _, r := range v.LeftOut {
		fmt.Fprintf(w, "left out  %d %s: %s\n", r.Count, r.What, r.Why)
	}
}
