package imagemsg

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"math"
	"strings"
	"testing"

	"golang.org/x/image/draw"

	"hyt/msgs/sensor_msgs"
)

func asPNG(t testing.TB, p image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, p); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func asJPEG(t testing.TB, p image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, p, &jpeg.Options{Quality: 95}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// flag is a smooth picture with a red left and a blue right side.
func flag(width, height int) *image.RGBA {
	p := image.NewRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			p.SetRGBA(x, y, color.RGBA{byte(220 - 200*x/width), byte(100 * y / height), byte(20 + 200*x/width), 255})
		}
	}
	return p
}

// as is p in another type of picture.
func as(to draw.Image, p image.Image) image.Image {
	draw.Draw(to, p.Bounds(), p, image.Point{}, draw.Src)
	return to
}

// farthest is the largest difference of got to p.
func farthest(p *image.RGBA, got []byte) (d int) {
	for i, v := range got {
		at := int(p.Pix[i/3*4+i%3]) - int(v)
		d = max(d, at, -at)
	}
	return d
}

func TestReadsWhatImageTransportWrites(t *testing.T) {
	p := flag(48, 32)
	swapped := flag(48, 32)
	for i := 0; i < len(p.Pix); i += 4 {
		swapped.Pix[i], swapped.Pix[i+2] = swapped.Pix[i+2], swapped.Pix[i]
	}
	grey := image.NewRGBA(p.Rect)
	as(grey, as(image.NewGray(p.Rect), p))
	palette := color.Palette{color.RGBA{255, 0, 0, 255}, color.RGBA{0, 0, 255, 255}}
	two := image.NewPaletted(p.Rect, palette)
	two.Pix[7], two.Pix[50] = 1, 1
	coloured := image.NewRGBA(p.Rect)
	as(coloured, two)
	for _, c := range []struct {
		name, format string
		data         []byte
		want         *image.RGBA
		off          int // levels
	}{
		{"jpeg", "jpeg", asJPEG(t, p), p, 8},
		{"jpg", "jpg", asJPEG(t, p), p, 8},
		{"JPEG of a colour image", "bgr8; jpeg compressed bgr8", asJPEG(t, p), p, 8},
		{"JPEG of another order", "rgb8; jpeg compressed bgr8", asJPEG(t, p), p, 8},
		{"JPEG that was given rgb", "rgb8; jpeg compressed rgb8", asJPEG(t, p), swapped, 8},
		{"grey JPEG", "mono8; jpeg compressed mono8", asJPEG(t, as(image.NewGray(p.Rect), p)), grey, 4},
		{"png", "png", asPNG(t, p), p, 0},
		{"PNG of a colour image", "rgb8; png compressed bgr8", asPNG(t, p), p, 0},
		{"PNG that was given rgb", "rgb8; png compressed ", asPNG(t, p), swapped, 0},
		{"PNG with alpha", "png", asPNG(t, as(image.NewNRGBA(p.Rect), p)), p, 0},
		{"grey PNG", "mono8; png compressed ", asPNG(t, as(image.NewGray(p.Rect), p)), grey, 0},
		{"PNG with a palette", "png", asPNG(t, two), coloured, 0},
		{"JPEG that is called png", "png", asJPEG(t, p), p, 8},
	} {
		d, _ := NewDecoder(48, 32, whole)
		got := make([]byte, 48*32*3)
		if err := d.Compressed(&sensor_msgs.CompressedImage{Format: c.format, Data: c.data}, got); err != nil {
			t.Errorf("%s: %v", c.name, err)
		} else if n := farthest(c.want, got); n > c.off {
			t.Errorf("%s: off by up to %d levels, want at most %d", c.name, n, c.off)
		}
	}
}

