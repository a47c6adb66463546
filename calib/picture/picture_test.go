package picture

import (
	"bytes"
	"image"
	"image/png"
	"strings"
	"testing"

	"hyt/msgs/sensor_msgs"
)

func TestColourImagesBecomeTheirBrightness(t *testing.T) {
	r := image.Rect(5, 7, 9, 11) // not at the origin, as parts of images are
	rgb, ycc := image.NewRGBA(r), image.NewYCbCr(r, image.YCbCrSubsampleRatio420)
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			v := uint8(10*x + y)
			i := rgb.PixOffset(x, y)
			rgb.Pix[i], rgb.Pix[i+1], rgb.Pix[i+2], rgb.Pix[i+3] = v, v, v, 255
			ycc.Y[ycc.YOffset(x, y)] = v
		}
	}
	for _, img := range []image.Image{rgb, ycc} {
		g := Gray(img)
		if g.Rect != image.Rect(0, 0, 4, 4) || g.GrayAt(2, 1).Y != 10*7+8 {
			t.Errorf("%T: %v, pixel %d", img, g.Rect, g.GrayAt(2, 1).Y)
		}
	}
}

func TestMessagesAndFilesGiveTheSamePicture(t *testing.T) {
	m := &sensor_msgs.Image{Width: 2, Height: 1, Step: 6, Encoding: "bgr8", Data: []byte{0, 0, 255, 90, 90, 90}}
	got, err := Message(m)
	if err != nil || got.Pix[0] != 76 || got.Pix[1] != 90 { // red is 0.299 bright
		t.Errorf("%v, %v", got, err)
	}
	var b bytes.Buffer
	if err := png.Encode(&b, got); err != nil {
		t.Fatal(err)
	}
	if back, err := File(b.Bytes()); err != nil || !bytes.Equal(back.Pix, got.Pix) {
		t.Errorf("%v, %v", back, err)
	}
}

func TestWhatIsNoPictureIsRefused(t *testing.T) {
	if _, err := Message(&sensor_msgs.Image{Width: 1 << 20, Height: 1 << 20, Encoding: "mono8"}); err == nil || !strings.Contains(err.Error(), "cannot be") {
		t.Errorf("%v", err)
	}
	if _, err := File([]byte("GIF89a")); err == nil || !strings.Contains(err.Error(), "no PNG or JPEG") {
		t.Errorf("%v", err)
	}
}
