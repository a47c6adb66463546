package report

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"
	"os"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgsvg"
)

// Size of one plot.
const width, height = 8 * vg.Inch, 3 * vg.Inch

// WritePNG draws all plots of the run, one below the other.
func (r Run) WritePNG(path string) error {
	var rows [][]*plot.Plot
	for _, p := range r.panels() {
		drawn, err := p.draw()
		if err != nil {
			return err
		}
		rows = append(rows, []*plot.Plot{drawn})
	}
	if len(rows) == 0 {
		return fmt.Errorf("report: the run has measured nothing to draw")
	}
	img := vgimg.New(width, height*vg.Length(len(rows)))
	canvases := plot.Align(rows, draw.Tiles{Rows: len(rows), Cols: 1, PadY: vg.Points(8)}, draw.New(img))
	for i, row := range rows {
		row[0].Draw(canvases[i][0])
	}
	var file bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&file, paletted(img.Image())); err != nil {
		return fmt.Errorf("report: draw %s: %w", path, err)
	}
	if err := os.WriteFile(path, file.Bytes(), 0o644); err != nil {
		return fmt.Errorf("report: %w", err)
	}
	return nil
}

// paletted is a drawing in the few colours that plots have, a third of the size: the
// lines' and black, and what is between these and white.
func paletted(drawn image.Image) *image.Paletted {
	const shades = 8
	colors := color.Palette{color.White}
	for i := range len(hues) + 1 {
		c := color.RGBA{A: 255}
		if i < len(hues) {
			c = hues[i]
		}
		for k := 1; k <= shades; k++ {
			fade := func(v uint8) uint8 { return uint8(255 - (255-int(v))*k/shades) }
			colors = append(colors, color.RGBA{fade(c.R), fade(c.G), fade(c.B), 255})
		}
	}
	out := image.NewPaletted(drawn.Bounds(), colors)
	known := map[color.Color]uint8{} // most pixels are of a few colours
	for y := out.Rect.Min.Y; y < out.Rect.Max.Y; y++ {
		for x := out.Rect.Min.X; x < out.Rect.Max.X; x++ {
			c := drawn.At(x, y)
			index, ok := known[c]
			if !ok {
				index = uint8(colors.Index(c))
				known[c] = index
			}
			out.SetColorIndex(x, y, index)
		}
	}
	return out
}

// svg draws one plot.
func (p panel) svg() (string, error) {
	drawn, err := p.draw()
	if err != nil {
		return "", err
	}
	canvas := vgsvg.New(width, height)
	drawn.Draw(draw.New(canvas))
	var b bytes.Buffer
	if _, err := canvas.WriteTo(&b); err != nil {
		return "", fmt.Errorf("report: draw %s: %w", p.title, err)
	}
	// The XML declaration has no place inside a page of HTML.
	_, body, _ := bytes.Cut(b.Bytes(), []byte("<svg"))
	return "<svg" + string(body), nil
}

// draw makes the plot. Its axis is logarithmic where all values allow it and
// differ much.
func (p panel) draw() (*plot.Plot, error) {
	out := plot.New()
	out.Title.Text, out.X.Label.Text, out.Y.Label.Text = p.title, "step", p.unit
	out.Legend.Top = true
	lowest, highest := math.Inf(1), math.Inf(-1)
	for i, name := range p.names() {
		var at plotter.XYs
		for _, v := range p.lines[name] {
			if math.IsNaN(v.value) || math.IsInf(v.value, 0) {
				continue
			}
			at = append(at, plotter.XY{X: float64(v.step), Y: v.value})
			lowest, highest = min(lowest, v.value), max(highest, v.value)
		}
		if len(at) == 0 {
			continue
		}
		line, err := plotter.NewLine(at)
		if err != nil {
			return nil, fmt.Errorf("report: draw %s: %w", name, err)
		}
		line.Color, line.Width = hues[i%len(hues)], vg.Points(1.2)
		out.Add(line)
		out.Legend.Add(name, line)
	}
	if lowest > 0 && highest > 5*lowest {
		out.Y.Scale, out.Y.Tick.Marker = plot.LogScale{}, plot.LogTicks{Prec: -1}
	}
	out.Add(plotter.NewGrid())
	return out, nil
}

// hues of neighbouring lines are easy to tell apart.
var hues = []color.RGBA{
	{31, 119, 180, 255}, {214, 39, 40, 255}, {44, 160, 44, 255}, {255, 127, 14, 255},
	{148, 103, 189, 255}, {140, 86, 75, 255}, {23, 190, 207, 255},
}
