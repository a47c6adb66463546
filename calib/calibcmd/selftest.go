package calibcmd

import (
	"errors"
	"fmt"
	"image"
	"image/png"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"hyt/calib/camera"
	"hyt/calib/selftest"
)

// selftestJSON is what `hyt calib selftest --json` prints. Keys are only ever added.
type selftestJSON struct {
	Images int                `json:"images"`
	Seen   int                `json:"seen"`
	Corner float64            `json:"corner_px"` // median error
	RMS    float64            `json:"rms_px"`
	Truth  map[string]float64 `json:"truth"`
	Found  map[string]float64 `json:"found"`
	Sigma  map[string]float64 `json:"sigma"`
	Off    float64            `json:"off_px"` // over the image, RMS
	Mounts []selftestMount    `json:"mounts"`
	Faults []string           `json:"faults"`
}

type selftestMount struct {
	Mount string  `json:"mount"`
	MM    float64 `json:"error_mm"`
	Deg   float64 `json:"error_deg"`
}

func selftestCommand() *cobra.Command {
	var f boardFlags
	var images int
	var seed uint64
	var model, save string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "selftest",
		Short: "Calibrate a simulated camera, whose truth is known",
		Long: "Draws the board before a simulated camera with a lens, and calibrates from those pictures: corners, intrinsics,\n" +
			"and the mount on an arm whose poses have 0.2 mm and 0.01° of noise. It fails where the truth is missed.",
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			b, err := f.board()
			if err != nil {
				return err
			}
			o := selftest.Options{Board: b, Camera: selftest.DefaultCamera(), Images: images, Seed: seed, Noise: 2, RobotT: 0.2e-3, RobotR: 0.01 * math.Pi / 180}
			if o.Camera.Model, err = camera.ParseModel(model); err != nil {
				return usageError{err}
			}
			if save != "" {
				if err := os.MkdirAll(save, 0o755); err != nil {
					return err
				}
				o.Took = func(i int, img *image.Gray) error {
					return writeFile(filepath.Join(save, fmt.Sprintf("%02d.png", i)), func(w *os.File) error { return png.Encode(w, img) })
				}
			}
			res, err := selftest.Run(o)
			if err != nil {
				return err
			}
			j := selftestResult(res, images)
			if asJSON {
				err = printJSON(cmd.OutOrStdout(), j)
			} else {
				j.print(cmd.OutOrStdout(), res)
			}
			if err == nil && len(j.Faults) > 0 {
				err = errors.New(strings.Join(j.Faults, "; "))
			}
			return err
		},
	}
	flags := cmd.Flags()
	f.add(flags)
	flags.IntVar(&images, "images", 20, "pictures to take")
	flags.Uint64Var(&seed, "seed", 2, "of the places of the board and the noise")
	flags.StringVar(&model, "model", camera.PlumbBob.String(), "distortion of the simulated lens: plumb_bob or rational_polynomial")
	flags.StringVar(&save, "save", "", "folder to keep the pictures in")
	flags.BoolVar(&asJSON, "json", false, "print JSON for scripts")
	return cmd
}

func selftestResult(r *selftest.Result, images int) selftestJSON {
	j := selftestJSON{Images: images, Seen: r.Seen, Corner: r.Corner, RMS: r.Found.RMS, Off: r.Off,
		Truth: map[string]float64{}, Found: map[string]float64{}, Sigma: map[string]float64{}, Faults: append([]string{}, r.Faults()...)}
	truth, found := r.Truth.Params(), r.Found.Camera.Params()
	for i, name := range r.Truth.Model.ParamNames() {
		j.Truth[name], j.Found[name], j.Sigma[name] = truth[i], found[i], r.Found.Sigma[i]
	}
	for _, m := range r.Mounts {
		j.Mounts = append(j.Mounts, selftestMount{m.Mount.String(), 1e3 * m.OffT, m.OffR * 180 / math.Pi})
	}
	return j
}

// print writes the result for people.
func (j *selftestJSON) print(w io.Writer, r *selftest.Result) {
	fmt.Fprintf(w, "corners      %d of %d pictures, median error %.3f px\n", j.Seen, j.Images, j.Corner)
	fmt.Fprintf(w, "intrinsics   RMS %.3f px per axis, %.3f px off over the image\n", j.RMS, j.Off)
	for _, name := range r.Truth.Model.ParamNames() {
		fmt.Fprintf(w, "  %-3s %12.6g ± %-8.2g in truth %.6g\n", name, j.Found[name], j.Sigma[name], j.Truth[name])
	}
	for _, m := range j.Mounts {
		fmt.Fprintf(w, "%-12s %.2f mm and %.3f° from the truth\n", m.Mount, m.MM, m.Deg)
	}
	for _, s := range j.Faults {
		fmt.Fprintf(w, "missed       %s\n", s)
	}
}
