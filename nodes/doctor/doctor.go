// Package doctor looks at the machine the way hyt will use it and says, line by
// line, what is well and what to do about the rest.
package doctor

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"
)

// Level is how bad a finding is. A machine with warnings runs hyt.
type Level string

const (
	OK   Level = "ok"
	Warn Level = "warn"
	Fail Level = "fail"
)

// Finding is the result of one check.
type Finding struct {
	Check string `json:"check"`
	Level Level  `json:"level"`
	Text  string `json:"text"`         // what was found
	Do    string `json:"do,omitempty"` // what to do about it
}

// check looks at one thing. It returns what it found, or an error that is a
// *remedy where it knows one.
type check struct {
	name string
	// required checks fail the machine, the others warn.
	required bool
	look     func(context.Context) (string, error)
}

// remedy is an error with advice.
type remedy struct {
	err error
	do  string
}

func (r *remedy) Error() string { return r.err.Error() }
func (r *remedy) Unwrap() error { return r.err }

// examine runs the checks one after another.
func examine(ctx context.Context, checks []check) []Finding {
	var out []Finding
	for _, c := range checks {
		f := Finding{Check: c.name, Level: OK}
		text, err := c.look(ctx)
		f.Text = text
		if err != nil {
			f.Level, f.Text = Warn, err.Error()
			if c.required {
				f.Level = Fail
			}
			if r, ok := errors.AsType[*remedy](err); ok {
				f.Do = r.do
			}
		}
		out = append(out, f)
	}
	return out
}

// Command is `hyt doctor`.
func Command() *cobra.Command {
	var model string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "check this machine: libraries, DDS, kernel buffers, real-time rights, model",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			found := examine(cmd.Context(), machine(model))
			if err := print(cmd.OutOrStdout(), found, asJSON); err != nil {
				return err
			}
			for _, f := range found {
				if f.Level == Fail {
					return fmt.Errorf("this machine cannot run hyt yet: %s", f.Check)
				}
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&model, "model", "policy/models/tabletop", "model directory to check")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the findings as JSON")
	return cmd
}

func print(w io.Writer, found []Finding, asJSON bool) error {
	if asJSON {
		enc := json.NewEncoder(w)
		enc.SetIndent("", "  ")
		return enc.Encode(found)
	}
	for _, f := range found {
		fmt.Fprintf(w, "%-5s %-16s %s\n", f.Level, f.Check, f.Text)
		if f.Do != "" {
			fmt.Fprintf(w, "%-5s %-16s do: %s\n", "", "", f.Do)
		}
	}
	return nil
}
