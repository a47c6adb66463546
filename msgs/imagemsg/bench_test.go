package imagemsg

import (
	"errors"
	"fmt"
	"image"
	"image/color"
	"slices"
	"testing"
	"time"

	"golang.org/x/image/draw"

	"hyt/msgs/sensor_msgs"
)

// picture makes an image.Image of a message, as a program does that resizes with
// golang.org/x/image/draw: without copying where Go has such a type.
func picture(to *image.RGBA, planes *image.YCbCr, s *source) image.Image {
	switch {
	case s.bytes == 4 && s.red == 0:
		return &image.RGBA{Pix: s.data, Stride: s.step, Rect: to.Rect}
	case s.colour == grey:
		return &image.Gray{Pix: s.data, Stride: s.step, Rect: to.Rect}
	case s.colour == uyvy:
		for y := range s.height {
			row := s.data[y*s.step:][:2*s.width]
			luma, cb, cr := planes.Y[y*planes.YStride:], planes.Cb[y*planes.CStride:], planes.Cr[y*planes.CStride:]
			for i, j := 0, 0; i+4 <= len(row); i, j = i+4, j+1 {
				p := row[i : i+4 : i+4]
				cb[j], luma[2*j], cr[j], luma[2*j+1] = p[0], p[1], p[2], p[3]
			}
		}
		return planes
	}
	for y := range s.height {
		row, out := s.data[y*s.step:][:s.width*s.bytes], to.Pix[y*to.Stride:][:4*s.width]
		for i, j := 0, 0; j+4 <= len(out); i, j = i+s.bytes, j+4 {
			p, q := row[i:i+3:i+3], out[j:j+4:j+4]
			q[0], q[1], q[2], q[3] = p[s.red], p[1], p[2-s.red], 255
		}
	}
	return to
}

// view is a message as an image.Image that is asked for single pixels.
type view struct{ source }

func (v *view) ColorModel() color.Model { return color.RGBA64Model }
func (v *view) Bounds() image.Rectangle { return image.Rect(0, 0, v.width, v.height) }
func (v *view) At(x, y int) color.Color { return v.RGBA64At(x, y) }
func (v *view) RGBA64At(x, y int) color.RGBA64 {
	p := v.data[y*v.step+x*v.bytes:][:3]
	return color.RGBA64{uint16(p[v.red]) * 257, uint16(p[1]) * 257, uint16(p[2-v.red]) * 257, 0xffff}
}

// pack takes the alpha out, since models have none.
func pack(dst []byte, p *image.RGBA) {
	for i, j := 0, 0; i < len(dst); i, j = i+3, j+4 {
		q, r := p.Pix[j:j+4:j+4], dst[i:i+3:i+3]
		r[0], r[1], r[2] = q[0], q[1], q[2]
	}
}

// typical is a time without what else the machine did: the 10th percentile.
func typical(t []time.Duration) time.Duration {
	slices.Sort(t)
	return t[len(t)/10]
}

// From the same message to the same kind of tensor, in turn in one run: this
// package, which averages all pixels, and ApproxBiLinear, which looks at four for
// each of its result's. "draw-view" is ApproxBiLinear without making a picture first:
// it reads only the pixels that it samples, so it does much less than an average
// can where images shrink a lot. Figures are 10th percentiles.
func BenchmarkAgainstApproxBiLinear(b *testing.B) {
	for _, c := range []struct {
		encoding string
		w, h, to int
	}{
		{"rgb8", 640, 480, 64}, {"bgr8", 640, 480, 64}, {"rgba8", 640, 480, 64}, {"bgra8", 640, 480, 64}, {"mono8", 640, 480, 64}, {"yuv422", 640, 480, 64},
		{"rgb8", 640, 480, 224}, {"bgr8", 640, 480, 224}, {"rgba8", 640, 480, 224}, {"bgra8", 640, 480, 224}, {"mono8", 640, 480, 224}, {"yuv422", 640, 480, 224},
		{"rgb8", 64, 64, 64}, {"rgb8", 1280, 720, 224}, {"rgb8", 641, 481, 64},
	} {
		b.Run(fmt.Sprintf("%s %dx%d to %dx%d", c.encoding, c.w, c.h, c.to, c.to), func(b *testing.B) {
			m := noise(c.encoding, c.w, c.h, 0)
			dst := make([]byte, c.to*c.to*3)
			d, err := NewDecoder(c.to, c.to, whole)
			if err != nil {
				b.Fatal(err)
			}
			full := image.NewRGBA(image.Rect(0, 0, c.w, c.h))
			planes := image.NewYCbCr(full.Rect, image.YCbCrSubsampleRatio422)
			small := image.NewRGBA(image.Rect(0, 0, c.to, c.to))
			s, _ := check(m)
			var ours, theirs, viewed []time.Duration
			for b.Loop() {
				begin := time.Now()
				if err := d.Image(m, dst); err != nil {
					b.Fatal(err)
				}
				t1 := time.Now()
				draw.ApproxBiLinear.Scale(small, small.Rect, picture(full, planes, &s), full.Rect, draw.Src, nil)
				pack(dst, small)
				t2 := time.Now()
				if !s.sharesColour() && s.bytes >= 3 {
					draw.ApproxBiLinear.Scale(small, small.Rect, &view{s}, full.Rect, draw.Src, nil)
					pack(dst, small)
				}
				ours, theirs, viewed = append(ours, t1.Sub(begin)), append(theirs, t2.Sub(t1)), append(viewed, time.Since(t2))
			}
			report := func(t []time.Duration, name string) { b.ReportMetric(typical(t).Seconds()*1e6, name) }
			b.ReportMetric(0, "ns/op")
			report(ours, "imagemsg-µs")
			report(theirs, "ApproxBiLinear-µs")
			b.ReportMetric(typical(theirs).Seconds()/typical(ours).Seconds(), "times-faster")
			if !s.sharesColour() && s.bytes >= 3 {
				report(viewed, "draw-view-µs")
			}
		})
	}
}

func BenchmarkRectify(b *testing.B) {
	for _, to := range []int{64, 224} {
		b.Run(fmt.Sprintf("rgb8 640x480 to %dx%d", to, to), func(b *testing.B) {
			d, _ := NewDecoder(to, to, whole)
			m, dst := noise("rgb8", 640, 480, 0), make([]byte, to*to*3)
			lens := pinhole(640, 480, "plumb_bob", -0.2, 0.05, 0.001, 0.001, 0)
			if err := errors.Join(d.Rectify(lens), d.Image(m, dst)); err != nil { // with the map made
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				_ = d.Image(m, dst)
			}
		})
	}
}

func BenchmarkCompressed(b *testing.B) {
	for name, data := range map[string][]byte{"jpeg": asJPEG(b, flag(640, 480)), "png": asPNG(b, flag(640, 480))} {
		b.Run(name+" 640x480 to 64x64", func(b *testing.B) {
			d, _ := NewDecoder(64, 64, whole)
			m, dst := &sensor_msgs.CompressedImage{Format: name, Data: data}, make([]byte, 64*64*3)
			b.ReportAllocs()
			for b.Loop() {
				if err := d.Compressed(m, dst); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
