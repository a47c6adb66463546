//go:build cgo && !noapriltag

package calibmonitor

import (
	"bytes"
	"context"
	"image"
	"image/png"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"hyt/calib/camera"
	"hyt/calib/geom"
	"hyt/calib/mounted"
	"hyt/calib/photo"
	"hyt/calib/target"
	"hyt/msgs/sensor_msgs"
	"hyt/nodes/node"
)

var (
	lens = camera.Camera{Name: "overhead", Width: 320, Height: 240, Model: camera.PlumbBob, Fx: 300, Fy: 300, Cx: 160, Cy: 120, D: [8]float64{-0.1}}
	// Two tags side by side, as one print.
	sheet      = target.Board{Kind: target.AprilTags, Rows: 1, Cols: 2, Size: 0.06, Gap: 0.5}
	baseTsheet = geom.Pose{R: geom.FromRPY(3.1, 0.2, 0.3), T: geom.Vec{0.4, 0.1, 0}}
	camTsheet  = geom.Pose{R: geom.FromRPY(0.3, -0.2, 0.1), T: geom.Vec{-0.08, -0.02, 0.5}}
)

// placed is the camera where calibration has it.
func placed() *mounted.Camera {
	return &mounted.Camera{Lens: lens, Frame: "eye", Base: "base_link", Placed: true, Pose: baseTsheet.Mul(camTsheet.Inv())}
}

func tags() (all []mounted.Tag) {
	for id := range 2 {
		c, _ := sheet.TagCorners(id)
		mid := geom.Pose{R: geom.Identity, T: geom.Vec{(c[0].X + c[2].X) / 2, (c[0].Y + c[2].Y) / 2, 0}}
		all = append(all, mounted.NewTag(id, sheet.Size, baseTsheet.Mul(mid)))
	}
	return all
}

// taken is what the camera sees after it was nudged: turned by so many radians
// about its y axis.
func taken(nudge float64, covers ...image.Rectangle) *image.Gray {
	s := photo.Scene{Camera: lens, Board: sheet, Pose: geom.Pose{R: geom.FromRPY(0, nudge, 0)}.Mul(camTsheet),
		Black: 30, White: 210, Blur: 0.6, Noise: 2, Covers: covers}
	return s.Take(rand.New(rand.NewPCG(1, 2)))
}

func message(img *image.Gray) *sensor_msgs.Image {
	return &sensor_msgs.Image{Width: uint32(img.Rect.Dx()), Height: uint32(img.Rect.Dy()), Step: uint32(img.Stride), Encoding: "mono8", Data: img.Pix}
}

// running runs a monitor that looks once a second while test does, in a bubble of fake
// time.
func running(t *testing.T, camera *mounted.Camera, hand Hand, test func(m *Monitor)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		m, err := New(Options{
			Camera: camera, Hand: hand, Tags: tags(), Period: time.Second, Threshold: 3, Timeout: 10 * time.Second, Now: time.Now,
		})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		var done sync.WaitGroup
		done.Go(func() { m.Run(ctx) })
		defer done.Wait()
		defer cancel()
		test(m)
	})
}

// watched is a monitor of a camera that stands still. show has it see an image for a second.
func watched(t *testing.T, test func(m *Monitor, show func(img *image.Gray) (node.Level, string))) {
	t.Helper()
	running(t, placed(), nil, func(m *Monitor) {
		test(m, func(img *image.Gray) (node.Level, string) {
			for range 30 { // of 30 images a second one is looked at
				m.Image(message(img))
				time.Sleep(time.Second / 30)
			}
			synctest.Wait()
			return m.summary()
		})
	})
}

func TestANudgedCameraIsNoticedAndItsWayBackToo(t *testing.T) {
	good, nudged := taken(0), taken(0.02) // about 6 px
	watched(t, func(m *Monitor, show func(*image.Gray) (node.Level, string)) {
		for i, s := range []struct {
			img  *image.Gray
			want node.Level
		}{{good, node.OK}, {nudged, node.OK}, {nudged, node.OK}, {nudged, node.Warn}, {good, node.Warn}, {good, node.Warn}, {good, node.OK}} {
			level, says := show(s.img)
			if level != s.want {
				t.Errorf("second %d: level %d, %q; want %d", i, level, says, s.want)
			}
			if level == node.Warn && !strings.Contains(says, "tags 0, 1 are no longer where calibration says") {
				t.Errorf("second %d: %q", i, says)
			}
		}
		if m.judge.looks != 7 {
			t.Errorf("%d looks in 7 s", m.judge.looks)
		}
		if off := m.judge.marks[0].off; off > 0.5 {
			t.Errorf("a good camera seems %.2f px off", off)
		}
	})
}

func TestACoveredTagIsNotSeenAndNotMoved(t *testing.T) {
	hidden := taken(0, image.Rect(0, 0, 320, 240))
	watched(t, func(m *Monitor, show func(*image.Gray) (node.Level, string)) {
		show(taken(0))
		for range 4 {
			if level, says := show(hidden); level != node.OK || !strings.Contains(says, "tags 0, 1 are not seen in the last image") {
				t.Errorf("covered: level %d, %q", level, says)
			}
		}
		for range 8 {
			show(hidden)
		}
		if level, says := m.summary(); level != node.Warn || !strings.Contains(says, "nothing is known") {
			t.Errorf("covered for long: level %d, %q", level, says)
		}
	})
}

func TestImagesOfAnotherSizeAreNamed(t *testing.T) {
	watched(t, func(m *Monitor, show func(*image.Gray) (node.Level, string)) {
		if level, says := show(image.NewGray(image.Rect(0, 0, 640, 480))); level != node.Warn || !strings.Contains(says, "for 320x240: calibrate at the size") {
			t.Errorf("level %d, %q", level, says)
		}
	})
}

func TestCompressedImagesAreWatchedToo(t *testing.T) {
	var b bytes.Buffer
	if err := png.Encode(&b, taken(0)); err != nil {
		t.Fatal(err)
	}
	watched(t, func(m *Monitor, _ func(*image.Gray) (node.Level, string)) {
		m.Compressed(&sensor_msgs.CompressedImage{Format: "png", Data: b.Bytes()})
		synctest.Wait()
		if level, says := m.summary(); level != node.OK || !strings.Contains(says, "all 2 tags are where") {
			t.Errorf("level %d, %q", level, says)
		}
	})
}

func TestATagThatCannotBeSeenIsRefused(t *testing.T) {
	o := Options{Camera: placed(), Tags: tags(), Period: time.Second, Now: time.Now}
	o.Camera.Pose.T = geom.Vec{9, 9, 9}
	if _, err := New(o); err == nil || !strings.Contains(err.Error(), "cannot see tag 0") {
		t.Errorf("%v", err)
	}
}

func BenchmarkImageThatIsNotDue(b *testing.B) {
	m, err := New(Options{Camera: placed(), Tags: tags(), Period: time.Hour, Now: time.Now})
	if err != nil {
		b.Fatal(err)
	}
	msg := message(taken(0))
	m.Image(msg)
	b.ReportAllocs()
	for b.Loop() {
		m.Image(msg)
	}
}
