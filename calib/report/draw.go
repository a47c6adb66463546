package report

import (
	"cmp"
	"fmt"
	"html/template"
	"math"
	"slices"
	"strings"

	"hyt/calib/camera"
	"hyt/calib/intrinsics"
)

// drawing is an SVG in pixels of the camera's image.
type drawing struct {
	strings.Builder
	unit float64 // a 500th of the image's width: lines and letters keep their size
}

func newDrawing(c camera.Camera) *drawing {
	d := &drawing{unit: float64(c.Width) / 500}
	fmt.Fprintf(d, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="-0.5 -0.5 %d %d">`, c.Width, c.Height)
	return d
}

func (d *drawing) done() template.HTML { return template.HTML(d.String() + "</svg>") }

func (d *drawing) cell(c camera.Camera, x, y int, fill, text string) {
	w, h := float64(c.Width)/coverCols, float64(c.Height)/coverRows
	left, top := float64(x)*w-0.5, float64(y)*h-0.5
	fmt.Fprintf(d, `<rect x="%.2f" y="%.2f" width="%.2f" height="%.2f" fill="%s" stroke="#fff" stroke-width="%.2f"/>`, left, top, w, h, fill, d.unit)
	fmt.Fprintf(d, `<text x="%.2f" y="%.2f" font-size="%.2f" text-anchor="middle" fill="#333">%s</text>`, left+w/2, top+h/2+5*d.unit, 14*d.unit, text)
}

// shade goes from white to red.
func shade(part float64) string {
	part = min(max(part, 0), 1)
	return fmt.Sprintf("rgb(255,%d,%d)", int(250-140*part), int(245-165*part))
}

// coverageSVG shows all corners that were used.
func coverageSVG(c camera.Camera, views []intrinsics.ViewFit, cover Coverage) template.HTML {
	d := newDrawing(c)
	for y, row := range cover.Cells {
		for x, n := range row {
			fill := "#e6f0e6"
			if n == 0 {
				fill = "#f7dddd"
			}
			d.cell(c, x, y, fill, "")
		}
	}
	used := 0
	for _, v := range views {
		if !v.Used {
			continue
		}
		used++
		fmt.Fprintf(d, `<g fill="hsl(%d,70%%,40%%)">`, used*137%360) // hues far apart for views side by side
		for i, px := range v.Pixels {
			if !v.Outlier[i] {
				fmt.Fprintf(d, `<circle cx="%.1f" cy="%.1f" r="%.2f"/>`, px.X, px.Y, 1.8*d.unit)
			}
		}
		d.WriteString("</g>")
	}
	return d.done()
}

// errorSVG shows the RMS error in each part of the image.
func errorSVG(c camera.Camera, views []intrinsics.ViewFit) template.HTML {
	var sum, n [coverRows][coverCols]float64
	for _, v := range views {
		if !v.Used {
			continue
		}
		for i, r := range v.Residuals {
			if !v.Outlier[i] {
				x, y := cellOf(v.Pixels[i], v.Size)
				sum[y][x] += r.X*r.X + r.Y*r.Y
				n[y][x] += 2
			}
		}
	}
	worst := 1e-9
	rms := func(x, y int) float64 { return math.Sqrt(sum[y][x] / n[y][x]) }
	for y := range n {
		for x := range n[y] {
			if n[y][x] > 0 {
				worst = max(worst, rms(x, y))
			}
		}
	}
	d := newDrawing(c)
	for y := range n {
		for x := range n[y] {
			if n[y][x] == 0 {
				d.cell(c, x, y, "#eee", "")
			} else {
				d.cell(c, x, y, shade(rms(x, y)/worst), fmt.Sprintf("%.2g", rms(x, y)))
			}
		}
	}
	return d.done()
}

// arrowsSVG shows each residual, so enlarged that the usual one can be seen.
func arrowsSVG(c camera.Camera, views []intrinsics.ViewFit) template.HTML {
	var lengths []float64
	for _, v := range views {
		for i, r := range v.Residuals {
			if v.Used && !v.Outlier[i] {
				lengths = append(lengths, math.Hypot(r.X, r.Y))
			}
		}
	}
	if len(lengths) == 0 {
		return newDrawing(c).done()
	}
	slices.SortFunc(lengths, cmp.Compare)
	d := newDrawing(c)
	gain := 18 * d.unit / max(lengths[len(lengths)*9/10], 1e-6)
	fmt.Fprintf(d, `<g stroke="#335" stroke-width="%.2f" fill="#335">`, 0.8*d.unit)
	for _, v := range views {
		for i, r := range v.Residuals {
			if v.Used && !v.Outlier[i] {
				// The residual is found minus predicted.
				x, y := v.Pixels[i].X-r.X, v.Pixels[i].Y-r.Y
				fmt.Fprintf(d, `<circle cx="%.1f" cy="%.1f" r="%.2f"/><path d="M%.1f %.1fl%.1f %.1f"/>`, x, y, 1.2*d.unit, x, y, gain*r.X, gain*r.Y)
			}
		}
	}
	// A tenth, a half or a whole of a power of ten is the measure.
	measure := math.Pow(10, math.Floor(math.Log10(80*d.unit/gain)))
	fmt.Fprintf(d, `<path stroke="#c00" stroke-width="%.2f" d="M%.1f %.1fh%.1f"/></g>`, 2*d.unit, 10*d.unit, 12*d.unit, gain*measure)
	fmt.Fprintf(d, `<text x="%.1f" y="%.1f" font-size="%.1f" fill="#c00">%g px</text>`, 10*d.unit, 26*d.unit, 12*d.unit, measure)
	return d.done()
}
