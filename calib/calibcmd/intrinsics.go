package calibcmd

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"hyt/calib/camera"
	"hyt/calib/handeye"
	"hyt/calib/intrinsics"
	"hyt/calib/report"
	"hyt/calib/target"
	"hyt/calib/view"
)

// intrinsicsJSON is what `hyt calib intrinsics --json` prints. Keys are only ever
// added.
type intrinsicsJSON struct {
	Camera   string             `json:"camera"`
	Model    string             `json:"model"`
	Width    int                `json:"width"`
	Height   int                `json:"height"`
	Params   map[string]float64 `json:"params"`
	Sigma    map[string]float64 `json:"sigma"`  // one standard deviation of each
	RMS      float64            `json:"rms_px"` // per axis
	Noise    float64            `json:"noise_px"`
	Blur     float64            `json:"blur_px"`  // median over views
	Coverage float64            `json:"coverage"` // part of the image, 0 to 1
	Missing  []string           `json:"missing"`
	Views    []viewJSON         `json:"views"`
	Warnings []string           `json:"warnings"`
	Files    map[string]string  `json:"files"`
	Seconds  map[string]float64 `json:"seconds"`
}

type viewJSON struct {
	Name    string  `json:"name"`
	Used    bool    `json:"used"`
	Reason  string  `json:"reason,omitempty"`
	Corners int     `json:"corners"`
	Missing int     `json:"corners_missing"`
	RMS     float64 `json:"rms_px,omitempty"`
}

type intrinsicsFlags struct {
	boardFlags
	source
	model, name string
	out, report string
	fix         []string
	views       int
	asJSON      bool
}

func intrinsicsCommand() *cobra.Command {
	var f intrinsicsFlags
	cmd := &cobra.Command{
		Use:   "intrinsics SOURCE...",
		Short: "Calibrate a camera from images of a board, from a bag or live from a topic",
		Long: "Finds the board in each image, then focal lengths, principal point and distortion. SOURCE is a folder\n" +
			"with PNG or JPEG images, images, or one rosbag2; without one, images come live from --topic, and what is\n" +
			"still missing is said and drawn on /calib/guide until nothing is, or until Ctrl-C. Show the board in all parts of the image, tilted by 20° to\n" +
			"45° to all sides, 15 to 30 times. The result is the YAML file that camera_info_manager and image_proc read.",
		Example: "  hyt calib intrinsics images/ --rows 7 --cols 10 --size 24.8 --out wrist.yaml --report wrist.html\n" +
			"  hyt calib intrinsics --topic /camera/image_raw --rows 7 --cols 10 --size 24.8\n" +
			"  hyt calib intrinsics bags/board --topic /camera/image_raw --model equidistant",
		RunE: f.source.then(f.run),
	}
	flags := cmd.Flags()
	f.boardFlags.add(flags)
	f.source.add(flags, 500*time.Millisecond)
	flags.IntVar(&f.views, "views", 15, "live: views at least, before it ends by itself")
	flags.StringVar(&f.model, "model", camera.PlumbBob.String(), "distortion: plumb_bob, rational_polynomial or equidistant (fisheye)")
	flags.StringSliceVar(&f.fix, "fix", nil, "parameters held at 0, such as k3 (cx, cy: at the image's middle)")
	flags.StringVar(&f.name, "name", "camera", "the camera's name in the YAML file")
	flags.StringVar(&f.out, "out", "camera.yaml", "camera info to write")
	flags.StringVar(&f.report, "report", "", "HTML report to write")
	flags.BoolVar(&f.asJSON, "json", false, "print JSON for scripts")
	return cmd
}

func (f *intrinsicsFlags) run(ctx context.Context, out, progress io.Writer) error {
	b, err := f.board()
	if err != nil {
		return err
	}
	model, err := camera.ParseModel(f.model)
	if err != nil {
		return usageError{err}
	}
	start := time.Now()
	var looks []look
	if f.live() {
		looks, err = f.watch(ctx, b, model, f.views, progress)
	} else {
		looks, err = lookAt(ctx, f.source, b)
	}
	if err != nil {
		return err
	}
	if f.film() {
		thin(looks, 0.02)
	}
	found := time.Now()
	fmt.Fprintf(progress, "%d images, %d with a clear %s\n", len(looks), len(views(looks)), b.Kind)
	res, err := intrinsics.Calibrate(views(looks), intrinsics.Options{Model: model, Fix: f.fix, Name: f.name})
	if err != nil {
		return explain(err, looks)
	}
	result := f.result(res, looks)
	result.Seconds = map[string]float64{"detection": found.Sub(start).Seconds(), "solver": time.Since(found).Seconds()}
	if err := res.Camera.Save(f.out); err != nil {
		return err
	}
	if f.report != "" {
		if err := f.writeReport(b, res, looks); err != nil {
			return err
		}
	}
	if f.asJSON {
		return printJSON(out, result)
	}
	return result.print(out, res)
}

