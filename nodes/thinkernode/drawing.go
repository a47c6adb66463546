package thinkernode

import (
	"image"
	"image/color"
	"math"
	"strings"

	"golang.org/x/image/font"
	"golang.org/x/image/font/basicfont"
	"golang.org/x/image/math/fixed"
)

// canvas is an RGB8 image that can be drawn on.
type canvas struct {
	width, height int
	rgb           []byte
}

func (c *canvas) ColorModel() color.Model { return color.RGBAModel }
func (c *canvas) Bounds() image.Rectangle { return image.Rect(0, 0, c.width, c.height) }

func (c *canvas) At(x, y int) color.Color {
	if !image.Pt(x, y).In(c.Bounds()) {
		return color.RGBA{}
	}
	p := c.rgb[3*(y*c.width+x):]
	return color.RGBA{p[0], p[1], p[2], 255}
}

// Set implements draw.Image.
func (c *canvas) Set(x, y int, to color.Color) {
	if !image.Pt(x, y).In(c.Bounds()) {
		return
	}
	r, g, b, _ := to.RGBA()
	p := c.rgb[3*(y*c.width+x):][:3]
	p[0], p[1], p[2] = byte(r>>8), byte(g>>8), byte(b>>8)
}

var (
	white  = color.RGBA{255, 255, 255, 255}
	yellow = color.RGBA{255, 220, 60, 255}
	green  = color.RGBA{60, 255, 90, 255}
	blue   = color.RGBA{90, 170, 255, 255}
	red    = color.RGBA{255, 70, 60, 255}
)

// line is a line of text.
type line struct {
	text   string
	colour color.Color
}

const (
	lineHeight = 14 // pixels
	letter     = 7  // pixels: the advance of basicfont.Face7x13
	border     = 4  // pixels
)

// write puts lines over a darkened band at the bottom, broken where they are too long.
// What has no room is left out, from the end.
func (c *canvas) write(lines []line) {
	var broken []line
	for _, l := range lines {
		for _, part := range wrap(l.text, (c.width-2*border)/letter) {
			broken = append(broken, line{part, l.colour})
		}
	}
	broken = broken[:min(len(broken), (c.height-2*border)/lineHeight)]
	top := c.height - len(broken)*lineHeight - 2*border
	if len(broken) > 0 {
		c.darken(top)
	}
	for i, l := range broken {
		c.text(border, top+border+i*lineHeight+basicfont.Face7x13.Ascent, l)
	}
}

// text writes a line whose base line begins at x, y.
func (c *canvas) text(x, y int, l line) {
	d := font.Drawer{Dst: c, Src: image.NewUniform(l.colour), Face: basicfont.Face7x13, Dot: fixed.P(x, y)}
	d.DrawString(l.text)
}

// darken makes all from row top on a third as bright.
func (c *canvas) darken(top int) {
	for i := 3 * max(0, top) * c.width; i < len(c.rgb); i++ {
		c.rgb[i] /= 3
	}
}

// mark draws a ring and a cross with a name at a place, u and v 0..1 of the image.
func (c *canvas) mark(u, v float64, name string, colour color.Color) {
	x, y := u*float64(c.width), v*float64(c.height)
	r := float64(min(c.width, c.height)) / 24
	for step := range 360 {
		s, k := math.Sincos(float64(step) * math.Pi / 180)
		for _, at := range []float64{r, r + 1} {
			c.Set(int(x+k*at), int(y+s*at), colour)
		}
	}
	for d := -r / 2; d <= r/2; d++ {
		c.Set(int(x+d), int(y), colour)
		c.Set(int(x), int(y+d), colour)
	}
	left := int(x + r + border)
	if wide := letter * len(name); left+wide > c.width {
		left = max(0, int(x-r)-border-wide)
	}
	c.text(left, max(int(y), basicfont.Face7x13.Ascent), line{name, colour})
}

// frame draws a border round the image.
func (c *canvas) frame(colour color.Color) {
	for w := range 3 {
		for x := range c.width {
			c.Set(x, w, colour)
			c.Set(x, c.height-1-w, colour)
		}
		for y := range c.height {
			c.Set(w, y, colour)
			c.Set(c.width-1-w, y, colour)
		}
	}
}

// wrap breaks a text at spaces into lines of at most so many letters; a longer word is
// broken where it must.
func wrap(text string, most int) (lines []string) {
	most = max(1, most)
	now := []rune{}
	for _, word := range strings.Fields(text) {
		w := []rune(word)
		if len(now) > 0 && len(now)+1+len(w) <= most {
			now = append(append(now, ' '), w...)
			continue
		}
		if len(now) > 0 {
			lines = append(lines, string(now))
		}
		for len(w) > most {
			lines = append(lines, string(w[:most]))
			w = w[most:]
		}
		now = w
	}
	if len(now) > 0 {
		lines = append(lines, string(now))
	}
	return lines
}
