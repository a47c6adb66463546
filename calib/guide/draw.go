package guide

import (
	"image"
	"image/color"

	"golang.org/x/image/font"
	"golang.org/x/image/font/basicfont"
	"golang.org/x/image/math/fixed"

	"hyt/calib/view"
)

// drawWidth is the least width of a drawing in pixels, for words to be read.
const drawWidth = 640

var (
	shown  = color.RGBA{60, 200, 80, 255}
	absent = color.RGBA{230, 60, 60, 255}
	marked = color.RGBA{255, 230, 0, 255}
)

// Draw is img with what is known: parts of the image that were shown are green,
// others red; so are the tilts, as bars at the side that the board has to face. now
// (optional) is the board in this image; says is a line of words.
func (g *Guide) Draw(img *image.Gray, now view.View, says string) *image.RGBA {
	w, h := img.Rect.Dx(), img.Rect.Dy()
	k := max(1, (drawWidth+w-1)/w)
	out := image.NewRGBA(image.Rect(0, 0, k*w, k*h))
	for y := range k * h {
		for x := range k * w {
			v := img.Pix[y/k*img.Stride+x/k]
			copy(out.Pix[out.PixOffset(x, y):], []uint8{v, v, v, 255})
		}
	}
	w, h = k*w, k*h
	rows, cols := len(g.cover.Cells), len(g.cover.Cells[0])
	for r, row := range g.cover.Cells {
		for c, n := range row {
			tint(out, image.Rect(c*w/cols, r*h/rows, (c+1)*w/cols, (r+1)*h/rows), pick(n > 0), 40)
		}
	}
	bar := max(6, h/40)
	for i, at := range [4]image.Rectangle{
		image.Rect(0, h/4, bar, 3*h/4), image.Rect(w-bar, h/4, w, 3*h/4),
		image.Rect(w/4, 0, 3*w/4, bar), image.Rect(w/4, h-bar, 3*w/4, h),
	} {
		tint(out, at, pick(g.cover.Faces[i]), 220)
	}
	for _, p := range now.Pixels {
		x, y := int((p.X+0.5)*float64(k)), int((p.Y+0.5)*float64(k))
		tint(out, image.Rect(x-2, y-2, x+3, y+3), marked, 255)
	}
	const line = 16
	tint(out, image.Rect(0, h-bar-line, w, h-bar), color.RGBA{A: 255}, 160)
	d := font.Drawer{Dst: out, Src: image.White, Face: basicfont.Face7x13, Dot: fixed.P(6, h-bar-4)}
	d.DrawString(says)
	return out
}

func pick(there bool) color.RGBA {
	if there {
		return shown
	}
	return absent
}

// tint lays a colour over a part of the image; alpha is 0 to 255.
func tint(img *image.RGBA, at image.Rectangle, c color.RGBA, alpha int) {
	at = at.Intersect(img.Rect)
	over := [3]int{int(c.R), int(c.G), int(c.B)}
	for y := at.Min.Y; y < at.Max.Y; y++ {
		row := img.Pix[img.PixOffset(at.Min.X, y):img.PixOffset(at.Max.X, y)]
		for i := 0; i < len(row); i += 4 {
			for k, v := range over {
				row[i+k] += uint8(alpha * (v - int(row[i+k])) / 255)
			}
		}
	}
}
