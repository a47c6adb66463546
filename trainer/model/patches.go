package model

// The first convolution (5x5, stride 2) is trained as a matrix product over
// unfolded windows, because stride-2 convolutions have no gradient on the
// training backend. The exported graph has the convolution.
const (
	Window     = 5                          // pixels a side
	Stride     = 2                          // pixels
	Border     = 2                          // zeros before the first pixel; one less is needed after the last
	stemSide   = ImageSide / Stride         // windows a side
	stemTokens = stemSide * stemSide        // windows an image
	patchLen   = Window * Window * Channels // numbers a window: row, column, channel
)

// Look is how an image is changed before the network sees it. The zero Look leaves
// it as it is.
type Look struct {
	Gain, Bias [Channels]float32 // each channel is multiplied by 1+Gain and moved by Bias (of -1..1 values)
	Shift      [2]int            // pixels to the right and down; the edge is repeated
	Cut        [4]int            // left, top, right, bottom of what is painted over with grey, pixels
}

// Pixel value 0..255 → -1..1: what the network and the exported graph use.
const PixelScale, PixelShift = 1.0 / 127.5, -1.0

// Unfold writes the windows of an RGB8 image of ImageSide x ImageSide to dst,
// stemTokens x patchLen, as values of -1..1. Outside the image there is 0.
func Unfold(dst []float32, image []byte, look Look) {
	var table [Channels][256]float32
	for ch := range table {
		gain := 1 + look.Gain[ch]
		for v := range table[ch] {
			table[ch][v] = (float32(v)*PixelScale+PixelShift)*gain + look.Bias[ch]
		}
	}
	// One converted image with its border first, then plain copies of rows.
	const wide = ImageSide + 2*Border
	var padded [wide * wide * Channels]float32
	for y := range ImageSide {
		src := image[clamp(y-look.Shift[1])*ImageSide*Channels:][:ImageSide*Channels]
		row := padded[((y+Border)*wide+Border)*Channels:][:ImageSide*Channels]
		for x := range ImageSide {
			from := src[clamp(x-look.Shift[0])*Channels:][:Channels]
			to := row[x*Channels:][:Channels]
			to[0], to[1], to[2] = table[0][from[0]], table[1][from[1]], table[2][from[2]]
		}
	}
	for y := look.Cut[1]; y < look.Cut[3]; y++ {
		clear(padded[((y+Border)*wide+Border+look.Cut[0])*Channels:][:(look.Cut[2]-look.Cut[0])*Channels])
	}
	const run = Window * Channels
	for wy := range stemSide {
		for wx := range stemSide {
			out := dst[(wy*stemSide+wx)*patchLen:][:patchLen]
			from := ((wy*Stride)*wide + wx*Stride) * Channels
			for k := range Window {
				copy(out[k*run:][:run], padded[from+k*wide*Channels:][:run])
			}
		}
	}
}

// clamp is the nearest pixel of the image in one axis.
func clamp(at int) int { return max(0, min(at, ImageSide-1)) }
