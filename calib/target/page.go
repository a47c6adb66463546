package target

import (
	"fmt"
	"io"
	"path/filepath"
	"strings"
)

// Paper is a sheet in millimetres, upright.
type Paper struct {
	Name          string
	Width, Height float64
}

// Papers are the sheets that pages can be made for.
var Papers = []Paper{{"a4", 210, 297}, {"a3", 297, 420}, {"letter", 215.9, 279.4}}

// PaperNamed finds a sheet by its name.
func PaperNamed(name string) (Paper, error) {
	for _, p := range Papers {
		if strings.EqualFold(name, p.Name) {
			return p, nil
		}
	}
	return Paper{}, fmt.Errorf("paper %q is not known: take a4, a3 or letter", name)
}

// A page keeps edge millimetres clear, which printers cannot reach, and a foot
// of footHeight below the board for the caption and the ruler.
const (
	edge       = 7.0
	footHeight = 9.0
	rulerMM    = 100.0
)

// rect is black, in millimetres from the upper left of the page.
type rect struct{ x, y, w, h float64 }

// Page is a board placed on a sheet, ready to be written.
type Page struct {
	board         Board
	width, height float64 // mm, the sheet turned as the board fits best
	black         []rect
	ruler         rect // exactly rulerMM wide
	caption       string
	captionAt     [2]float64 // its baseline's start
}

// NewPage places a board in the middle of a sheet, upright or turned. It fails
// where the board does not fit, and says the size that would.
func NewPage(b Board, paper Paper) (*Page, error) {
	if err := b.Validate(); err != nil {
		return nil, err
	}
	w, h := paper.Width, paper.Height
	need := func(b Board) (float64, float64) {
		lo, hi := b.Extent()
		more := 2 * max(0, 1e3*b.Margin()-edge) // the edge is white, too
		return 1e3*(hi.X-lo.X) + more, 1e3*(hi.Y-lo.Y) + more
	}
	bw, bh := need(b)
	if (bw > bh) != (w > h) {
		w, h = h, w
	}
	roomX, roomY := w-2*edge, h-2*edge-footHeight
	if fit := min(roomX/bw, roomY/bh); fit < 1 {
		return nil, fmt.Errorf("a %s needs %.0f x %.0f mm, and %s has room for %.0f x %.0f mm: take a larger sheet or at most --size %.1f",
			b, bw, bh, paper.Name, roomX, roomY, floorTenth(1e3*b.Size*fit))
	}
	p := &Page{board: b, width: w, height: h}
	lo, hi := b.Extent()
	p.black = b.rects(w/2-500*(lo.X+hi.X), edge+roomY/2-500*(lo.Y+hi.Y))
	foot := h - edge
	p.ruler = rect{edge, foot - 2, rulerMM, 0.5}
	p.captionAt = [2]float64{edge, foot - 5}
	p.caption = fmt.Sprintf("%s; print at 100 %%; the line below must measure %.0f mm", b, rulerMM)
	return p, nil
}

func floorTenth(v float64) float64 { return float64(int(10*v)) / 10 }

// rects lists the black of the board, its origin at (x0, y0) on the page.
func (b Board) rects(x0, y0 float64) (rs []rect) {
	if b.Kind == AprilTags {
		for id := range b.Tags() {
			at, _ := b.TagCorners(id)
			rs = append(rs, tagRects(x0+1e3*at[0].X, y0+1e3*at[0].Y, 1e3*b.Size*tagCell, func(x, y int) bool { return tagBlack(id, x, y) })...)
		}
		return rs
	}
	s := 1e3 * b.Size
	for r := range b.Rows {
		for c := range b.Cols {
			if (r+c)%2 == 0 {
				rs = append(rs, rect{x0 + float64(c-1)*s, y0 + float64(r-1)*s, s, s})
			} else if b.Kind == ChArUco {
				x, y := b.tagOrigin(r, c)
				rs = append(rs, tagRects(x0+1e3*x, y0+1e3*y, b.Marker*s*tagCell, func(x, y int) bool { return b.tagCellBlack(r, c, x, y) })...)
			}
		}
	}
	return rs
}

// tagRects is the black of a tag with its upper left at (x0, y0).
func tagRects(x0, y0, cell float64, black func(x, y int) bool) (rs []rect) {
	for y := range tagCells {
		// Cells that touch are one rectangle: viewers draw hairs between neighbours.
		for x := 0; x < tagCells; x++ {
			first := x
			for x < tagCells && black(x, y) {
				x++
			}
			if x > first {
				rs = append(rs, rect{x0 + float64(first)*cell, y0 + float64(y)*cell, float64(x-first) * cell, cell})
			}
		}
	}
	return rs
}

// Formats are the file types that a page can be written as, by extension.
var Formats = map[string]func(*Page, io.Writer) error{".svg": (*Page).WriteSVG, ".pdf": (*Page).WritePDF}

// FormatOf returns the writer for a file name.
func FormatOf(name string) (func(*Page, io.Writer) error, error) {
	if write, ok := Formats[strings.ToLower(filepath.Ext(name))]; ok {
		return write, nil
	}
	return nil, fmt.Errorf("%s is neither .svg nor .pdf: boards are printed from one of these", name)
}

// WriteSVG writes the page with its true size in millimetres.
func (p *Page) WriteSVG(w io.Writer) error {
	var s strings.Builder
	fmt.Fprintf(&s, `<svg xmlns="http://www.w3.org/2000/svg" width="%gmm" height="%gmm" viewBox="0 0 %g %g">`+"\n", p.width, p.height, p.width, p.height)
	fmt.Fprintf(&s, "<title>%s</title>\n<rect width=\"%g\" height=\"%g\" fill=\"#fff\"/>\n", p.board, p.width, p.height)
	fmt.Fprintf(&s, `<g fill="#000" shape-rendering="crispEdges">`+"\n")
	for _, r := range append(p.black[:len(p.black):len(p.black)], p.ruler) {
		fmt.Fprintf(&s, "<rect x=\"%.4f\" y=\"%.4f\" width=\"%.4f\" height=\"%.4f\"/>\n", r.x, r.y, r.w, r.h)
	}
	fmt.Fprintf(&s, "</g>\n<text x=\"%g\" y=\"%g\" font-family=\"sans-serif\" font-size=\"3.2\">%s</text>\n</svg>\n", p.captionAt[0], p.captionAt[1], p.caption)
	_, err := io.WriteString(w, s.String())
	return err
}
