// Package modelcmd is `hyt model`: what a model directory holds, and whether it
// runs on this machine.
package modelcmd

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"hyt/policy/spec"
)

// Command returns `hyt model` with its subcommands.
func Command() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "model",
		Short: "Look into a model directory and say what is wrong with it",
	}
	cmd.AddCommand(infoCommand(), checkCommand())
	return cmd
}

func infoCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "info DIR",
		Short: "Print what a model is, how it was trained and how it scored",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			s, err := spec.Load(args[0])
			if err != nil {
				return err
			}
			hash, err := spec.Hash(args[0])
			if err != nil {
				return err
			}
			if asJSON {
				return printJSON(cmd.OutOrStdout(), s, hash)
			}
			return printInfo(cmd.OutOrStdout(), s, hash)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON for scripts")
	return cmd
}

// info is the JSON of `hyt model info`. Keys are only ever added.
type info struct {
	Name     string       `json:"name"`
	SHA256   string       `json:"sha256"`
	Modes    []string     `json:"modes"`
	Cameras  []string     `json:"cameras"`
	Proprio  []string     `json:"proprio"`
	Actions  []string     `json:"actions"`
	Units    []string     `json:"units"`
	Kind     string       `json:"kind"`
	RateHz   float64      `json:"rate_hz"`
	Chunk    int          `json:"chunk"`
	MaxState int          `json:"max_state"`
	Regime   string       `json:"regime"`
	Steps    int          `json:"steps"`
	Seed     int64        `json:"seed"`
	Command  string       `json:"command"`
	Scores   []spec.Score `json:"scores"`
}

func printJSON(w io.Writer, s *spec.Spec, hash string) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	return enc.Encode(info{
		Name: s.Name, SHA256: hash, Modes: s.Modes, Cameras: cameras(s), Proprio: s.Proprio,
		Actions: s.Action.Names, Units: s.Action.Units, Kind: s.Action.Kind,
		RateHz: s.Action.Rate, Chunk: s.Action.Chunk, MaxState: s.MaxState,
		Regime: s.Training.Regime, Steps: s.Training.Steps, Seed: s.Training.Seed,
		Command: s.Training.Command, Scores: s.Training.Scores,
	})
}

func cameras(s *spec.Spec) []string {
	var out []string
	for _, c := range s.Cameras {
		out = append(out, fmt.Sprintf("%s %dx%d", c.Name, c.Width, c.Height))
	}
	return out
}

func printInfo(out io.Writer, s *spec.Spec, hash string) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	line := func(name, format string, args ...any) {
		fmt.Fprintf(w, "%s\t%s\n", name, fmt.Sprintf(format, args...))
	}
	line("model", "%s  (sha256 %.12s)", s.Name, hash)
	line("modes", "%s", strings.Join(s.Modes, " "))
	line("cameras", "%s", strings.Join(cameras(s), ", "))
	line("proprio", "%s", strings.Join(s.Proprio, " "))
	for i, name := range s.Action.Names {
		label := ""
		if i == 0 {
			label = "action"
		}
		line(label, "%s  %.4g .. %.4g %s", name, s.Action.Q01[i], s.Action.Q99[i], strings.TrimPrefix(s.Action.Units[i], "1"))
	}
	line("", "%s, %d at %g Hz", s.Action.Kind, s.Action.Chunk, s.Action.Rate)
	line("thoughts", "grammar %s, at most %d tokens, state of %d positions", s.Thought.Grammar, s.Thought.MaxTokens, s.MaxState)
	line("training", "regime %s, %d steps, %d samples, seed %d", s.Training.Regime, s.Training.Steps, s.Training.Samples, s.Training.Seed)
	for _, mode := range slices.Sorted(maps.Keys(s.Training.Loss)) {
		line("", "loss of %s %.4f", mode, s.Training.Loss[mode])
	}
	line("", "%s", s.Training.Command)
	for _, c := range s.Training.Scores {
		line("score", "%s %s %s  %.0f %% [%.0f, %.0f] of %d", c.Task, c.Mode, c.Split, 100*c.Rate, 100*c.CI95[0], 100*c.CI95[1], c.Episodes)
	}
	return w.Flush()
}
