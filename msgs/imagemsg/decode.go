// Package imagemsg turns sensor_msgs/msg/Image into the pixels that a model
// sees. Training (from bags) and running (from a camera) both use it, so that a
// model meets the same picture in both.
package imagemsg

import (
	"fmt"

	"hyt/msgs/sensor_msgs"
)

// EncodingError says that an image's encoding cannot be read.
type EncodingError struct{ Encoding string }

func (e *EncodingError) Error() string {
	return fmt.Sprintf("image encoding %q is not supported: publish rgb8, bgr8 or mono8", e.Encoding)
}

// SizeError says that an image's measures make no sense.
type SizeError struct{ Reason string }

func (e *SizeError) Error() string { return "image size: " + e.Reason }

// TruncatedError says that an image has fewer bytes than its header promises.
type TruncatedError struct{ Have, Want int }

func (e *TruncatedError) Error() string {
	return fmt.Sprintf("image data is truncated: %d bytes of %d", e.Have, e.Want)
}

// maxSide bounds an image's width and height, in pixels.
const maxSide = 1 << 15

// layout is where a pixel's red, green and blue lie.
type layout struct {
	channels         int
	red, green, blue int
}

func layoutOf(encoding string) (layout, error) {
	switch encoding {
	case "rgb8":
		return layout{3, 0, 1, 2}, nil
	case "bgr8":
		return layout{3, 2, 1, 0}, nil
	case "mono8":
		return layout{1, 0, 0, 0}, nil
	}
	return layout{}, &EncodingError{encoding}
}

// source is an image whose header was checked against its data.
type source struct {
	layout
	width, height, step int
	data                []byte
}

// Decode writes m to dst as RGB8: height rows of width pixels, height*width*3
// bytes. crop is the part of m to take: left, top, right, bottom as fractions
// 0..1 of its size; the zero value takes all of it. A part of another size is
// resized by area averaging. Decode allocates nothing unless it fails; on error
// dst is unchanged.
//
// Errors are *EncodingError, *SizeError or *TruncatedError.
func Decode(m *sensor_msgs.Image, width, height int, crop [4]float64, dst []byte) error {
	if width <= 0 || height <= 0 || len(dst) != width*height*3 {
		return &SizeError{fmt.Sprintf("%d bytes cannot hold %dx%d pixels of RGB8", len(dst), width, height)}
	}
	src, err := check(m)
	if err != nil {
		return err
	}
	box, err := src.part(crop)
	if err != nil {
		return err
	}
	if box.isWhole(src) && src.width == width && src.height == height {
		src.copyTo(dst)
		return nil
	}
	src.resizeTo(dst, width, height, box)
	return nil
}

// check compares m's header with its data.
func check(m *sensor_msgs.Image) (source, error) {
	l, err := layoutOf(m.Encoding)
	if err != nil {
		return source{}, err
	}
	if m.Width == 0 || m.Height == 0 || m.Width > maxSide || m.Height > maxSide {
		return source{}, &SizeError{fmt.Sprintf("%dx%d pixels are not between 1 and %d on each side", m.Width, m.Height, maxSide)}
	}
	s := source{l, int(m.Width), int(m.Height), int(m.Step), m.Data}
	row := s.width * s.channels
	if s.step < row {
		return source{}, &SizeError{fmt.Sprintf("a step of %d bytes is less than a row of %d %s pixels (%d bytes)", s.step, s.width, m.Encoding, row)}
	}
	// The last row need not be padded.
	if want := s.step*(s.height-1) + row; len(s.data) < want {
		return source{}, &TruncatedError{len(s.data), want}
	}
	return s, nil
}

// copyTo converts the pixels one to one.
func (s *source) copyTo(dst []byte) {
	row := s.width * 3
	for y := range s.height {
		from, to := s.data[y*s.step:], dst[y*row:(y+1)*row]
		if s.channels == 3 && s.red == 0 {
			copy(to, from)
			continue
		}
		for x := range s.width {
			p := from[x*s.channels:]
			to[3*x], to[3*x+1], to[3*x+2] = p[s.red], p[s.green], p[s.blue]
		}
	}
}
