package report

import (
	"fmt"
	"image/color"
	"math"
	"os"
	"path/filepath"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgsvg"

	"hyt/trainer/experiment"
)

// plot draws the block's success over what its plan says, as an SVG beside the document.
func (p *page) plot(b experiment.Block, lines []experiment.Line) error {
	if b.Plot == "" {
		return nil
	}
	curves := p.curves(b, lines)
	if len(curves) == 0 {
		return nil
	}
	name := fmt.Sprintf("%s-%s.svg", p.findings.Plan.Name, b.Name)
	if err := os.MkdirAll(p.folder, 0o755); err != nil {
		return err
	}
	if err := drawn(curves, b, filepath.Join(p.folder, name)); err != nil {
		return fmt.Errorf("plot of block %s: %w", b.Name, err)
	}
	p.say("![%s](%s/%s)\n", b.Name, filepath.Base(p.folder), name)
	return nil
}

// curve is a line with bars.
type curve struct {
	name string
	plotter.XYs
	plotter.YErrors
}

// curves are success over demonstrations, steps or evaluations, one curve for each arm
// and for what else differs.
func (p *page) curves(b experiment.Block, lines []experiment.Line) (curves []*curve) {
	at := map[string]*curve{}
	for _, l := range lines {
		name, x := l.Arm+" "+l.Eval, 0.0
		switch b.Plot {
		case "demos":
			d := p.findings.Plan.Demos[l.Demos]
			x = float64(d.Episodes * len(d.Tasks))
			if len(b.Steps) > 1 {
				name += fmt.Sprintf(", %d steps", l.Steps)
			}
		case "steps":
			x = float64(l.Steps)
			if len(b.Demos) > 1 {
				name += ", " + l.Demos
			}
		case "evals":
			e := p.findings.Plan.Evals[l.Eval]
			name, x = l.Arm+" "+e.Mode, e.At
		}
		e := l.Success()
		if math.IsNaN(e.Mean) {
			continue
		}
		if at[name] == nil {
			at[name] = &curve{name: name}
			curves = append(curves, at[name])
		}
		c := at[name]
		c.XYs = append(c.XYs, plotter.XY{X: x, Y: 100 * e.Mean})
		c.YErrors = append(c.YErrors, struct{ Low, High float64 }{100 * (e.Mean - e.CI95[0]), 100 * (e.CI95[1] - e.Mean)})
	}
	return curves
}

func drawn(curves []*curve, b experiment.Block, path string) error {
	out := plot.New()
	out.Title.Text, out.Y.Label.Text = b.Name, "success, %"
	out.X.Label.Text = map[string]string{"demos": "demonstrations", "steps": "steps", "evals": b.Over}[b.Plot]
	out.Y.Min, out.Y.Max = 0, 100
	out.Legend.Top, out.Legend.Left = true, true
	for i, c := range curves {
		line, dots, err := plotter.NewLinePoints(c.XYs)
		if err != nil {
			return err
		}
		bars, err := plotter.NewYErrorBars(c)
		if err != nil {
			return err
		}
		line.Color, dots.Color, bars.Color = hue(i), hue(i), hue(i)
		dots.Shape, line.Width = draw.CircleGlyph{}, vg.Points(1.2)
		out.Add(line, dots, bars)
		out.Legend.Add(c.name, line)
	}
	out.Add(plotter.NewGrid())
	canvas := vgsvg.New(7*vg.Inch, 4*vg.Inch)
	out.Draw(draw.New(canvas))
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer f.Close()
	if _, err := canvas.WriteTo(f); err != nil {
		return err
	}
	return f.Close()
}

// hue gives neighbouring lines colours that are easy to tell apart (Okabe and Ito).
func hue(i int) color.Color {
	colors := []color.RGBA{
		{0, 114, 178, 255}, {213, 94, 0, 255}, {0, 158, 115, 255}, {204, 121, 167, 255},
		{230, 159, 0, 255}, {86, 180, 233, 255}, {0, 0, 0, 255},
	}
	return colors[i%len(colors)]
}
