package observe

import (
	"bytes"
	"errors"
	picture "image"
	"image/color"
	"image/png"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"hyt/msgs/builtin_interfaces"
	"hyt/msgs/bus"
	"hyt/msgs/bus/mem"
	"hyt/msgs/sensor_msgs"
	"hyt/nodes/node"
	"hyt/nodes/rosargs"
)

// watching runs test with an observer that watches over a bus; its image topic is
// remapped to /cam/image_raw.
func watching(t *testing.T, how Cameras, test func(robot *node.Node, o *Observer, log *bytes.Buffer)) {
	synctest.Test(t, func(t *testing.T) {
		driver := mem.Open()
		var log bytes.Buffer
		open := func(name string, line ...string) *node.Node {
			args, err := rosargs.Parse(append([]string{"--ros-args"}, line...))
			if err != nil {
				t.Fatal(err)
			}
			n, err := node.New(node.Options{Identity: rosargs.Identity{Name: name, Namespace: "/"}, Args: args, Driver: driver, Console: &log})
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		robot, policy := open("robot"), open("policy", "-r", "image:=/cam/image_raw")
		s := settings()
		s.Proprio = nil
		o, err := New(s)
		if err != nil {
			t.Fatal(err)
		}
		if err := o.Watch(policy, how); err != nil {
			t.Fatal(err)
		}
		test(robot, o, &log)
		if err := errors.Join(policy.Close(), robot.Close(), driver.Close()); err != nil {
			t.Error(err)
		}
	})
}

func TestCompressedImagesComeOnTheTopicThatImageTransportUses(t *testing.T) {
	var seen []time.Time
	how := Cameras{Compressed: true, Saw: func(_ int, stamp time.Time) { seen = append(seen, stamp) }}
	watching(t, how, func(robot *node.Node, o *Observer, _ *bytes.Buffer) {
		pub, err := node.Advertise[*sensor_msgs.CompressedImage](robot, "/cam/image_raw/compressed", bus.SensorData())
		if err != nil {
			t.Fatal(err)
		}
		dots := picture.NewRGBA(picture.Rect(0, 0, 2, 2))
		for i := range 4 {
			dots.Set(i%2, i/2, color.RGBA{R: 10, G: 200, B: 30, A: 255})
		}
		var file bytes.Buffer
		if err := png.Encode(&file, dots); err != nil {
			t.Fatal(err)
		}
		m := &sensor_msgs.CompressedImage{Format: "rgb8; png compressed bgr8", Data: file.Bytes()}
		m.Header.Stamp = builtin_interfaces.FromTime(epoch)
		_ = pub.Publish(m)
		synctest.Wait()
		obs, err := o.Latest()
		if err != nil || !bytes.Equal(obs.Images[0], []byte{10, 200, 30}) || len(seen) != 1 || !seen[0].Equal(epoch) {
			t.Errorf("%v, %v, seen %v", obs.Images, err, seen)
		}
		m.Data = m.Data[:20]
		_ = pub.Publish(m)
		synctest.Wait()
		if bad, fault := o.Fault(); bad != 1 || fault == nil || len(seen) != 1 {
			t.Errorf("%d bad, %v, seen %v", bad, fault, seen)
		}
	})
}

func TestACalibrationThatCannotBeUsedIsToldOnce(t *testing.T) {
	watching(t, Cameras{Rectify: true}, func(robot *node.Node, _ *Observer, log *bytes.Buffer) {
		pub, err := node.Advertise[*sensor_msgs.CameraInfo](robot, "/cam/camera_info", bus.SensorData())
		if err != nil {
			t.Fatal(err)
		}
		for range 3 {
			_ = pub.Publish(&sensor_msgs.CameraInfo{DistortionModel: "crystal_ball"})
			synctest.Wait()
		}
		if n := strings.Count(log.String(), "images are not rectified"); n != 1 || !strings.Contains(log.String(), "topic=/cam/camera_info") {
			t.Errorf("%d lines: %s", n, log.String())
		}
	})
}
