package imagemsg

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"strings"

	"hyt/msgs/sensor_msgs"
)

// maxPixels bounds a compressed image, whose few bytes may claim any size.
const maxPixels = 1 << 24

// file reads JPEG and PNG, and keeps the pixels' buffer.
type file struct {
	reader bytes.Reader
	rgb    []byte
}

// Compressed writes m to dst, as Image does. The file's first bytes decide whether
// it is read as JPEG or as PNG; its size is checked before its pixels are decoded.
// Errors name what is wrong; dst is unchanged then.
//
// Errors are *EncodingError, *SizeError or *CompressedError.
func (d *Decoder) Compressed(m *sensor_msgs.CompressedImage, dst []byte) error {
	if err := d.checkResult(dst); err != nil {
		return err
	}
	swapped, err := readFormat(m.Format)
	if err != nil {
		return err
	}
	src, err := d.file.read(m.Data)
	if err != nil {
		return err
	}
	if swapped && src.colour == rgb {
		src.red = 2 - src.red
	}
	return d.write(&src, dst)
}

// readFormat reads the format as image_transport writes it: "jpeg" or "png", or
// "ENCODING; jpeg compressed COLOURS", where ENCODING is that of the image before
// and COLOURS the order in which the encoder, which takes bgr, was given them. Where
// a colour image went in without becoming bgr, red and blue are swapped in the file.
func readFormat(format string) (swapped bool, err error) {
	before, codec, both := strings.Cut(format, ";")
	if !both {
		before, codec = "", format
	}
	kind, given, _ := strings.Cut(strings.TrimSpace(codec), " ")
	switch strings.ToLower(kind) {
	case "jpeg", "jpg", "png":
	default:
		return false, &CompressedError{Reason: fmt.Sprintf("format %q is not supported: publish jpeg or png", format)}
	}
	isColour := strings.HasPrefix(before, "rgb") || strings.HasPrefix(before, "bgr")
	return isColour && !strings.Contains(given, "compressed bgr"), nil
}

// read decodes a file. The source's pixels are valid until the next read.
func (f *file) read(data []byte) (source, error) {
	config, decode := jpeg.DecodeConfig, jpeg.Decode
	switch {
	case bytes.HasPrefix(data, []byte("\xff\xd8")):
	case bytes.HasPrefix(data, []byte("\x89PNG\r\n\x1a\n")):
		config, decode = png.DecodeConfig, png.Decode
	default:
		return source{}, &CompressedError{Reason: "the data is neither JPEG nor PNG"}
	}
	f.reader.Reset(data)
	defer f.reader.Reset(nil) // the message is not kept
	c, err := config(&f.reader)
	if err != nil {
		return source{}, &CompressedError{"the file's header cannot be read", err}
	}
	if c.Width < 1 || c.Height < 1 || c.Width > maxSide || c.Height > maxSide || c.Width*c.Height > maxPixels {
		return source{}, &SizeError{fmt.Sprintf("a compressed image of %dx%d pixels is not between 1 and %d on each side with at most %d together",
			c.Width, c.Height, maxSide, maxPixels)}
	}
	switch c.ColorModel {
	case color.Gray16Model, color.RGBA64Model, color.NRGBA64Model:
		return source{}, &CompressedError{Reason: "it has 16 bits a channel: publish 8 bits"}
	case color.CMYKModel:
		return source{}, &CompressedError{Reason: "it is made of printing inks (CMYK): publish RGB"}
	}
	f.reader.Reset(data)
	picture, err := decode(&f.reader)
	if err != nil {
		return source{}, &CompressedError{"the file cannot be decoded", err}
	}
	return f.source(picture)
}

// source is picture as rows of pixels.
func (f *file) source(picture image.Image) (source, error) {
	size := picture.Bounds().Size()
	s := source{width: size.X, height: size.Y}
	switch p := picture.(type) {
	case *image.Gray:
		s.layout, s.step, s.data = layout{bytes: 1, colour: grey}, p.Stride, p.Pix
	case *image.RGBA:
		s.layout, s.step, s.data = layout{bytes: 4}, p.Stride, p.Pix
	case *image.NRGBA:
		s.layout, s.step, s.data = layout{bytes: 4}, p.Stride, p.Pix
	case *image.YCbCr:
		s.layout, s.step, s.data = layout{bytes: 3}, 3*size.X, f.room(size)
		unfold(s.data, p)
	case *image.Paletted:
		s.layout, s.step, s.data = layout{bytes: 3}, 3*size.X, f.room(size)
		at := s.data
		for y := range size.Y {
			for _, i := range p.Pix[y*p.Stride:][:size.X] {
				c := color.NRGBAModel.Convert(p.Palette[i]).(color.NRGBA)
				at[0], at[1], at[2] = c.R, c.G, c.B
				at = at[3:]
			}
		}
	default:
		return s, &CompressedError{Reason: fmt.Sprintf("its pixels (%T) are not supported: publish 8-bit RGB or grey", picture)}
	}
	return s, nil
}

// room is a buffer for RGB8 of size.
func (f *file) room(size image.Point) []byte {
	n := size.X * size.Y * 3
	if cap(f.rgb) < n {
		f.rgb = make([]byte, n)
	}
	return f.rgb[:n]
}

// unfold writes p as RGB8.
func unfold(dst []byte, p *image.YCbCr) {
	size := p.Rect.Size()
	for y := range size.Y {
		row := p.Y[y*p.YStride:][:size.X]
		for x, luma := range row {
			c := p.COffset(x, y)
			q := dst[:3]
			q[0], q[1], q[2] = color.YCbCrToRGB(luma, p.Cb[c], p.Cr[c])
			dst = dst[3:]
		}
	}
}
