package observe

import (
	"bytes"
	picture "image"
	"image/png"
	"testing"
	"time"

	"hyt/msgs/sensor_msgs"
	"hyt/policy/spec"
)

// watched is an observer of one camera, of which the model sees the left half, and its view.
func watched(t *testing.T, wanted *bool) (*Observer, *View) {
	t.Helper()
	o, err := New(Settings{Cameras: []spec.Camera{{Name: "overhead", Width: 2, Height: 2, Crop: [4]float64{0, 0, 0.5, 1}}}})
	if err != nil {
		t.Fatal(err)
	}
	return o, o.Show(0, func() bool { return *wanted })
}

// halves is an image whose left half is one value and whose right half another.
func halves(at time.Time, width, height int, left, right byte) *sensor_msgs.Image {
	m := plain(at, 0)
	m.Width, m.Height, m.Step, m.Data = uint32(width), uint32(height), uint32(3*width), make([]byte, 3*width*height)
	for i := range m.Data {
		if m.Data[i] = left; i/3%width >= width/2 {
			m.Data[i] = right
		}
	}
	return m
}

func TestAViewIsWhatTheModelSeesAsLargeAsTheCameraHasIt(t *testing.T) {
	for _, c := range []struct{ camera, want [2]int }{
		{[2]int{1280, 96}, [2]int{640, 96}},
		{[2]int{1600, 90}, [2]int{640, 72}},
		{[2]int{64, 64}, [2]int{320, 640}},
	} {
		wanted := true
		o, v := watched(t, &wanted)
		if _, err := o.Image(0, halves(epoch, c.camera[0], c.camera[1], 10, 200), epoch); err != nil {
			t.Fatal(err)
		}
		p, ok := v.At(epoch)
		if !ok || p.Width != c.want[0] || p.Height != c.want[1] || len(p.RGB) != 3*p.Width*p.Height || p.RGB[0] != 10 || p.RGB[len(p.RGB)-1] != 10 {
			t.Errorf("camera %v: %v %dx%d", c.camera, ok, p.Width, p.Height)
		}
	}
}

func TestAViewKeepsNothingWhileNobodyLooks(t *testing.T) {
	wanted := false
	o, v := watched(t, &wanted)
	see := func(at time.Time) {
		if _, err := o.Image(0, halves(at, 8, 8, 1, 2), at); err != nil {
			t.Fatal(err)
		}
	}
	see(epoch)
	if _, ok := v.At(epoch); ok || v.decoder != nil {
		t.Error("kept an image for nobody")
	}
	wanted = true
	see(epoch.Add(time.Second))
	if _, ok := v.At(epoch.Add(time.Second)); !ok {
		t.Error("did not keep an image")
	}
	wanted = false
	see(epoch.Add(2 * time.Second))
	if _, ok := v.At(epoch.Add(time.Second)); ok {
		t.Error("kept an image after the last one looked away")
	}
}

func TestAViewKeepsTheLastImages(t *testing.T) {
	wanted := true
	o, v := watched(t, &wanted)
	for i := range 2 * viewDepth {
		at := epoch.Add(time.Duration(i) * time.Second)
		_, _ = o.Image(0, halves(at, 8, 8, byte(i), 0), at)
	}
	for i := range 2 * viewDepth {
		p, ok := v.At(epoch.Add(time.Duration(i) * time.Second))
		if ok != (i >= viewDepth) || ok && p.RGB[0] != byte(i) {
			t.Errorf("image %d: %v", i, ok)
		}
	}
}

func TestCompressedAndBadImagesInAView(t *testing.T) {
	wanted := true
	o, v := watched(t, &wanted)
	var file bytes.Buffer
	if err := png.Encode(&file, picture.NewRGBA(picture.Rect(0, 0, 400, 100))); err != nil {
		t.Fatal(err)
	}
	if _, err := o.Compressed(0, &sensor_msgs.CompressedImage{Format: "png", Data: file.Bytes()}, epoch); err != nil {
		t.Fatal(err)
	}
	if p, ok := v.At(epoch); !ok || p.Width != 320 || p.Height != 160 {
		t.Errorf("%v %dx%d", ok, p.Width, p.Height)
	}
	bad := halves(epoch.Add(time.Second), 8, 8, 1, 1)
	bad.Data = bad.Data[:3]
	if _, err := o.Image(0, bad, epoch); err == nil {
		t.Error("no error")
	}
	if _, ok := v.At(epoch.Add(time.Second)); ok {
		t.Error("kept a bad image")
	}
}
