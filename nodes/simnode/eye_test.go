package simnode

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"hyt/calib/camera"
	"hyt/calib/geom"
	"hyt/calib/tf"
	"hyt/config"
	"hyt/gazebo/sim"
	"hyt/msgs/bus"
	"hyt/msgs/geometry_msgs"
	"hyt/msgs/sensor_msgs"
	"hyt/msgs/tf2_msgs"
	"hyt/nodes/node"
)

// known is what a node that hears the camera knows of it.
type known struct {
	infos []*sensor_msgs.CameraInfo
	tree  tf.Tree
}

// hear subscribes to what the sim says of its camera.
func (r *rig) hear(k *known) {
	locked := func(f func()) { r.mu.Lock(); defer r.mu.Unlock(); f() }
	_, err := node.Subscribe(r.robot, "camera_info", bus.SensorData(), func(m *sensor_msgs.CameraInfo) {
		locked(func() { k.infos = append(k.infos, m) })
	})
	if err != nil {
		r.t.Fatal(err)
	}
	_, err = node.Subscribe(r.robot, "/tf_static", bus.Latched(1), func(m *tf2_msgs.TFMessage) {
		tree := tf.NewTree()
		if _, err := tree.Update(m, "base_link", "camera_optical_frame"); err != nil {
			r.t.Error(err)
		}
		locked(func() { k.tree = tree })
	})
	if err != nil {
		r.t.Fatal(err)
	}
}

func TestTheSimulatedCameraIsDescribed(t *testing.T) {
	start(t, nil, func(r *rig) {
		var k known
		r.hear(&k)
		r.wait(time.Second)
		if len(k.infos) < 15 || len(r.images) < 15 {
			t.Fatalf("%d camera infos for %d images", len(k.infos), len(r.images))
		}
		info := k.infos[len(k.infos)-1]
		if last := r.images[len(r.images)-1]; info.Header != last.Header || info.Width != last.Width {
			t.Errorf("%+v beside an image of %+v", info, last.Header)
		}
		// 1.2 m above the table, which it sees 0.624 m wide.
		if f := info.K[0] * 0.624 / 1.2; math.Abs(f-64) > 0.1 {
			t.Errorf("the table is %.2f pixels wide, want 64", f)
		}
		p, err := k.tree.Lookup("base_link", "camera_optical_frame")
		if d := p.R.Col(2).Sub(geom.Vec{0, 0, -1}); err != nil || d.Norm() > 1e-9 || p.T.Sub(geom.Vec{0, 0, 1.2}).Norm() > 1e-9 {
			t.Errorf("%v; it stands at %v and looks along %v", err, p.T, p.R.Col(2))
		}
	})
}

// calibrated writes the results of a calibration.
func calibrated(t *testing.T, c camera.Camera, at geom.Pose) func(*config.Sim) {
	t.Helper()
	m := geometry_msgs.TransformStamped{ChildFrameId: "camera_optical_frame", Transform: at.Message()}
	m.Header.FrameId = "base_link"
	dir := t.TempDir()
	info, mount := filepath.Join(dir, "camera.yaml"), filepath.Join(dir, "mount.yaml")
	for name, data := range map[string][]byte{info: c.YAML(), mount: tf.Format([]geometry_msgs.TransformStamped{m})} {
		if err := os.WriteFile(name, data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return func(c *config.Sim) { c.CameraInfoURL, c.CameraTransformURL = "file://"+info, "file://"+mount }
}

func TestTheSimulatedCameraIsTheCalibratedOne(t *testing.T) {
	real := camera.Camera{Name: "real", Width: 160, Height: 120, Model: camera.PlumbBob, Fx: 200, Fy: 202, Cx: 84, Cy: 57, D: [8]float64{-0.2, 0.05, 0.001, 0, 0}}
	down := geom.Pose{R: geom.Columns(geom.Vec{0, -1, 0}, geom.Vec{-1, 0, 0}, geom.Vec{0, 0, -1}), T: geom.Vec{0.05, 0, 1}}
	start(t, calibrated(t, real, down), func(r *rig) {
		var k known
		r.hear(&k)
		r.wait(time.Second)
		if len(k.infos) == 0 || len(r.images) == 0 {
			t.Fatal("nothing came")
		}
		got, err := camera.FromInfo(k.infos[0])
		if got.Name = "real"; err != nil || got != real {
			t.Errorf("%v; camera_info is of %+v", err, got)
		}
		if m := r.images[len(r.images)-1]; m.Width != 160 || m.Height != 120 || len(m.Data) != 3*160*120 || bytes.Count(m.Data, m.Data[:3]) == 160*120 {
			t.Errorf("an image of %dx%d, %d bytes", m.Width, m.Height, len(m.Data))
		}
		if p, err := k.tree.Lookup("base_link", "camera_optical_frame"); err != nil || p.T.Sub(down.T).Norm() > 1e-9 {
			t.Errorf("it stands at %v (%v)", p.T, err)
		}
	})
}

func TestACalibrationThatCannotBeIsRefused(t *testing.T) {
	start(t, nil, func(r *rig) {
		good := camera.Camera{Name: "real", Width: 160, Height: 120, Fx: 200, Fy: 200, Cx: 80, Cy: 60}
		for want, spoil := range map[string]func(*config.Sim){
			"hyt calib intrinsics makes it": func(c *config.Sim) { c.CameraInfoURL = "file:///none.yaml" },
			"connects frame \"base_link\"":  func(c *config.Sim) { c.CameraFrame = "eye" },
			"give both":                     func(c *config.Sim) { c.CameraInfoURL = "none" },
		} {
			c := New(Open)
			calibrated(t, good, geom.Still)(&c.config)
			spoil(&c.config)
			if _, err := c.Configure(r.robot); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%v, want %q", err, want)
			}
		}
	})
}

// strange is a simulator that cannot be drawn from outside.
type strange struct{ sim.Sim }

func TestASimulatorsOwnPicturesMustFitTheCalibration(t *testing.T) {
	for width, want := range map[int]string{64: "", 160: "for 160x64: calibrate at the size"} {
		start(t, nil, func(r *rig) {
			c := New(func(c *config.Sim) (sim.Sim, error) {
				s, err := Open(c)
				return strange{s}, err
			})
			calibrated(t, camera.Camera{Name: "real", Width: width, Height: 64, Fx: 120, Fy: 120, Cx: 32, Cy: 32}, geom.Still)(&c.config)
			i, err := c.Configure(r.robot)
			if got := fmt.Sprint(err); want != "" && !strings.Contains(got, want) || want == "" && err != nil {
				t.Errorf("%d pixels wide: %v, want %q", width, err, want)
			}
			if err != nil {
				return
			}
			if err := i.Close(); err != nil {
				t.Error(err)
			}
		})
	}
}