// views are those of the images that have one.
func views(looks []look) (vs []view.View) {
	for _, l := range looks {
		if l.reason == "" {
			vs = append(vs, l.found.View)
		}
	}
	return vs
}

// explain adds to a failure why images gave no view, the usual cause first.
func explain(err error, looks []look) error {
	byReason := map[string][]string{}
	for _, l := range looks {
		if l.reason != "" {
			byReason[l.reason] = append(byReason[l.reason], l.name)
		}
	}
	if len(byReason) == 0 || !errors.Is(err, intrinsics.ErrTooFewViews) && !errors.Is(err, handeye.ErrTooFew) {
		return err
	}
	var reasons []string
	for r := range byReason {
		reasons = append(reasons, r)
	}
	slices.SortFunc(reasons, func(a, b string) int {
		return cmp.Or(len(byReason[b])-len(byReason[a]), strings.Compare(a, b))
	})
	most := byReason[reasons[0]]
	return fmt.Errorf("%w; of %d images %d, such as %s, gave no view: %s", err, len(looks), len(most), most[0], reasons[0])
}

func (f *intrinsicsFlags) writeReport(b target.Board, res *intrinsics.Result, looks []look) error {
	d := report.Data{Result: res, Board: b}
	for _, l := range looks {
		if l.reason != "" {
			d.Unseen = append(d.Unseen, report.Unseen{Name: l.name, Reason: l.reason})
		}
		if l.image != nil {
			d.Sample = l.image
		}
	}
	return writeFile(f.report, func(w *os.File) error { return report.WriteHTML(w, d) })
}

// softBlur is a blur in pixels from which corners are less sure than they could be.
const softBlur = 2.5

// result gathers what there is to say.
func (f *intrinsicsFlags) result(res *intrinsics.Result, looks []look) intrinsicsJSON {
	c := res.Camera
	cover := report.Cover(res.Views)
	j := intrinsicsJSON{
		Camera: c.Name, Model: c.Model.String(), Width: c.Width, Height: c.Height,
		Params: map[string]float64{}, Sigma: map[string]float64{}, RMS: res.RMS, Noise: res.Noise,
		Coverage: cover.Share, Missing: append([]string{}, cover.Missing...), Warnings: append([]string{}, res.Warnings...),
		Files: map[string]string{"camera": f.out},
	}
	if f.report != "" {
		j.Files["report"] = f.report
	}
	values := c.Params()
	for i, name := range c.Model.ParamNames() {
		j.Params[name], j.Sigma[name] = values[i], res.Sigma[i]
	}
	var blurs []float64
	next := 0 // of res.Views, which are those of the looks that have one
	for _, l := range looks {
		v := viewJSON{Name: l.name, Reason: l.reason}
		if l.reason == "" {
			fit := res.Views[next]
			next++
			v = viewJSON{Name: l.name, Used: fit.Used, Reason: fit.Reason, Corners: len(fit.Points), Missing: l.found.Missing, RMS: fit.RMS}
			blurs = append(blurs, l.found.Blur)
		}
		j.Views = append(j.Views, v)
	}
	slices.Sort(blurs)
	if j.Blur = blurs[len(blurs)/2]; j.Blur > softBlur {
		j.Warnings = append(j.Warnings, fmt.Sprintf("edges are blurred by %.1f px: focus the lens, hold the board still, or give more light", j.Blur))
	}
	return j
}

// print writes the result for people.
func (j *intrinsicsJSON) print(w io.Writer, res *intrinsics.Result) error {
	used := 0
	for _, v := range j.Views {
		if v.Used {
			used++
		}
	}
	fmt.Fprintf(w, "camera   %s, %d x %d, %s\n", j.Camera, j.Width, j.Height, j.Model)
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	for _, name := range res.Camera.Model.ParamNames() {
		fmt.Fprintf(table, "%s\t%.6g\t± %.2g\t\n", name, j.Params[name], j.Sigma[name])
	}
	table.Flush()
	fmt.Fprintf(w, "error    %.3f px RMS per axis, %d of %d images used, %.0f %% of the image covered\n", j.RMS, used, len(j.Views), 100*j.Coverage)
	for _, v := range j.Views {
		if !v.Used {
			fmt.Fprintf(w, "without  %s: %s\n", v.Name, v.Reason)
		}
	}
	for _, m := range j.Missing {
		fmt.Fprintf(w, "missing  %s\n", m)
	}
	for _, s := range j.Warnings {
		fmt.Fprintf(w, "warning  %s\n", s)
	}
	for _, what := range []string{"camera", "report"} {
		if name, ok := j.Files[what]; ok {
			fmt.Fprintf(w, "wrote    %s\n", name)
		}
	}
	return nil
}
