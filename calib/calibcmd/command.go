// Package calibcmd is `hyt calib`: boards to print, cameras calibrated from
// images or bags, hands and cameras put together.
package calibcmd

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"hyt/calib/target"
)

// usageError is a command line that cannot be understood.
type usageError struct{ error }

// ExitCode is 2, as for all wrong usage.
func (usageError) ExitCode() int { return 2 }

func (e usageError) Unwrap() error { return e.error }

func usagef(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

// Command returns `hyt calib` with its subcommands.
func Command() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "calib",
		Short: "Calibrate cameras: boards to print, intrinsics, hand-eye",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(targetCommand(), intrinsicsCommand(), handeyeCommand(), tagsCommand(), selftestCommand())
	return cmd
}

// noArgs is cobra.NoArgs with exit code 2.
func noArgs(_ *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usagef("%q is not understood: all is given by flags", args[0])
	}
	return nil
}

// boardFlags are those that say what board it is.
type boardFlags struct {
	kind       string
	rows, cols int
	size, gap  float64 // mm; part of size
	marker     float64 // part of size
}

func (f *boardFlags) add(flags *pflag.FlagSet) {
	flags.StringVar(&f.kind, "type", string(target.Chessboard), "chessboard, apriltag (grid of tag36h11) or charuco (chessboard with tag36h11)")
	flags.IntVar(&f.rows, "rows", 7, "rows of squares (not of corners between them) or of tags")
	flags.IntVar(&f.cols, "cols", 10, "columns of squares or of tags")
	flags.Float64Var(&f.size, "size", 25, "side of a square, or of a tag over its black border, in mm: measure the print")
	flags.Float64Var(&f.gap, "gap", target.DefaultGap, "apriltag: white between tags, as a part of their size")
	flags.Float64Var(&f.marker, "marker", target.DefaultMarker, "charuco: side of a tag, as a part of a square's")
}

func (f *boardFlags) board() (target.Board, error) {
	b := target.Board{Kind: target.Kind(f.kind), Rows: f.rows, Cols: f.cols, Size: f.size / 1e3, Gap: f.gap}
	if b.Kind != target.AprilTags {
		b.Gap = 0
	}
	if b.Kind == target.ChArUco {
		b.Marker = f.marker
	}
	if err := b.Validate(); err != nil {
		return b, usageError{err}
	}
	return b, nil
}

// printJSON writes v for scripts.
func printJSON(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}
