package report

import (
	"bytes"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"image"
	"image/png"
	"io"
	"math"
	"slices"

	"hyt/calib/intrinsics"
	"hyt/calib/target"
)

// Data is what a report shows.
type Data struct {
	Result *intrinsics.Result
	Board  target.Board
	Sample *image.Gray // one of the images, to be shown undistorted; nil for none
	Unseen []Unseen
	// Warnings beside those of Result.
	Warnings []string
}

// Unseen is an image that gave no view.
type Unseen struct{ Name, Reason string }

//go:embed report.html
var page string

var layout = template.Must(template.New("report").Parse(page))

type param struct {
	Name         string
	Value, Sigma string
}

type viewRow struct {
	Name, RMS, Distance, Tilt, Note string
	Corners                         int
	Used                            bool
}

// WriteHTML writes one file that needs no other.
func WriteHTML(w io.Writer, d Data) error {
	res := d.Result
	c := res.Camera
	cover := Cover(res.Views)
	fields := struct {
		Title                     string
		Board                     target.Board
		Camera                    string
		RMS, Noise                string
		Used, Views, Share        int
		Params                    []param
		Rows                      []viewRow
		Unseen                    []Unseen
		Warnings, Missing         []string
		Coverage, Residuals, Errs template.HTML
		Before, After             template.URL
	}{
		Title: "Calibration of " + c.Name, Board: d.Board,
		Camera: fmt.Sprintf("%d × %d pixels, %s", c.Width, c.Height, c.Model),
		RMS:    fmt.Sprintf("%.3f", res.RMS), Noise: fmt.Sprintf("%.3f", res.Noise),
		Views: len(res.Views), Share: int(math.Round(100 * cover.Share)),
		Unseen: d.Unseen, Warnings: slices.Concat(res.Warnings, d.Warnings), Missing: cover.Missing,
		Coverage: coverageSVG(c, res.Views, cover), Residuals: arrowsSVG(c, res.Views), Errs: errorSVG(c, res.Views),
	}
	values := c.Params()
	for i, name := range c.Model.ParamNames() {
		fields.Params = append(fields.Params, param{name, fmt.Sprintf("%.6g", values[i]), fmt.Sprintf("%.2g", res.Sigma[i])})
	}
	for _, v := range res.Views {
		row := viewRow{Name: v.Name, Corners: len(v.Points), Used: v.Used, Note: v.Reason}
		if v.Used {
			fields.Used++
		}
		if v.Located {
			z := v.Pose.R.Col(2)
			row.RMS, row.Distance = fmt.Sprintf("%.3f", v.RMS), fmt.Sprintf("%.3f", v.Pose.T.Norm())
			row.Tilt = fmt.Sprintf("%.0f", math.Acos(min(math.Abs(z[2]), 1))*180/math.Pi)
		}
		fields.Rows = append(fields.Rows, row)
	}
	if d.Sample != nil {
		var err error
		if fields.Before, err = dataURL(d.Sample); err != nil {
			return err
		}
		after, err := Undistort(c, d.Sample)
		if err != nil {
			return fmt.Errorf("report: %w", err)
		}
		if fields.After, err = dataURL(after); err != nil {
			return err
		}
	}
	return layout.Execute(w, fields)
}

// dataURL is an image inside of a page.
func dataURL(img image.Image) (template.URL, error) {
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		return "", fmt.Errorf("report: %w", err)
	}
	return template.URL("data:image/png;base64," + base64.StdEncoding.EncodeToString(b.Bytes())), nil
}
