package imagemsg

import (
	"bytes"
	"errors"
	"testing"

	"hyt/msgs/sensor_msgs"
)

var whole = [4]float64{0, 0, 1, 1}

// rows makes a message of rows of bytes; each row is padded by pad bytes.
func rows(encoding string, width uint32, pad int, lines ...[]byte) *sensor_msgs.Image {
	m := &sensor_msgs.Image{Width: width, Height: uint32(len(lines)), Encoding: encoding, Step: uint32(len(lines[0]) + pad)}
	for _, row := range lines {
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
		"rgb8":               {rows("rgb8", 2, 0, rgb[:6], rgb[6:]), rgb},
		"rgb8, padded":       {rows("rgb8", 2, 5, rgb[:6], rgb[6:]), rgb},
		"bgr8":               {rows("bgr8", 2, 0, []byte{3, 2, 1, 6, 5, 4}, []byte{9, 8, 7, 12, 11, 10}), rgb},
		"mono8":              {rows("mono8", 2, 0, []byte{1, 2}, []byte{3, 4}), []byte{1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4}},
		"last row unpadded":  {func() *sensor_msgs.Image { m := rows("rgb8", 2, 5, rgb[:6], rgb[6:]); m.Data = m.Data[:17]; return m }(), rgb},
		"shrunk by area":     {rows("mono8", 4, 0, []byte{0, 10, 100, 100}, []byte{20, 30, 100, 100}, []byte{0, 0, 7, 7}, []byte{0, 0, 7, 7}), []byte{15, 15, 15, 100, 100, 100, 0, 0, 0, 7, 7, 7}},
		"shrunk by a third":  {rows("mono8", 3, 0, []byte{0, 60, 120}, []byte{0, 60, 120}, []byte{0, 60, 120}), []byte{20, 20, 20, 100, 100, 100, 20, 20, 20, 100, 100, 100}},
		"grown":              {rows("mono8", 1, 0, []byte{9}), bytes.Repeat([]byte{9}, 12)},
		"rgba8":              {rows("rgba8", 2, 1, []byte{1, 2, 3, 90, 4, 5, 6, 91}, []byte{7, 8, 9, 92, 10, 11, 12, 93}), rgb},
		"bgra8":              {rows("bgra8", 2, 0, []byte{3, 2, 1, 90, 6, 5, 4, 91}, []byte{9, 8, 7, 92, 12, 11, 10, 93}), rgb},
		"yuv422":             {rows("yuv422", 2, 0, []byte{128, 16, 128, 235}, []byte{128, 126, 240, 16}), []byte{0, 0, 0, 255, 255, 255, 255, 37, 128, 179, 0, 0}},
		"uyvy":               {rows("uyvy", 2, 3, []byte{128, 16, 128, 235}, []byte{128, 126, 240, 16}), []byte{0, 0, 0, 255, 255, 255, 255, 37, 128, 179, 0, 0}},
		"yuv422_yuy2":        {rows("yuv422_yuy2", 2, 0, []byte{16, 128, 235, 128}, []byte{126, 128, 16, 240}), []byte{0, 0, 0, 255, 255, 255, 255, 37, 128, 179, 0, 0}},
		"yuyv":               {rows("yuyv", 2, 0, []byte{16, 128, 235, 128}, []byte{126, 128, 16, 240}), []byte{0, 0, 0, 255, 255, 255, 255, 37, 128, 179, 0, 0}},
		"wide image, padded": {rows("bgr8", 4, 3, []byte{0, 0, 8, 0, 0, 4, 0, 0, 2, 0, 0, 2}, []byte{0, 0, 8, 0, 0, 4, 0, 0, 2, 0, 0, 2}), []byte{6, 0, 0, 2, 0, 0, 6, 0, 0, 2, 0, 0}},
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
	m := rows("mono8", 4, 0, []byte{1, 2, 3, 4}, []byte{5, 6, 7, 8}, []byte{9, 10, 11, 12}, []byte{13, 14, 15, 16})
	got := make([]byte, 2*2*3)
	if err := Decode(m, 2, 2, [4]float64{0.5, 0.25, 1, 0.75}, got); err != nil {
		t.Fatal(err)
	}
	if want := []byte{7, 7, 7, 8, 8, 8, 11, 11, 11, 12, 12, 12}; !bytes.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestRefusesBadImages(t *testing.T) {
	good := func() *sensor_msgs.Image { return rows("rgb8", 2, 0, make([]byte, 6), make([]byte, 6)) }
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
		"encoding":        {func(m *sensor_msgs.Image) { m.Encoding = "bayer_rggb8" }, &encoding, `image encoding "bayer_rggb8" is not supported: publish rgb8, bgr8, rgba8, bgra8, mono8, yuv422 or yuv422_yuy2`},
		"16 bits":         {func(m *sensor_msgs.Image) { m.Encoding = "mono16" }, &encoding, `image encoding "mono16" is not supported, it has 16 bits a channel: publish rgb8, bgr8, rgba8, bgra8, mono8, yuv422 or yuv422_yuy2`},
		"odd width":       {func(m *sensor_msgs.Image) { m.Encoding, m.Width = "yuv422", 3 }, &size, "image size: a width of 3 is odd, and yuv422 pixels come in pairs"},
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

func TestDecoderFollowsTheSizeOfItsImages(t *testing.T) {
	d, err := NewDecoder(16, 12, [4]float64{})
	if err != nil {
		t.Fatal(err)
	}
	got, want := make([]byte, 16*12*3), make([]byte, 16*12*3)
	for _, c := range []struct {
		encoding      string
		width, height int
	}{{"rgb8", 160, 120}, {"mono8", 160, 120}, {"rgba8", 48, 120}, {"rgb8", 16, 12}, {"yuv422", 160, 48}, {"rgb8", 48, 120}, {"bgr8", 3, 7}} {
		m := noise(c.encoding, c.width, c.height, 0)
		if err := d.Image(m, got); err != nil {
			t.Fatal(err)
		}
		if err := Decode(m, 16, 12, [4]float64{}, want); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s %dx%d: another picture than a new decoder's", c.encoding, c.width, c.height)
		}
	}
}

func TestStreamsAreDecodedWithoutAllocating(t *testing.T) {
	dst := make([]byte, 64*64*3)
	for _, c := range []struct {
		encoding      string
		width, height int
		crop          [4]float64
	}{
		{"rgb8", 64, 64, whole},
		{"bgr8", 64, 64, whole},
		{"rgb8", 640, 480, whole},
		{"bgra8", 200, 100, whole},
		{"mono8", 320, 240, [4]float64{0.1, 0.3, 0.77, 1}},
		{"yuv422", 640, 480, whole},
		{"rgb8", 20, 10, whole},
	} {
		d, err := NewDecoder(64, 64, c.crop)
		if err != nil {
			t.Fatal(err)
		}
		m := noise(c.encoding, c.width, c.height, 7)
		for _, lens := range []*sensor_msgs.CameraInfo{nil, fisheye(c.width, c.height)} {
			n := testing.AllocsPerRun(3, func() {
				if err := errors.Join(d.Rectify(lens), d.Image(m, dst)); err != nil {
					t.Fatal(err)
				}
			})
			if n != 0 {
				t.Errorf("%s %dx%d, rectified %v: %v allocations an image", c.encoding, c.width, c.height, lens != nil, n)
			}
		}
	}
}

func TestImagesOfTheModelsSizeAreCopiedWithoutADecoder(t *testing.T) {
	m, dst := noise("rgb8", 64, 64, 3), make([]byte, 64*64*3)
	if n := testing.AllocsPerRun(10, func() { _ = Decode(m, 64, 64, whole, dst) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
	for y := range 64 {
		if !bytes.Equal(dst[y*192:][:192], m.Data[y*195:][:192]) {
			t.Fatalf("row %d differs from the message's", y)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add("rgb8", uint32(2), uint32(2), uint32(6), 0.0, 0.0, 1.0, 1.0, make([]byte, 12))
	f.Add("mono8", uint32(300), uint32(1), uint32(300), 0.1, 0.2, 0.1001, 0.9, make([]byte, 300))
	f.Add("bgr8", uint32(1<<31), uint32(1<<31), uint32(1), 0.0, 0.0, 1.0, 1.0, []byte{})
	f.Add("rgba8", uint32(9), uint32(8), uint32(36), 0.0, 0.0, 1.0, 1.0, make([]byte, 9*8*4))
	f.Add("yuv422", uint32(14), uint32(4), uint32(28), 0.3, 0.0, 1.0, 0.5, make([]byte, 28*4))
	f.Add("yuyv", uint32(12), uint32(2), uint32(25), 0.99, 0.0, 1.0, 1.0, make([]byte, 49))
	f.Fuzz(func(t *testing.T, encoding string, width, height, step uint32, l, top, r, b float64, data []byte) {
		m := &sensor_msgs.Image{Encoding: encoding, Width: width, Height: height, Step: step, Data: data}
		dst := bytes.Repeat([]byte{99}, 18)
		if err := Decode(m, 3, 2, [4]float64{l, top, r, b}, dst); err != nil && !bytes.Equal(dst, bytes.Repeat([]byte{99}, 18)) {
			t.Errorf("%v, and dst was changed", err)
		}
	})
}
