package camera

import (
	"bytes"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"hyt/calib/geom"
	"hyt/calib/view"
)

// shade is a smooth picture painted on the sphere of directions, so that any
// camera's picture of it is known.
func shade(ray geom.Vec) byte {
	return byte(128 + 60*math.Sin(7*ray[0]/ray[2]) + 60*math.Cos(6*ray[1]/ray[2]))
}

func picture(t *testing.T, c Camera) []byte {
	t.Helper()
	img := make([]byte, c.Width*c.Height)
	for i := range img {
		ray, err := c.Unproject(view.Point2{X: float64(i % c.Width), Y: float64(i / c.Width)})
		if err != nil {
			t.Fatal(err)
		}
		img[i] = shade(ray)
	}
	return img
}

func TestUndistortedPicturesAreThoseOfTheIdealCamera(t *testing.T) {
	for _, name := range []string{"webcam", "wide", "fisheye"} {
		c := lenses[name].Resized(320, 180)
		ideal := c.Rectified()
		src, want := picture(t, c), picture(t, ideal)
		got := make([]byte, len(want))
		r := NewRemap(c, ideal)
		if err := r.Gray(got, src); err != nil {
			t.Fatal(err)
		}
		colour, rgb := make([]byte, 3*len(src)), make([]byte, 3*len(got))
		for i, v := range src {
			colour[3*i], colour[3*i+1], colour[3*i+2] = v, 255-v, v/2
		}
		if err := r.RGB(rgb, colour); err != nil {
			t.Fatal(err)
		}
		dark := 0
		for i := range want {
			if r.cells[i].at < 0 {
				dark++
				continue
			}
			if d := int(got[i]) - int(want[i]); d < -4 || d > 4 {
				t.Fatalf("%s: pixel %d is %d, the ideal camera has %d", name, i, got[i], want[i])
			}
			if d := int(rgb[3*i+1]) - int(255-want[i]); rgb[3*i] != got[i] || d < -4 || d > 4 {
				t.Fatalf("%s: pixel %d has colours %v", name, i, rgb[3*i:3*i+3])
			}
		}
		if dark > len(want)/100 {
			t.Errorf("%s: %d of %d pixels are black", name, dark, len(want))
		}
	}
}

func TestRemapToItselfChangesNothingAndAllocatesNothing(t *testing.T) {
	c := lenses["webcam"].Resized(64, 36)
	src, dst := picture(t, c), make([]byte, 64*36)
	colours, colourful := slices.Concat(src, src, src), make([]byte, 3*64*36)
	r := NewRemap(c, c)
	if n := testing.AllocsPerRun(10, func() {
		if err := errors.Join(r.Gray(dst, src), r.RGB(colourful, colours)); err != nil {
			t.Fatal(err)
		}
	}); n != 0 {
		t.Errorf("%g allocations", n)
	}
	if string(src) != string(dst) || string(colours) != string(colourful) {
		t.Error("the picture changed")
	}
	if r.Gray(dst[1:], src) == nil || r.RGB(dst, src) == nil {
		t.Error("a picture of another size passed")
	}
}

// Machines without wide registers must see the same picture as those with them, what
// is around it untouched.
func TestWideAndPortableMixesMakeTheSamePicture(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 0))
	for range 40 {
		c := lenses[[]string{"webcam", "wide", "fisheye"}[random.IntN(3)]].Resized(2+random.IntN(90), 2+random.IntN(60))
		// One that sees less of it, or sees beyond it.
		out := c.Rectified()
		out.Width, out.Height, out.Cx = 1+random.IntN(80), 1+random.IntN(40), out.Cx+20*random.NormFloat64()
		r := NewRemap(c, out)
		src, n := make([]byte, 3*c.Width*c.Height), 3*out.Width*out.Height
		for i := range src {
			src[i] = byte(random.Uint32())
		}
		got, want := bytes.Repeat([]byte{77}, n+16), bytes.Repeat([]byte{77}, n+16)
		if err := r.RGB(got[:n], src); err != nil {
			t.Fatal(err)
		}
		r.mix(want[:n], src, 0, len(r.cells))
		if !bytes.Equal(got, want) {
			t.Fatalf("%dx%d of %dx%d: the pictures differ", out.Width, out.Height, c.Width, c.Height)
		}
	}
}

// White shows an overflow of any lane, and every weight.
func TestEveryWeightOfWhiteIsWhite(t *testing.T) {
	r := &Remap{srcW: 3, srcH: 3, dstW: 257, dstH: 257}
	for y := range 257 {
		for x := range 257 {
			r.cells = append(r.cells, cell{at: 0, fx: uint16(x), fy: uint16(y)})
		}
	}
	r.wide = r.spans()
	dst := make([]byte, 3*257*257)
	if err := r.RGB(dst, bytes.Repeat([]byte{255}, 27)); err != nil {
		t.Fatal(err)
	}
	if i := slices.IndexFunc(dst, func(v byte) bool { return v != 255 }); i >= 0 {
		t.Errorf("weights %+v make %d", r.cells[i/3], dst[i])
	}
}

func BenchmarkUndistort640x480(b *testing.B) {
	c := lenses["webcam"].Resized(640, 480)
	src, dst := make([]byte, 3*640*480), make([]byte, 3*640*480)
	r := NewRemap(c, c.Rectified())
	b.Run("gray", func(b *testing.B) {
		for b.Loop() {
			_ = r.Gray(dst[:640*480], src[:640*480])
		}
	})
	b.Run("rgb", func(b *testing.B) {
		for b.Loop() {
			_ = r.RGB(dst, src)
		}
	})
}
