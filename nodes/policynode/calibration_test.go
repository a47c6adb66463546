//go:build cgo && !noapriltag

package policynode

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"hyt/calib/camera"
	"hyt/calib/geom"
	"hyt/calib/mounted"
	"hyt/calib/photo"
	"hyt/calib/target"
	"hyt/calib/tf"
	"hyt/config"
	"hyt/msgs/geometry_msgs"
	"hyt/msgs/sensor_msgs"
	"hyt/nodes/node"
)

// One tag on the table, 0.5 m before a camera that calibration has at base_link.
var (
	eye   = camera.Camera{Name: "eye", Width: 160, Height: 120, Model: camera.PlumbBob, Fx: 150, Fy: 150, Cx: 80, Cy: 60}
	print = target.Board{Kind: target.AprilTags, Rows: 1, Cols: 1, Size: 0.15, Gap: 0.25}
	atTag = geom.Pose{R: geom.FromRPY(0.2, -0.1, 0.3), T: geom.Vec{0.02, 0.01, 0.5}}
)

// seen is what the camera sees after it was nudged, turned about its y axis.
func seen(nudge float64) *sensor_msgs.Image {
	middle := geom.Pose{R: geom.Identity, T: geom.Vec{-print.Size / 2, -print.Size / 2, 0}}
	s := photo.Scene{Camera: eye, Board: print, Pose: geom.Pose{R: geom.FromRPY(0, nudge, 0)}.Mul(atTag).Mul(middle), Black: 30, White: 210, Blur: 0.5}
	img := s.Take(rand.New(rand.NewPCG(1, 1)))
	return &sensor_msgs.Image{Width: 160, Height: 120, Step: 160, Encoding: "mono8", Data: img.Pix}
}

// calibrated writes the files and sets the parameters.
func calibrated(t *testing.T) func(*config.Policy) { return calibratedIn(t, "base_link", geom.Still) }

// calibratedIn is calibrated for a camera that is somewhere else in another frame.
func calibratedIn(t *testing.T, frame string, place geom.Pose) func(*config.Policy) {
	dir := t.TempDir()
	write := func(name string, data []byte) string {
		name = filepath.Join(dir, name)
		if err := os.WriteFile(name, data, 0o644); err != nil {
			t.Fatal(err)
		}
		return "file://" + name
	}
	transform := func(frame, child string, p geom.Pose) []byte {
		m := geometry_msgs.TransformStamped{ChildFrameId: child, Transform: p.Message()}
		m.Header.FrameId = frame
		return tf.Format([]geometry_msgs.TransformStamped{m})
	}
	info, mount := write("eye.yaml", eye.YAML()), write("mount.yaml", transform(frame, "camera_optical_frame", place))
	tags := write("tags.yaml", transform("base_link", mounted.TagFrame(0), atTag))
	return func(c *config.Policy) {
		c.CameraInfoURL, c.CameraTransformURL = info, mount
		c.TagsURL, c.TagSize, c.TagRate = tags, print.Size, 5
		c.ArmOnActivate = true
	}
}

func TestANudgedCameraIsWarnedOfWhileTheRobotGoesOn(t *testing.T) {
	good, nudged := seen(0), seen(0.05) // about 8 px
	start(t, calibrated(t), func(r *rig) {
		var shown atomic.Pointer[sensor_msgs.Image]
		shown.Store(good)
		r.locked(func() {
			r.bad = func(m *sensor_msgs.Image) {
				h := m.Header
				*m = *shown.Load()
				m.Header = h
			}
		})
		r.say("touch the red cube")
		for _, s := range []struct {
			img   *sensor_msgs.Image
			level node.Level
			says  string
		}{
			{good, node.OK, "all 1 tags are where calibration says"},
			{nudged, node.Warn, "tag 0 is no longer where calibration says"},
			{good, node.OK, "all 1 tags"},
		} {
			shown.Store(s.img)
			time.Sleep(3 * time.Second)
			r.wantStatus("calibration", s.level, s.says)
			if moving(r.during(time.Second)) == 0 {
				t.Error("the robot stands still")
			}
		}
	})
}

func TestACameraOnTheHandIsWatchedFromWhereTheHandIs(t *testing.T) {
	img := seen(0)
	// The hand is where the robot of these tests has it, the camera at base_link again.
	start(t, calibratedIn(t, "tool0", geom.Pose{R: geom.Identity, T: geom.Vec{-0.05, 0, -0.1}}), func(r *rig) {
		r.locked(func() {
			r.bad = func(m *sensor_msgs.Image) {
				h := m.Header
				*m = *img
				m.Header = h
			}
		})
		time.Sleep(3 * time.Second)
		r.wantStatus("calibration", node.OK, "all 1 tags are where calibration says")
		r.locked(func() { r.lost = true })
		time.Sleep(3 * time.Second)
		r.wantStatus("calibration", node.Warn, "the hand's pose when the image was taken is not known")
	})
}

func TestAWrongCalibrationFailsAtConfigure(t *testing.T) {
	for want, spoil := range map[string]func(c *config.Policy){
		"hyt calib intrinsics makes it":    func(c *config.Policy) { c.CameraInfoURL = "file:///none.yaml" },
		`connects frame "base_link" with`:  func(c *config.Policy) { c.CameraFrame = "eye" },
		"camera_info_url and camera_trans": func(c *config.Policy) { c.CameraInfoURL, c.CameraTransformURL = "none", "none" },
		"give camera_transform_url":        func(c *config.Policy) { c.CameraTransformURL = "none" },
	} {
		change := calibrated(t)
		start(t, nil, func(r *rig) {
			c := New(func(*config.Policy) (Model, error) { return r.model, nil })
			change(&c.config)
			spoil(&c.config)
			n := r.node("second")
			_, err := c.Configure(n)
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%v, want %q", err, want)
			}
			if err := n.Close(); err != nil {
				t.Error(err)
			}
		})
	}
}
