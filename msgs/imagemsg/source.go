package imagemsg

import (
	"fmt"
	"math"

	"hyt/msgs/sensor_msgs"
)

// layout says how pixels lie in bytes.
type layout struct {
	name   string // as messages write it
	bytes  int    // from a pixel to the next
	red    int    // the byte that holds red; green is byte 1, blue is byte 2-red
	colour colour
}

type colour uint8

const (
	rgb   colour = iota // red, green, blue, or the reverse, and perhaps alpha
	grey                // one byte
	uyvy                // two pixels share colour: U Y V Y
	yuyv                // Y U Y V
	count               // how many there are
)

// layouts are sensor_msgs' image encodings that are read (image_encodings.hpp);
// alpha is ignored. uyvy and yuyv are the newer names of yuv422 and yuv422_yuy2.
var layouts = [...]layout{
	{"rgb8", 3, 0, rgb},
	{"bgr8", 3, 2, rgb},
	{"rgba8", 4, 0, rgb},
	{"bgra8", 4, 2, rgb},
	{"mono8", 1, 0, grey},
	{"yuv422", 2, 0, uyvy},
	{"uyvy", 2, 0, uyvy},
	{"yuv422_yuy2", 2, 0, yuyv},
	{"yuyv", 2, 0, yuyv},
}

func layoutOf(encoding string) (layout, error) {
	for _, l := range layouts {
		if l.name == encoding {
			return l, nil
		}
	}
	return layout{}, &EncodingError{encoding}
}

// sharesColour tells whether pixels come in pairs.
func (l *layout) sharesColour() bool { return l.colour == uyvy || l.colour == yuyv }

// source is an image whose header was checked against its data.
type source struct {
	layout
	width, height, step int
	data                []byte
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
	if l.sharesColour() && m.Width%2 != 0 {
		return source{}, &SizeError{fmt.Sprintf("a width of %d is odd, and %s pixels come in pairs", m.Width, m.Encoding)}
	}
	s := source{l, int(m.Width), int(m.Height), int(m.Step), m.Data}
	row := s.width * s.bytes
	if s.step < row {
		return source{}, &SizeError{fmt.Sprintf("a step of %d bytes is less than a row of %d %s pixels (%d bytes)", s.step, s.width, m.Encoding, row)}
	}
	// The last row need not be padded.
	if want := s.step*(s.height-1) + row; len(s.data) < want {
		return source{}, &TruncatedError{len(s.data), want}
	}
	return s, nil
}

// pixel is the three values of a pixel, in the order of its bytes; Y, U, V for
// those that share colour.
func (s *source) pixel(x, y int) (a, b, c byte) {
	switch s.colour {
	case grey:
		v := s.data[y*s.step+x]
		return v, v, v
	case uyvy:
		p := s.data[y*s.step+x/2*4:][:4]
		return p[1+x%2*2], p[0], p[2]
	case yuyv:
		p := s.data[y*s.step+x/2*4:][:4]
		return p[x%2*2], p[1], p[3]
	}
	p := s.data[y*s.step+x*s.bytes:][:3]
	return p[0], p[1], p[2]
}

// copyTo converts a part of width x height pixels one to one.
func (s *source) copyTo(dst []byte, left, top, width, height int) {
	for y := range height {
		from := s.data[(top+y)*s.step+left*s.bytes:]
		to := dst[y*width*3 : (y+1)*width*3]
		switch {
		case s.colour == rgb && s.bytes == 3 && s.red == 0:
			copy(to, from)
		case s.colour == rgb:
			for x := 0; x+3 <= len(to); x += 3 {
				p, q := from[:3], to[x:x+3]
				q[0], q[1], q[2] = p[s.red], p[1], p[2-s.red]
				from = from[min(s.bytes, len(from)):]
			}
		case s.colour == grey:
			for x, v := range from[:width] {
				q := to[3*x : 3*x+3]
				q[0], q[1], q[2] = v, v, v
			}
		default:
			w := weightsOf(1)
			for x := range width {
				y, u, v := s.pixel(left+x, top+y)
				w.put((*[3]byte)(to[3*x:]), int64(y), int64(u), int64(v))
			}
		}
	}
}

// box is a part of an image, in pixels; its edges may lie inside of pixels.
type box struct{ left, top, right, bottom float64 }

// part turns fractions into pixels. What is meant to be whole is: 0.9 of 640 pixels
// is 576.
func (s *source) part(crop [4]float64) box {
	w, h := float64(s.width), float64(s.height)
	return box{snap(crop[0] * w), snap(crop[1] * h), snap(crop[2] * w), snap(crop[3] * h)}
}

func snap(v float64) float64 {
	if r := math.Round(v); math.Abs(r-v) < 1e-9 {
		return r
	}
	return v
}

// isGrid tells whether b is width x height whole pixels, and where they begin.
func (b box) isGrid(width, height int) (left, top int, ok bool) {
	left, top = int(b.left), int(b.top)
	return left, top, b == box{float64(left), float64(top), float64(left + width), float64(top + height)}
}
