package imagemsg

import (
	"fmt"
	"math"
)

// remap says where the samples of each pixel of a result lie in the image as sent:
// as many as it covers rectified pixels, up to maxSamples across and down. Each is
// read between its four neighbours.
type remap struct {
	box     box
	out     [2]int // width and height of the result that samples are for
	each    int    // samples of a pixel
	samples []sample
}

const maxSamples = 8

// sample is a place between four pixels: x, y is the upper left one, and right and
// down are how far it is towards the others, in 1/256 pixel.
type sample struct{ x, y, right, down uint16 }

// nowhere is a sample that the camera does not see.
var nowhere = sample{right: math.MaxUint16}

// fit computes the map, unless it is there. b is a part of the rectified image.
func (l *lens) fit(src *source, b box, width, height int) error {
	if src.width != l.width || src.height != l.height {
		return &SizeError{fmt.Sprintf("the camera_info is for %dx%d pixels, and the image has %dx%d: publish the one that belongs to it",
			l.width, l.height, src.width, src.height)}
	}
	if l.box == b && l.out == [2]int{width, height} {
		return nil
	}
	l.box, l.out, l.samples = b, [2]int{width, height}, l.samples[:0]
	dx, dy := (b.right-b.left)/float64(width), (b.bottom-b.top)/float64(height)
	across, down := min(maxSamples, int(math.Ceil(dx))), min(maxSamples, int(math.Ceil(dy)))
	l.each = across * down
	for y := range height {
		for x := range width {
			for j := range down {
				for i := range across {
					// Pixel centres are whole numbers here, and halves in b.
					u, v, ok := l.raw(
						b.left+dx*(float64(x)+(float64(i)+0.5)/float64(across))-0.5,
						b.top+dy*(float64(y)+(float64(j)+0.5)/float64(down))-0.5)
					s := nowhere
					if ok {
						s = place(u, v, src.width, src.height)
					}
					l.samples = append(l.samples, s)
				}
			}
		}
	}
	return nil
}

// place is the sample at u, v. Half a pixel beyond the outer centres is still seen.
func place(u, v float64, width, height int) sample {
	if !(u >= -0.5 && v >= -0.5 && u <= float64(width)-0.5 && v <= float64(height)-0.5) {
		return nowhere
	}
	split := func(at float64, size int) (whole, part uint16) {
		at = math.Round(256 * min(float64(size-1), max(0, at)))
		whole = uint16(min(int(at)/256, max(0, size-2)))
		return whole, uint16(int(at) - 256*int(whole))
	}
	var s sample
	s.x, s.right = split(u, width)
	s.y, s.down = split(v, height)
	return s
}

// writeTo writes the mean of each pixel's samples, rounded.
func (l *lens) writeTo(dst []byte, src *source) {
	total := uint64(l.each) << 16
	samples := l.samples
	for i := 0; i+3 <= len(dst); i += 3 {
		a, b, c := src.sumOf(samples[:l.each])
		samples = samples[l.each:]
		q := dst[i : i+3]
		if src.sharesColour() {
			putYUV(q, float64(a)/float64(total), float64(b)/float64(total), float64(c)/float64(total))
			continue
		}
		q[src.red], q[1], q[2-src.red] = byte((a+total/2)/total), byte((b+total/2)/total), byte((c+total/2)/total)
	}
}

// sumOf adds up samples, each 65536 times what it reads. What no camera sees is black.
func (s *source) sumOf(samples []sample) (a, b, c uint64) {
	// The first and third value are added in one word: at most 64 samples of
	// 255 * 65536 stay below 32 bits.
	var ac, mid uint64
	right, below := min(1, s.width-1), min(1, s.height-1)
	for _, p := range samples {
		if p == nowhere {
			if s.sharesColour() {
				ac, mid = ac+16<<16+128<<48, mid+128<<16
			}
			continue
		}
		x, y := int(p.x), int(p.y)
		r, d := uint64(p.right), uint64(p.down)
		ac0, mid0 := s.words(x, y)
		ac1, mid1 := s.words(x+right, y)
		ac2, mid2 := s.words(x, y+below)
		ac3, mid3 := s.words(x+right, y+below)
		w0, w1, w2, w3 := (256-r)*(256-d), r*(256-d), (256-r)*d, r*d
		ac += ac0*w0 + ac1*w1 + ac2*w2 + ac3*w3
		mid += mid0*w0 + mid1*w1 + mid2*w2 + mid3*w3
	}
	return ac & math.MaxUint32, mid, ac >> 32
}

// words are a pixel's first value and, 32 bits higher, its third; and its second.
func (s *source) words(x, y int) (ac, mid uint64) {
	a, b, c := s.pixel(x, y)
	return uint64(a) | uint64(c)<<32, uint64(b)
}