func TestCompressedImagesAreResizedAndRectifiedAsOthersAre(t *testing.T) {
	p := flag(90, 60)
	message := &sensor_msgs.Image{Encoding: "rgba8", Width: 90, Height: 60, Step: 360, Data: p.Pix}
	for _, lens := range []*sensor_msgs.CameraInfo{nil, fisheye(90, 60)} {
		d, _ := NewDecoder(20, 16, [4]float64{0.1, 0, 0.9, 1})
		want, got := make([]byte, 20*16*3), make([]byte, 20*16*3)
		err := errors.Join(d.Rectify(lens), d.Image(message, want),
			d.Compressed(&sensor_msgs.CompressedImage{Format: "png", Data: asPNG(t, p)}, got))
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("%v, or the pixels differ from those of the same image uncompressed", err)
		}
	}
}

// claims is a PNG whose header says that it has width x height pixels.
func claims(t testing.TB, width, height uint32) []byte {
	data := asPNG(t, image.NewGray(image.Rect(0, 0, 1, 1)))
	binary.BigEndian.PutUint32(data[16:], width)
	binary.BigEndian.PutUint32(data[20:], height)
	binary.BigEndian.PutUint32(data[29:], crc32.ChecksumIEEE(data[12:29]))
	return data
}

func TestRefusesBadCompressedImages(t *testing.T) {
	p := flag(48, 32)
	whole48 := asJPEG(t, p)
	for _, c := range []struct {
		name, format string
		data         []byte
		want         string
	}{
		{"depth", "16UC1; compressedDepth png", asPNG(t, p), `compressed image: format "16UC1; compressedDepth png" is not supported: publish jpeg or png`},
		{"video", "h264", nil, `compressed image: format "h264" is not supported: publish jpeg or png`},
		{"no data", "jpeg", nil, "compressed image: the data is neither JPEG nor PNG"},
		{"other data", "png", []byte("GIF89a..."), "compressed image: the data is neither JPEG nor PNG"},
		{"header only", "jpeg", whole48[:20], "compressed image: the file's header cannot be read: "},
		{"cut off", "jpeg", whole48[:len(whole48)-40], "compressed image: the file cannot be decoded: "},
		{"16 bits", "16UC1; png compressed ", asPNG(t, as(image.NewGray16(p.Rect), p)), "compressed image: it has 16 bits a channel: publish 8 bits"},
		{"too wide", "png", claims(t, 1<<16, 1), "image size: a compressed image of 65536x1 pixels is not between 1 and 32768 on each side with at most 16777216 together"},
		{"a bomb", "png", claims(t, 1<<15, 1<<15), "image size: a compressed image of 32768x32768 pixels is not between 1 and 32768 on each side with at most 16777216 together"},
	} {
		d, _ := NewDecoder(48, 32, whole)
		dst := bytes.Repeat([]byte{99}, 48*32*3)
		err := d.Compressed(&sensor_msgs.CompressedImage{Format: c.format, Data: c.data}, dst)
		if err == nil || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%s: error %v, want %q", c.name, err, c.want)
		}
		if !bytes.Equal(dst, bytes.Repeat([]byte{99}, len(dst))) {
			t.Errorf("%s: dst was changed", c.name)
		}
	}
}

func FuzzCompressed(f *testing.F) {
	p := flag(9, 7)
	f.Add("jpeg", asJPEG(f, p))
	f.Add("rgb8; jpeg compressed bgr8", asJPEG(f, as(image.NewGray(p.Rect), p)))
	f.Add("png", asPNG(f, p))
	f.Add("mono16; png compressed ", asPNG(f, as(image.NewGray16(p.Rect), p)))
	f.Add("png", claims(f, math.MaxUint32, 1))
	f.Add("png", asPNG(f, as(image.NewPaletted(p.Rect, color.Palette{color.White, color.Black}), p)))
	f.Fuzz(func(t *testing.T, format string, data []byte) {
		if c, _, err := image.DecodeConfig(bytes.NewReader(data)); err == nil && c.Width*c.Height <= maxPixels && c.Width*c.Height > 1<<18 {
			return // they only take longer
		}
		d, _ := NewDecoder(3, 2, whole)
		dst := bytes.Repeat([]byte{99}, 18)
		err := d.Compressed(&sensor_msgs.CompressedImage{Format: format, Data: data}, dst)
		if err != nil && !bytes.Equal(dst, bytes.Repeat([]byte{99}, 18)) {
			t.Errorf("%v, and dst was changed", err)
		}
	})
}
