package imagemsg

import (
	"bytes"
	"errors"
	"fmt"
	"testing"

	"hyt/msgs/sensor_msgs"
)

var whole = [4]float64{0, 0, 1, 1}

// image makes a message of rows of bytes; each row is padded by pad bytes.
func image(encoding string, width uint32, pad int, rows ...[]byte) *sensor_msgs.Image {
	m := &sensor_msgs.Image{Width: width, Height: uint32(len(rows)), Encoding: encoding, Step: uint32(len(rows[0]) + pad)}
	for _, row := range rows {
		m.Data = append(append(m.Data, row...), make([]byte, pad)...)
	}
	return m
}

func TestDecodesEncodingsAndSteps(t *testing.T) {
	rgb := []byte{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}
	for name, c := range map[string]struct {
		m    *sensor_msgs.Image
		want []byte
	}{
		"rgb8":               {image("rgb8", 2, 0, rgb[:6], rgb[6:]), rgb},
		"rgb8, padded":       {image("rgb8", 2, 5, rgb[:6], rgb[6:]), rgb},
		"bgr8":               {image("bgr8", 2, 0, []byte{3, 2, 1, 6, 5, 4}, []byte{9, 8, 7, 12, 11, 10}), rgb},
		"mono8":              {image("mono8", 2, 0, []byte{1, 2}, []byte{3, 4}), []byte{1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4}},
		"last row unpadded":  {func() *sensor_msgs.Image { m := image("rgb8", 2, 5, rgb[:6], rgb[6:]); m.Data = m.Data[:17]; return m }(), rgb},
		"shrunk by area":     {image("mono8", 4, 0, []byte{0, 10, 100, 100}, []byte{20, 30, 100, 100}, []byte{0, 0, 7, 7}, []byte{0, 0, 7, 7}), []byte{15, 15, 15, 100, 100, 100, 0, 0, 0, 7, 7, 7}},
		"shrunk by a third":  {image("mono8", 3, 0, []byte{0, 60, 120}, []byte{0, 60, 120}, []byte{0, 60, 120}), []byte{20, 20, 20, 100, 100, 100, 20, 20, 20, 100, 100, 100}},
		"grown":              {image("mono8", 1, 0, []byte{9}), bytes.Repeat([]byte{9}, 12)},
		"wide image, padded": {image("bgr8", 4, 3, []byte{0, 0, 8, 0, 0, 4, 0, 0, 2, 0, 0, 2}, []byte{0, 0, 8, 0, 0, 4, 0, 0, 2, 0, 0, 2}), []byte{6, 0, 0, 2, 0, 0, 6, 0, 0, 2, 0, 0}},
	} {
		t.Run(name, func(t *testing.T) {
			got := make([]byte, 2*2*3)
			if err := Decode(c.m, 2, 2, whole, got); err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got, c.want) {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

func TestCropTakesAPartOfTheImage(t *testing.T) {
	m := image("mono8", 4, 0, []byte{1, 2, 3, 4}, []byte{5, 6, 7, 8}, []byte{9, 10, 11, 12}, []byte{13, 14, 15, 16})
	got := make([]byte, 2*2*3)
	if err := Decode(m, 2, 2, [4]float64{0.5, 0.25, 1, 0.75}, got); err != nil {
		t.Fatal(err)
	}
	if want := []byte{7, 7, 7, 8, 8, 8, 11, 11, 11, 12, 12, 12}; !bytes.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestRefusesBadImages(t *testing.T) {
	good := func() *sensor_msgs.Image { return image("rgb8", 2, 0, make([]byte, 6), make([]byte, 6)) }
	var (
		encoding  *EncodingError
		size      *SizeError
		truncated *TruncatedError
	)
	for name, c := range map[string]struct {
		spoil func(*sensor_msgs.Image)
		as    any
		want  string
	}{
		"encoding":        {func(m *sensor_msgs.Image) { m.Encoding = "yuv422" }, &encoding, `image encoding "yuv422" is not supported: publish rgb8, bgr8 or mono8`},
		"no pixels":       {func(m *sensor_msgs.Image) { m.Width = 0 }, &size, "image size: 0x2 pixels are not between 1 and 32768 on each side"},
		"too many pixels": {func(m *sensor_msgs.Image) { m.Height = 1 << 31 }, &size, "image size: 2x2147483648 pixels are not between 1 and 32768 on each side"},
		"step":            {func(m *sensor_msgs.Image) { m.Step = 5 }, &size, "image size: a step of 5 bytes is less than a row of 2 rgb8 pixels (6 bytes)"},
		"truncated":       {func(m *sensor_msgs.Image) { m.Data = m.Data[:11] }, &truncated, "image data is truncated: 11 bytes of 12"},
		"no data":         {func(m *sensor_msgs.Image) { m.Data = nil }, &truncated, "image data is truncated: 0 bytes of 12"},
	} {
		t.Run(name, func(t *testing.T) {
			m := good()
			c.spoil(m)
			dst := bytes.Repeat([]byte{99}, 12)
			err := Decode(m, 2, 2, whole, dst)
			if err == nil || err.Error() != c.want || !errors.As(err, c.as) {
				t.Errorf("error %#v, want %q", err, c.want)
			}
			if !bytes.Equal(dst, bytes.Repeat([]byte{99}, 12)) {
				t.Error("dst was changed")
			}
		})
	}
	if err := Decode(good(), 2, 2, whole, make([]byte, 11)); !errors.As(err, &size) {
		t.Errorf("short dst: %v", err)
	}
	for _, crop := range [][4]float64{{0, 0, 2, 1}, {-0.1, 0, 1, 1}, {0.5, 0, 0.5, 1}, {0, 1, 1, 0}} {
		if err := Decode(good(), 2, 2, crop, make([]byte, 12)); !errors.As(err, &size) {
			t.Errorf("crop %v: %v", crop, err)
		}
	}
}

func TestDecodeDoesNotAllocate(t *testing.T) {
	for _, size := range []int{64, 32} {
		const step = 64*3 + 7
		m := &sensor_msgs.Image{Encoding: "bgr8", Width: 64, Height: 64, Step: step, Data: make([]byte, 64*step)}
		dst := make([]byte, size*size*3)
		if n := testing.AllocsPerRun(10, func() { _ = Decode(m, size, size, whole, dst) }); n != 0 {
			t.Errorf("to %dx%d: %v allocations", size, size, n)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add("rgb8", uint32(2), uint32(2), uint32(6), 0.0, 0.0, 1.0, 1.0, make([]byte, 12))
	f.Add("mono8", uint32(300), uint32(1), uint32(300), 0.1, 0.2, 0.1001, 0.9, make([]byte, 300))
	f.Add("bgr8", uint32(1<<31), uint32(1<<31), uint32(1), 0.0, 0.0, 1.0, 1.0, []byte{})
	f.Fuzz(func(t *testing.T, encoding string, width, height, step uint32, l, top, r, b float64, data []byte) {
		m := &sensor_msgs.Image{Encoding: encoding, Width: width, Height: height, Step: step, Data: data}
		_ = Decode(m, 3, 2, [4]float64{l, top, r, b}, make([]byte, 18))
	})
}

func BenchmarkDecode(b *testing.B) {
	for _, size := range []struct{ w, h int }{{64, 64}, {640, 480}} {
		b.Run(fmt.Sprintf("%dx%d to 64x64", size.w, size.h), func(b *testing.B) {
			m := &sensor_msgs.Image{
				Encoding: "rgb8", Width: uint32(size.w), Height: uint32(size.h),
				Step: uint32(size.w * 3), Data: make([]byte, size.w*size.h*3),
			}
			dst := make([]byte, 64*64*3)
			for b.Loop() {
				if err := Decode(m, 64, 64, whole, dst); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
