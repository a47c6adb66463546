//go:build cgo && !noapriltag

package calibcmd

import (
	"bytes"
	"context"
	"image"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"hyt/calib/geom"
	"hyt/calib/handeye"
	"hyt/calib/mounted"
	"hyt/calib/photo"
	"hyt/calib/tf"
	"hyt/msgs/builtin_interfaces"
	"hyt/msgs/bus"
	"hyt/msgs/bus/mem"
	"hyt/msgs/geometry_msgs"
	"hyt/msgs/sensor_msgs"
	"hyt/nodes/node"
)

// wristFile places the camera on the hand.
func wristFile(t *testing.T) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "mount.yaml")
	f := handeye.Frames{Parent: "tool0", Camera: "camera_link", Optical: "camera_optical_frame"}
	if err := os.WriteFile(name, tf.Format(f.Transforms(handTcamera, time.Unix(0, 0))), 0o644); err != nil {
		t.Fatal(err)
	}
	return name
}

// atTag is where the hand is when the camera sees the tag as at camTtag: the tag is
// then where it is for the camera beside the robot.
var atTag = baseTeye.Mul(handTcamera.Inv())

// tagPicture is the tag as the camera sees it.
func tagPicture(seed uint64) *image.Gray {
	s := photo.Scene{Camera: lens, Board: oneTag, Black: 30, White: 210, Blur: 0.6, Noise: 2,
		Pose: camTtag.Mul(geom.Pose{R: geom.Identity, T: geom.Vec{-oneTag.Size / 2, -oneTag.Size / 2, 0}})}
	return s.Take(rand.New(rand.NewPCG(seed, 1)))
}

// theTag checks the file that was written.
func theTag(t *testing.T, file string) {
	t.Helper()
	tags, err := mounted.LoadTags(file, 0.08, "base_link")
	if err != nil || len(tags) != 1 {
		t.Fatalf("%v, %v", tags, err)
	}
	want := mounted.NewTag(0, 0.08, baseTeye.Mul(camTtag))
	for i, p := range tags[0].Corners {
		if d := p.Sub(want.Corners[i]).Norm(); d > 3e-3 {
			t.Errorf("corner %d is %.1f mm off", i, 1e3*d)
		}
	}
}

func TestACameraOnTheHandMeasuresTagsFromOneStop(t *testing.T) {
	dir, camera, mount := tagPictures(t), lensFile(t), wristFile(t)
	out := filepath.Join(t.TempDir(), "tags.yaml")
	tags := func(args ...string) (string, error) {
		return hyt(append([]string{"tags", dir, "--camera", camera, "--transform", mount, "--size", "80", "--out", out}, args...)...)
	}
	if _, err := tags(); err == nil || !strings.Contains(err.Error(), "name the file with the hand's poses: --poses") {
		t.Errorf("without poses: %v", err)
	}
	beside := geom.Pose{R: atTag.R, T: atTag.T.Add(geom.Vec{0.01, 0, 0})}
	if _, err := tags("--poses", posesOf(t, quaternionHeader, quaternions, atTag, atTag, beside)); err == nil || !strings.Contains(err.Error(), "the hand has moved since the first image") {
		t.Errorf("from two stops: %v", err)
	}
	if _, err := tags("--poses", posesOf(t, quaternionHeader, quaternions, atTag, atTag), "--hand-frame", "wrist"); err == nil || !strings.Contains(err.Error(), `none the hand's frame "wrist"`) {
		t.Errorf("another hand: %v", err)
	}
	text, err := tags("--poses", posesOf(t, quaternionHeader, quaternions, atTag, atTag)) // of the third picture there is no pose
	if err != nil || !strings.Contains(text, "in 2 of 2 images") {
		t.Fatalf("%v: %s", err, text)
	}
	theTag(t, out)
}

func TestACameraOnALiveHandMeasuresTags(t *testing.T) {
	img := tagPicture(1)
	synctest.Test(t, func(t *testing.T) {
		driver := mem.Open()
		n := person(t, driver)
		ctx, cancel := context.WithCancel(t.Context())
		images, errI := node.Advertise[*sensor_msgs.Image](n, "/camera/image_raw", bus.SensorData())
		poses, errP := node.Advertise[*geometry_msgs.PoseStamped](n, "/ee_pose", bus.Default())
		if errI != nil || errP != nil {
			t.Fatal(errI, errP)
		}
		var beside sync.WaitGroup
		beside.Go(func() {
			for i := 0; ctx.Err() == nil; i++ {
				at := builtin_interfaces.FromTime(time.Now())
				p := geometry_msgs.NewPoseStamped()
				p.Header.Stamp = at
				p.Pose.Position, p.Pose.Orientation = geometry_msgs.Point(atTag.Message().Translation), atTag.Message().Rotation
				m := &sensor_msgs.Image{Width: uint32(lens.Width), Height: uint32(lens.Height), Step: uint32(img.Stride), Encoding: "mono8", Data: img.Pix}
				m.Header.Stamp = at
				if poses.Publish(p) != nil || i%5 == 0 && images.Publish(m) != nil {
					t.Error("nothing goes out")
				}
				time.Sleep(20 * time.Millisecond)
			}
		})
		f := tagsFlags{size: 80, images: 3, out: filepath.Join(t.TempDir(), "tags.yaml")}
		f.topic, f.driver = "/camera/image_raw", driver
		f.arm.Topic, f.arm.Hand = "/ee_pose", "tool0"
		f.files = mounted.Files{InfoURL: lensFile(t), TransformURL: wristFile(t), Frame: "camera_optical_frame", Base: "base_link"}
		var out, progress bytes.Buffer
		err := f.run(t.Context(), &out, &progress)
		cancel()
		beside.Wait()
		if err != nil || !strings.Contains(out.String(), "in 3 of 3 images") {
			t.Errorf("%v: %s%s", err, &out, &progress)
		}
		for _, c := range []interface{ Close() error }{n, driver} {
			if err := c.Close(); err != nil {
				t.Error(err)
			}
		}
		theTag(t, f.out)
	})
}
