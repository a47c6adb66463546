package loop

import (
	"encoding/json"
	"fmt"
	"image/color"
	"maps"
	"math"
	"os"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
)

// WriteMetrics writes everything measured as JSON, one object a measure.
func WriteMetrics(path string, history []Measure) error {
	raw, err := json.MarshalIndent(history, "", " ")
	if err != nil {
		return fmt.Errorf("metrics %s: %w", path, err)
	}
	if err := os.WriteFile(path, append(raw, '\n'), 0o644); err != nil {
		return fmt.Errorf("metrics: %w", err)
	}
	return nil
}

// WritePlot draws the measures over samples as a PNG: losses by kind above, the
// held-out figures below.
func WritePlot(path string, history []Measure) error {
	losses, err := chart("training loss", history, func(m Measure) map[string]float64 { return m.Loss })
	if err != nil {
		return err
	}
	held, err := chart("held out", history, func(m Measure) map[string]float64 { return m.HeldOut })
	if err != nil {
		return err
	}
	img := vgimg.New(9*vg.Inch, 8*vg.Inch)
	canvases := plot.Align([][]*plot.Plot{{losses}, {held}}, draw.Tiles{Rows: 2, Cols: 1, PadY: vg.Points(8)}, draw.New(img))
	losses.Draw(canvases[0][0])
	held.Draw(canvases[1][0])
	f, err := os.Create(path)
	if err != nil {
		return fmt.Errorf("plot: %w", err)
	}
	defer f.Close()
	if _, err := (vgimg.PngCanvas{Canvas: img}).WriteTo(f); err != nil {
		return fmt.Errorf("plot %s: %w", path, err)
	}
	return f.Close()
}

// chart draws one line for each name that pick finds. The axis is logarithmic
// where all values allow it.
func chart(title string, history []Measure, pick func(Measure) map[string]float64) (*plot.Plot, error) {
	p := plot.New()
	p.Title.Text = title
	p.X.Label.Text = "samples"
	p.Legend.Top = true
	lines := map[string]plotter.XYs{}
	positive := true
	for _, m := range history {
		for name, v := range pick(m) {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				continue
			}
			lines[name] = append(lines[name], plotter.XY{X: float64(m.Samples), Y: v})
			positive = positive && v > 0
		}
	}
	for i, name := range slices.Sorted(maps.Keys(lines)) {
		line, err := plotter.NewLine(lines[name])
		if err != nil {
			return nil, fmt.Errorf("plot of %s: %w", name, err)
		}
		line.Color, line.Width = hue(i), vg.Points(1.2)
		p.Add(line)
		p.Legend.Add(name, line)
	}
	if positive && len(lines) > 0 {
		p.Y.Scale, p.Y.Tick.Marker = plot.LogScale{}, plot.LogTicks{Prec: -1}
	}
	p.Add(plotter.NewGrid())
	return p, nil
}

// hue gives neighbouring lines colours that are easy to tell apart.
func hue(i int) color.Color {
	colors := []color.RGBA{
		{31, 119, 180, 255}, {214, 39, 40, 255}, {44, 160, 44, 255}, {255, 127, 14, 255},
		{148, 103, 189, 255}, {140, 86, 75, 255}, {23, 190, 207, 255},
	}
	return colors[i%len(colors)]
}
