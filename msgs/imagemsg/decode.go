// Package imagemsg turns sensor_msgs/msg/Image and CompressedImage into the
// pixels that a model sees. Training (from bags) and running (from a camera) both
// use it, so that a model meets the same picture in both.
//
// A picture of the model's own size is copied. Others are shrunk or grown by area:
// each pixel is the mean of what it covers, in whole numbers, rounded to nearest.
// The work goes by rows, from the message's bytes to the model's: sum.go adds the
// rows under one row of the result, eight bytes at a time (wide.go: 32, where the
// processor can); average.go adds those sums across and divides. A camera's lens is
// taken out on the way (rectify.go).
package imagemsg

import (
	"fmt"

	"hyt/msgs/sensor_msgs"
)

// maxSide bounds an image's width and height, in pixels.
const maxSide = 1 << 15

// Decoder turns the images of one camera into the pixels of one model. It keeps
// tables and buffers for the size that it saw last, so that a stream of like
// images is decoded without allocating. It is not for concurrent use.
type Decoder struct {
	width, height int
	crop          [4]float64
	plan          plan
	lens          *lens // nil: images are used as they are
	file          file
}

// NewDecoder makes a decoder whose results are RGB8: height rows of width pixels.
// crop is the part of an image to take: left, top, right, bottom as fractions
// 0..1 of its size; the zero value takes all of it.
//
// Errors are *SizeError.
func NewDecoder(width, height int, crop [4]float64) (*Decoder, error) {
	d, err := newDecoder(width, height, crop)
	if err != nil {
		return nil, err
	}
	return &d, nil
}

func newDecoder(width, height int, crop [4]float64) (Decoder, error) {
	if crop == [4]float64{} {
		crop = [4]float64{0, 0, 1, 1}
	}
	inside := crop[0] >= 0 && crop[1] >= 0 && crop[2] <= 1 && crop[3] <= 1
	if !inside || !(crop[0] < crop[2]) || !(crop[1] < crop[3]) {
		return Decoder{}, &SizeError{fmt.Sprintf("crop %v is not left, top, right, bottom between 0 and 1", crop)}
	}
	if width <= 0 || height <= 0 || width > maxSide || height > maxSide {
		return Decoder{}, &SizeError{fmt.Sprintf("a result of %dx%d pixels is not between 1 and %d on each side", width, height, maxSide)}
	}
	return Decoder{width: width, height: height, crop: crop}, nil
}

// Image writes m to dst, which has 3*width*height bytes and is not kept. On error
// dst is unchanged.
//
// Errors are *EncodingError, *SizeError or *TruncatedError.
func (d *Decoder) Image(m *sensor_msgs.Image, dst []byte) error {
	if err := d.checkResult(dst); err != nil {
		return err
	}
	src, err := check(m)
	if err != nil {
		return err
	}
	return d.write(&src, dst)
}

// Decode is Image of a new Decoder: for single images, and for those that need no
// resizing, which it copies without allocating.
func Decode(m *sensor_msgs.Image, width, height int, crop [4]float64, dst []byte) error {
	d, err := newDecoder(width, height, crop)
	if err != nil {
		return err
	}
	return d.Image(m, dst)
}

// Rectify makes d take the lens out of the images that follow, as info says; nil
// uses them as they are. The result is what a crop and resize of the rectified
// image would give: image_proc's image_rect, black where the camera saw nothing.
// It is cheap to call with each camera_info: only news cost anything. The map
// itself is computed with the next image. On error d is as before.
//
// Errors are *CalibrationError.
func (d *Decoder) Rectify(info *sensor_msgs.CameraInfo) error {
	if info == nil {
		d.lens = nil
		return nil
	}
	if d.lens != nil && d.lens.isOf(info) {
		return nil
	}
	l, err := newLens(info)
	if err != nil {
		return err
	}
	d.lens = l
	return nil
}

func (d *Decoder) checkResult(dst []byte) error {
	if len(dst) != d.width*d.height*3 {
		return &SizeError{fmt.Sprintf("%d bytes cannot hold %dx%d pixels of RGB8", len(dst), d.width, d.height)}
	}
	return nil
}

// write writes the wanted part of src to dst.
func (d *Decoder) write(src *source, dst []byte) error {
	box := src.part(d.crop)
	if d.lens != nil {
		if err := d.lens.fit(src, box, d.width, d.height); err != nil {
			return err
		}
		d.lens.writeTo(dst, src)
		return nil
	}
	if x, y, ok := box.isGrid(d.width, d.height); ok {
		src.copyTo(dst, x, y, d.width, d.height)
		return nil
	}
	d.plan.fit(src, box, d.width, d.height)
	d.plan.writeTo(dst, src)
	return nil
}
