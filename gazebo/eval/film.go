package eval

import (
	"cmp"
	"errors"
	"image"
	"image/color"
	"image/gif"
	"io"
	"slices"
	"strings"
	"time"

	"golang.org/x/image/font"
	"golang.org/x/image/font/basicfont"
	"golang.org/x/image/math/fixed"

	"hyt/gazebo/sim"
)

// Layout of a film, pixels.
const (
	charWidth   = 7
	lineHeight  = 14
	margin      = 6
	captionRows = 9
)

// Film collects an episode's pictures, each with a caption under it, and writes
// them as an animated GIF. It is not safe for concurrent use.
type Film struct {
	size    int // of the square picture
	frames  []filmFrame
	palette color.Palette // of the pictures
}

type filmFrame struct {
	picture *image.RGBA
	caption []string
	delay   time.Duration
}

// NewFilm starts a film with pictures of size x size pixels, for example 256.
func NewFilm(size int) *Film { return &Film{size: size} }

// Len returns the number of frames so far.
func (f *Film) Len() int { return len(f.frames) }

// Add appends one picture, shown for delay, with lines of caption under it; long
// lines are broken between words. The frame is copied, and scaled by repeating
// pixels where it is smaller than the film.
func (f *Film) Add(frame sim.Frame, delay time.Duration, caption ...string) error {
	if frame.Width <= 0 || frame.Height <= 0 || len(frame.RGB) != 3*frame.Width*frame.Height {
		return errors.New("film: the frame has no pixels, or not width x height x 3 bytes")
	}
	img := image.NewRGBA(image.Rect(0, 0, f.size, f.size))
	for y := range f.size {
		for x := range f.size {
			at := 3 * (y*frame.Height/f.size*frame.Width + x*frame.Width/f.size)
			p := frame.RGB[at : at+3]
			img.SetRGBA(x, y, color.RGBA{p[0], p[1], p[2], 255})
		}
	}
	f.frames = append(f.frames, filmFrame{img, caption, delay})
	return nil
}

// WriteGIF writes the film; it repeats for ever. It needs at least one frame.
func (f *Film) WriteGIF(w io.Writer) error {
	if len(f.frames) == 0 {
		return errors.New("film: no frames to write")
	}
	f.palette = f.commonColors()
	out := &gif.GIF{}
	nearest := map[color.RGBA]uint8{}
	for _, frame := range f.frames {
		out.Image = append(out.Image, f.draw(frame, nearest))
		out.Delay = append(out.Delay, int(frame.delay/(10*time.Millisecond)))
	}
	return gif.EncodeAll(w, out)
}

// draw puts picture and caption on one paletted image. Nearest remembers the
// palette's index of colours met before.
func (f *Film) draw(frame filmFrame, nearest map[color.RGBA]uint8) *image.Paletted {
	height := f.size + captionRows*lineHeight + margin
	img := image.NewPaletted(image.Rect(0, 0, f.size, height), f.palette)
	for y := range f.size {
		for x := range f.size {
			c := frame.picture.RGBAAt(x, y)
			k, ok := nearest[c]
			if !ok {
				k = uint8(f.palette.Index(c))
				nearest[c] = k
			}
			img.SetColorIndex(x, y, k)
		}
	}
	pen := font.Drawer{Dst: img, Src: image.White, Face: basicfont.Face7x13}
	for i, line := range wrap(frame.caption, (f.size-2*margin)/charWidth) {
		if i == captionRows {
			break
		}
		pen.Dot = fixed.P(margin, f.size+lineHeight*(i+1))
		pen.DrawString(line)
	}
	return img
}

// wrap breaks lines between words so that each has at most width characters.
func wrap(lines []string, width int) []string {
	var out []string
	for _, line := range lines {
		row := ""
		for _, word := range strings.Fields(line) {
			switch {
			case row == "":
				row = word
			case len(row)+1+len(word) <= width:
				row += " " + word
			default:
				out, row = append(out, row), word
			}
		}
		out = append(out, row)
	}
	return out
}

// commonColors returns black and white (the caption's, black first: index 0 is
// the background) and the pictures' most frequent colours, in steps of 8.
func (f *Film) commonColors() color.Palette {
	count := map[color.RGBA]int{}
	for _, frame := range f.frames {
		pix := frame.picture.Pix
		for i := 0; i < len(pix); i += 4 {
			count[color.RGBA{pix[i]&^7 | 4, pix[i+1]&^7 | 4, pix[i+2]&^7 | 4, 255}]++
		}
	}
	colors := make([]color.RGBA, 0, len(count))
	for c := range count {
		colors = append(colors, c)
	}
	slices.SortFunc(colors, func(a, b color.RGBA) int {
		return cmp.Or(cmp.Compare(count[b], count[a]), // frequent first, ties by value: the same film each time
			cmp.Compare(a.R, b.R), cmp.Compare(a.G, b.G), cmp.Compare(a.B, b.B))
	})
	p := color.Palette{color.Black, color.White}
	for _, c := range colors[:min(len(colors), 254)] {
		p = append(p, c)
	}
	return p
}

// end keeps the last picture longer and adds a line to its caption.
func (f *Film) end(delay time.Duration, line string) {
	last := &f.frames[len(f.frames)-1]
	last.delay = delay
	last.caption = append(last.caption, line)
}
