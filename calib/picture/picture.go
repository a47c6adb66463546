// Package picture turns what cameras and files give into the grey images that
// calibration looks at.
package picture

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	_ "image/jpeg" // formats that images may have
	_ "image/png"

	"hyt/msgs/imagemsg"
	"hyt/msgs/sensor_msgs"
)

// maxPixels bounds what is decoded, so that a false header takes no memory.
const maxPixels = 1 << 27

// File reads a PNG or JPEG file, which a sensor_msgs/CompressedImage holds, too.
func File(data []byte) (*image.Gray, error) {
	c, _, err := image.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("no PNG or JPEG image: %w", err)
	}
	if c.Width*c.Height > maxPixels {
		return nil, fmt.Errorf("%d x %d pixels are too many", c.Width, c.Height)
	}
	img, _, err := image.Decode(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("damaged image: %w", err)
	}
	return Gray(img), nil
}

// Message is the brightness of an image message in its own size. It shares no
// memory with m.
func Message(m *sensor_msgs.Image) (*image.Gray, error) {
	w, h := int(m.Width), int(m.Height)
	if w <= 0 || h <= 0 || w > maxPixels/h {
		return nil, fmt.Errorf("%d x %d pixels cannot be", w, h)
	}
	rgb := make([]byte, 3*w*h)
	if err := imagemsg.Decode(m, w, h, [4]float64{}, rgb); err != nil {
		return nil, err
	}
	return RGB(rgb, w, h), nil
}

// RGB is the brightness of w x h pixels of three bytes, red first.
func RGB(rgb []byte, w, h int) *image.Gray {
	g := image.NewGray(image.Rect(0, 0, w, h))
	for i := range g.Pix {
		r, gr, b := uint32(rgb[3*i]), uint32(rgb[3*i+1]), uint32(rgb[3*i+2])
		g.Pix[i] = uint8((299*r + 587*gr + 114*b + 500) / 1000) // ITU-R BT.601
	}
	return g
}

// Gray returns an image's brightness, its first pixel at (0, 0). It shares
// memory with img where that is grey already.
func Gray(img image.Image) *image.Gray {
	r := img.Bounds()
	if g, ok := img.(*image.Gray); ok && r.Min == (image.Point{}) {
		return g
	}
	g := image.NewGray(image.Rect(0, 0, r.Dx(), r.Dy()))
	switch src := img.(type) {
	case *image.YCbCr: // what JPEG decodes to: its Y is the brightness
		for y := range r.Dy() {
			at := src.YOffset(r.Min.X, r.Min.Y+y)
			copy(g.Pix[y*g.Stride:], src.Y[at:at+r.Dx()])
		}
	default:
		for y := range r.Dy() {
			for x := range r.Dx() {
				g.SetGray(x, y, color.GrayModel.Convert(img.At(r.Min.X+x, r.Min.Y+y)).(color.Gray))
			}
		}
	}
	return g
}
