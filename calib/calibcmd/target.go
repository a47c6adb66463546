package calibcmd

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"hyt/calib/target"
)

// targetJSON is what `hyt calib target --json` prints. Keys are only ever added.
type targetJSON struct {
	Type     string   `json:"type"`
	Rows     int      `json:"rows"`
	Cols     int      `json:"cols"`
	SizeMM   float64  `json:"size_mm"`
	Gap      float64  `json:"gap,omitempty"`
	Corners  int      `json:"corners"`
	Paper    string   `json:"paper"`
	File     string   `json:"file"`
	Warnings []string `json:"warnings"`
}

func targetCommand() *cobra.Command {
	var f boardFlags
	var sheet, out string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "target",
		Short: "Write a board to print, in its true size",
		Long: "Writes a chessboard or a grid of AprilTags as SVG or PDF. Print it at 100 % (no \"fit to page\"),\n" +
			"glue it to something flat and stiff, and measure the line below it: it is 100 mm long.",
		Example: "  hyt calib target --out board.pdf\n  hyt calib target --type apriltag --rows 4 --cols 6 --size 30 --out tags.svg",
		Args:    noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			b, err := f.board()
			if err != nil {
				return err
			}
			paper, err := target.PaperNamed(sheet)
			if err != nil {
				return usageError{err}
			}
			if err := writeBoard(b, paper, out); err != nil {
				return err
			}
			result := targetJSON{
				Type: string(b.Kind), Rows: b.Rows, Cols: b.Cols, SizeMM: f.size, Gap: b.Gap, Corners: len(b.Corners()),
				Paper: paper.Name, File: out, Warnings: []string{},
			}
			if !b.Oriented() {
				result.Warnings = append(result.Warnings, "this board looks the same after half a turn, so hand-eye calibration refuses it: make one of --rows and --cols odd and the other even")
			}
			if asJSON {
				return printJSON(cmd.OutOrStdout(), result)
			}
			w := cmd.OutOrStdout()
			fmt.Fprintf(w, "%s: %s with %d corners, on %s\nprint it at 100 %% and measure the line below it: 100 mm\n", out, b, result.Corners, paper.Name)
			for _, warning := range result.Warnings {
				fmt.Fprintln(w, "warning:", warning)
			}
			return nil
		},
	}
	f.add(cmd.Flags())
	cmd.Flags().StringVar(&sheet, "paper", "a4", "a4, a3 or letter")
	cmd.Flags().StringVar(&out, "out", "board.svg", "file to write: .svg or .pdf to print, .sdf for a simulator")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON for scripts")
	return cmd
}

// writeBoard writes a page to print, or a model for a simulator.
func writeBoard(b target.Board, paper target.Paper, name string) error {
	if filepath.Ext(name) == ".sdf" {
		return writeFile(name, func(f *os.File) error { return b.WriteSDF(f) })
	}
	page, err := target.NewPage(b, paper)
	if err != nil {
		return usageError{err}
	}
	write, err := target.FormatOf(name)
	if err != nil {
		return usageError{err}
	}
	return writeFile(name, func(f *os.File) error { return write(page, f) })
}

// writeFile fills a file beside its place and then moves it there, so that nobody
// reads half of one.
func writeFile(name string, fill func(*os.File) error) error {
	f, err := os.CreateTemp(filepath.Dir(name), "."+filepath.Base(name)+".*")
	if err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	defer os.Remove(f.Name()) // fails once it was moved
	err = fill(f)
	if e := f.Chmod(0o644); err == nil {
		err = e
	}
	if e := f.Close(); err == nil {
		err = e
	}
	if err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	return nil
}
