package target

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
)

// A simulated board is a mosaic of black and white tiles that lie side by side: one
// plane, so that nothing flickers or casts its edge on its neighbour.
const (
	tileDepth  = 1e-4 // metres
	plateDepth = 2e-3 // metres, of the white plate behind
)

// WriteSDF writes the board as an SDF model that any simulator can load: its link's
// frame is the board's, its face at z = 0 turned towards -z.
func (b Board) WriteSDF(w io.Writer) error {
	if err := b.Validate(); err != nil {
		return err
	}
	lo, hi := b.Extent()
	// White wide enough that what lies behind is not mistaken for the board.
	m := max(b.Margin(), b.Size/2)
	x0, y0, x1, y1 := lo.X-m, lo.Y-m, hi.X+m, hi.Y+m
	var s strings.Builder
	fmt.Fprintf(&s, "<?xml version=\"1.0\"?>\n<!-- %s, made by hyt calib target. -->\n<sdf version=\"1.6\">\n  <model name=\"calibration_board\">\n    <static>true</static>\n    <link name=\"board\">\n", b)
	box := func(tag, name, grey string, left, top, right, low, near, depth float64) {
		fmt.Fprintf(&s, "      <%s name=\"%s\"><pose>%.7f %.7f %.7f 0 0 0</pose><geometry><box><size>%.7f %.7f %.7f</size></box></geometry>", tag, name,
			(left+right)/2, (top+low)/2, near+depth/2, right-left, low-top, depth)
		if grey != "" {
			fmt.Fprintf(&s, "<material><ambient>%[1]s 1</ambient><diffuse>%[1]s 1</diffuse><specular>0 0 0 1</specular></material>", grey)
		}
		fmt.Fprintf(&s, "</%s>\n", tag)
	}
	const white, black = "0.9 0.9 0.9", "0.05 0.05 0.05"
	box("collision", "plate", "", x0, y0, x1, y1, 0, tileDepth+plateDepth)
	box("visual", "plate", white, x0, y0, x1, y1, tileDepth, plateDepth)
	n := 0
	for _, t := range b.tiles(x0, y0, x1, y1) {
		grey := white
		if t.black {
			grey = black
		}
		box("visual", fmt.Sprintf("tile%d", n), grey, t.x, t.y, t.x+t.w, t.y+t.h, 0, tileDepth)
		n++
	}
	s.WriteString("    </link>\n  </model>\n</sdf>\n")
	_, err := io.WriteString(w, s.String())
	return err
}

// tile is a part of the board of one colour, in metres.
type tile struct {
	rect
	black bool
}

// tiles covers the rectangle without gaps or overlaps.
func (b Board) tiles(x0, y0, x1, y1 float64) (ts []tile) {
	xs, ys := []float64{x0, x1}, []float64{y0, y1}
	for _, r := range b.rects(0, 0) { // millimetres from the board's origin
		xs = append(xs, r.x/1e3, (r.x+r.w)/1e3)
		ys = append(ys, r.y/1e3, (r.y+r.h)/1e3)
	}
	xs, ys = edges(xs), edges(ys)
	for j := range len(ys) - 1 {
		first := len(ts)
		for i := range len(xs) - 1 {
			t := tile{rect{xs[i], ys[j], xs[i+1] - xs[i], ys[j+1] - ys[j]}, b.Black((xs[i]+xs[i+1])/2, (ys[j]+ys[j+1])/2)}
			if k := len(ts) - 1; k >= first && ts[k].black == t.black {
				ts[k].w += t.w // neighbours of one colour are one tile
				continue
			}
			ts = append(ts, t)
		}
	}
	return ts
}

// edges sorts edges and leaves those out that are the same but for rounding.
func edges(vs []float64) []float64 {
	slices.Sort(vs)
	return slices.CompactFunc(vs, func(a, b float64) bool { return math.Abs(a-b) < 1e-7 })
}
