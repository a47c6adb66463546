package calibcmd

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"hyt/msgs/builtin_interfaces"
	"hyt/msgs/bus"
	"hyt/msgs/bus/mem"
	"hyt/msgs/geometry_msgs"
	"hyt/msgs/sensor_msgs"
	"hyt/msgs/tf2_msgs"
	"hyt/nodes/handpose"
	"hyt/nodes/node"
)

// robot is an arm with a camera that goes from stop to stop of the film: to the next
// when one was taken.
func robot(ctx context.Context, t *testing.T, n *node.Node, told *keeper) {
	var errs [4]error
	images, err := node.Advertise[*sensor_msgs.Image](n, "/camera/image_raw", bus.SensorData())
	errs[0] = err
	poses, err := node.Advertise[*geometry_msgs.PoseStamped](n, "/ee_pose", bus.Default())
	errs[1] = err
	moving, err := node.Advertise[*tf2_msgs.TFMessage](n, "/tf", bus.QoS{Depth: 100})
	errs[2] = err
	static, err := node.Advertise[*tf2_msgs.TFMessage](n, "/tf_static", bus.Latched(1))
	errs[3] = err
	send := func(err error) {
		if err != nil {
			t.Error(err)
		}
	}
	for _, err := range errs {
		send(err)
	}
	send(static.Publish(armStands(time.Now())))
	for i := 0; ctx.Err() == nil; i++ {
		s := film()[int(told.kept.Load())%len(film())]
		now := time.Now()
		p := geometry_msgs.NewPoseStamped()
		p.Header.Stamp = builtin_interfaces.FromTime(now)
		p.Pose.Position, p.Pose.Orientation = geometry_msgs.Point(s.hand().Message().Translation), s.hand().Message().Rotation
		send(poses.Publish(p))
		send(moving.Publish(armMoves(s.hand(), now)))
		if i%5 == 0 {
			m := &sensor_msgs.Image{Width: uint32(lens.Width), Height: uint32(lens.Height), Step: uint32(s.Stride), Encoding: "mono8", Data: s.Pix}
			m.Header.Stamp = builtin_interfaces.FromTime(now)
			send(images.Publish(m))
		}
		time.Sleep(20 * time.Millisecond)
	}
}

func TestStopsOfALiveArmGiveTheMount(t *testing.T) {
	film()
	for _, arm := range []handpose.Source{{Topic: "/ee_pose"}, {Topic: "/tf", Base: "base_link", Hand: "tool0"}} {
		synctest.Test(t, func(t *testing.T) {
			driver := mem.Open()
			n := person(t, driver)
			ctx, cancel := context.WithCancel(t.Context())
			told := &keeper{word: " taken; "}
			var beside sync.WaitGroup
			beside.Go(func() { robot(ctx, t, n, told) })
			f := handeyeFlags{boardFlags: boardFlags{kind: "chessboard", rows: 6, cols: 7, size: 30}, camera: lensFile(t), handFlags: handFlags{arm: arm}, mount: "eye_in_hand", stops: 8, asJSON: true}
			f.frames.Camera, f.frames.Optical = "camera_link", "camera_optical_frame"
			f.topic, f.driver = "/camera/image_raw", driver
			var out bytes.Buffer
			err := f.run(t.Context(), &out, told)
			cancel()
			beside.Wait()
			if err != nil {
				t.Errorf("%s: %v; it said:\n%s", arm.Topic, err, told.text.String())
			}
			for _, c := range []interface{ Close() error }{n, driver} {
				if err := c.Close(); err != nil {
					t.Error(err)
				}
			}
			var got handeyeJSON
			if err := json.Unmarshal(out.Bytes(), &got); err != nil {
				t.Fatal(err)
			}
			atTheCamera(t, got)
			for _, want := range []string{"stop 1 taken; missing: 7 more stops", "stop 8 taken; missing: nothing"} {
				if !strings.Contains(told.text.String(), want) {
					t.Errorf("%s: it did not say %q:\n%s", arm.Topic, want, told.text.String())
				}
			}
		})
	}
}
