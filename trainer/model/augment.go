package model

import (
	"fmt"
	"math/rand/v2"
)

// Augment says how pictures are changed before they are learned, each anew every
// time it is shown.
type Augment struct {
	Colour float64 `yaml:"colour"` // channels are scaled and moved by up to this share, 0..0.5
	Shift  int     `yaml:"shift"`  // pixels that the picture is moved by, at most; the edge is repeated
	Cut    float64 `yaml:"cut"`    // share of the pictures of which a rectangle is painted over
}

// DefaultAugment recolours a little.
func DefaultAugment() Augment { return Augment{Colour: 0.1} }

// Validate says which value is impossible.
func (a Augment) Validate() error {
	switch {
	case !(a.Colour >= 0 && a.Colour <= 0.5):
		return fmt.Errorf("augment.colour is %g, must be 0 to 0.5", a.Colour)
	case a.Shift < 0 || a.Shift > ImageSide/8:
		return fmt.Errorf("augment.shift is %d pixels, must be 0 to %d", a.Shift, ImageSide/8)
	case !(a.Cut >= 0 && a.Cut <= 1):
		return fmt.Errorf("augment.cut is %g, must be 0 to 1", a.Cut)
	}
	return nil
}

// largestCut is the longest side of a rectangle that is painted over, pixels: a
// thing on the table is about as large.
const largestCut = ImageSide / 6

// Draw draws a Look.
func (a Augment) Draw(r *rand.Rand) Look {
	look := recolour(r, a.Colour)
	if a.Shift > 0 {
		look.Shift = [2]int{r.IntN(2*a.Shift+1) - a.Shift, r.IntN(2*a.Shift+1) - a.Shift}
	}
	if a.Cut > 0 && r.Float64() < a.Cut {
		w, h := 1+r.IntN(largestCut), 1+r.IntN(largestCut)
		x, y := r.IntN(ImageSide-w), r.IntN(ImageSide-h)
		look.Cut = [4]int{x, y, x + w, y + h}
	}
	return look
}

// recolour draws a change of colours: one for all channels and a smaller one for
// each.
func recolour(r *rand.Rand, share float64) Look {
	var look Look
	if share == 0 {
		return look
	}
	draw := func(s float64) float32 { return float32((2*r.Float64() - 1) * s) }
	gain, bias := draw(share), draw(share)
	for ch := range Channels {
		look.Gain[ch] = gain + draw(share/3)
		look.Bias[ch] = bias + draw(share/3)
	}
	return look
}
