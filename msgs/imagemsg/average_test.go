package imagemsg

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"hyt/msgs/sensor_msgs"
)

// noise is a picture without any two like pixels, its rows padded by pad bytes.
func noise(encoding string, width, height, pad int) *sensor_msgs.Image {
	l, err := layoutOf(encoding)
	if err != nil {
		panic(err)
	}
	step := width*l.bytes + pad
	m := &sensor_msgs.Image{Encoding: encoding, Width: uint32(width), Height: uint32(height), Step: uint32(step), Data: make([]byte, step*height)}
	r := rand.New(rand.NewPCG(1, 2))
	for i := range m.Data {
		m.Data[i] = byte(r.Uint32())
	}
	return m
}

// mean is the definition: each source pixel counts by how much of it lies in b.
func mean(s *source, b box) (v [3]float64) {
	area := 0.0
	for y := int(b.top); y < min(s.height, int(math.Ceil(b.bottom))); y++ {
		for x := int(b.left); x < min(s.width, int(math.Ceil(b.right))); x++ {
			k := (min(b.right, float64(x+1)) - max(b.left, float64(x))) * (min(b.bottom, float64(y+1)) - max(b.top, float64(y)))
			p0, p1, p2 := s.pixel(x, y)
			v[0], v[1], v[2], area = v[0]+k*float64(p0), v[1]+k*float64(p1), v[2]+k*float64(p2), area+k
		}
	}
	for i := range v {
		v[i] /= area
	}
	return v
}

// inRGB is what v should be in a picture, before rounding.
func inRGB(s *source, v [3]float64) [3]float64 {
	switch {
	case s.sharesColour(): // ITU-R BT.601, written out
		y, u, w := (v[0]-16)/219, (v[1]-128)/224, (v[2]-128)/224
		v = [3]float64{255 * (y + 1.402*w), 255 * (y - 0.344136*u - 0.714136*w), 255 * (y + 1.772*u)}
	case s.red == 2:
		v[0], v[2] = v[2], v[0]
	}
	for i := range v {
		v[i] = min(255, max(0, v[i]))
	}
	return v
}

// checkMeans compares got with the definition. slack is how far the exact mean may
// be from where it rounds to got.
func checkMeans(t *testing.T, m *sensor_msgs.Image, width, height int, crop [4]float64, got []byte, slack float64) {
	t.Helper()
	s, err := check(m)
	if err != nil {
		t.Fatal(err)
	}
	part := s.part(crop)
	dx, dy := (part.right-part.left)/float64(width), (part.bottom-part.top)/float64(height)
	for y := range height {
		for x := range width {
			left, top := part.left+float64(x)*dx, part.top+float64(y)*dy
			want := inRGB(&s, mean(&s, box{left, top, left + dx, top + dy}))
			for i, v := range got[(y*width+x)*3:][:3] {
				if math.Abs(float64(v)-want[i]) > 0.5+slack {
					t.Fatalf("pixel %d, %d, channel %d is %d, its area's mean is %v", x, y, i, v, want[i])
				}
			}
		}
	}
}

func TestPixelsAreTheMeansOfTheirAreas(t *testing.T) {
	for _, c := range []struct {
		width, height, toWidth, toHeight int
		crop                             [4]float64
	}{
		{160, 120, 16, 16, whole},                         // whole and half pixels
		{320, 240, 224, 224, whole},                       // parts of pixels on both sides
		{160, 120, 15, 7, [4]float64{0.125, 0, 0.875, 1}}, // a crop of whole pixels
		{160, 120, 15, 7, [4]float64{0.051, 0.051, 0.949, 0.949}},
		{97, 89, 31, 23, whole},                         // nothing divides
		{98, 89, 97, 88, [4]float64{0, 0.001, 0.97, 1}}, // almost the same size
		{30, 30, 64, 64, whole},                         // grown
		{30, 30, 64, 64, [4]float64{0.4, 0.4, 0.61, 0.6}},
		{30, 600, 4, 2, whole}, // more rows than a lane holds
		{24, 24, 1, 1, whole},
		{2, 2, 5, 5, whole},
		{64, 64, 32, 64, [4]float64{0.5, 0, 1, 1}}, // copied
	} {
		for _, l := range layouts {
			if l.sharesColour() && c.width%2 != 0 {
				continue
			}
			t.Run(fmt.Sprintf("%s %dx%d to %dx%d of %v", l.name, c.width, c.height, c.toWidth, c.toHeight, c.crop), func(t *testing.T) {
				m, dst := noise(l.name, c.width, c.height, 5), make([]byte, c.toWidth*c.toHeight*3)
				if err := Decode(m, c.toWidth, c.toHeight, c.crop, dst); err != nil {
					t.Fatal(err)
				}
				checkMeans(t, m, c.toWidth, c.toHeight, c.crop, dst, 0.01)
			})
		}
	}
}

// Where all lanes are as full as they get, nothing may spill into the next.
func TestWhiteStaysWhite(t *testing.T) {
	for _, c := range []struct{ width, height, toWidth, toHeight int }{
		{31, 257, 1, 1}, {32, 257, 1, 1}, {32, 257, 3, 2}, {32, 258, 1, 1}, {600, 480, 63, 61}, {1920, 1080, 64, 64},
	} {
		m := noise("rgb8", c.width, c.height, 0)
		for i := range m.Data {
			m.Data[i] = 255
		}
		dst := make([]byte, c.toWidth*c.toHeight*3)
		if err := Decode(m, c.toWidth, c.toHeight, whole, dst); err != nil {
			t.Fatal(err)
		}
		for i, v := range dst {
			if v != 255 {
				t.Errorf("%dx%d to %dx%d: value %d is %d", c.width, c.height, c.toWidth, c.toHeight, i, v)
				break
			}
		}
	}
}

func FuzzPixelsAreTheMeansOfTheirAreas(f *testing.F) {
	f.Add(uint8(0), uint8(40), uint8(31), uint8(16), uint8(9), 0.0, 0.0, 1.0, 1.0)
	f.Add(uint8(3), uint8(12), uint8(200), uint8(1), uint8(1), 0.3, 0.1, 0.30001, 0.9)
	f.Add(uint8(97), uint8(12), uint8(176), uint8(171), uint8(178), 0.04285714285714286, 0.1, 0.30001, 0.9)
	f.Add(uint8(4), uint8(24), uint8(2), uint8(255), uint8(3), 0.5, 0.0, 1.0, 0.5)
	f.Fuzz(func(t *testing.T, encoding, width, height, toWidth, toHeight uint8, l, top, r, b float64) {
		w, h := max(1, int(width)), max(1, int(height))
		toW, toH := max(1, int(toWidth)), max(1, int(toHeight))
		layout := layouts[int(encoding)%len(layouts)]
		if layout.sharesColour() {
			w = (w + 1) &^ 1
		}
		m, dst := noise(layout.name, w, h, int(toWidth)%3), make([]byte, toW*toH*3)
		crop := [4]float64{l, top, r, b}
		if Decode(m, toW, toH, crop, dst) != nil || (r-l)*float64(w) < 0.01*float64(toW) || (b-top)*float64(h) < 0.01*float64(toH) {
			return // thinner slivers are rounded to what a unit can say
		}
		checkMeans(t, m, toW, toH, crop, dst, 0.1)
	})
}
