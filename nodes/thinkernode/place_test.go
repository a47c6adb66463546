package thinkernode

import (
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
	"hyt/msgs/bus"
	"hyt/msgs/geometry_msgs"
	"hyt/nodes/node"
	"hyt/policy/policytest"
	"hyt/policy/spec"
	"hyt/policy/thought"
)

// down is a camera 1 m above base_link that looks straight down, its image's top
// to the front.
var down = geom.Pose{R: geom.Columns(geom.Vec{0, -1, 0}, geom.Vec{-1, 0, 0}, geom.Vec{0, 0, -1}), T: geom.Vec{0, 0, 1}}

// placed sets the parameters of a camera at that pose, of width x height pixels,
// which sees as many metres of the table as it has pixels over 640.
func placed(t *testing.T, width, height int, at geom.Pose) func(*config.Thinker) {
	return mountedOn(t, "base_link", width, height, at)
}

// mountedOn is placed for a camera in another frame than the base's.
func mountedOn(t *testing.T, parent string, width, height int, at geom.Pose) func(*config.Thinker) {
	t.Helper()
	c := camera.Camera{Name: "overhead", Width: width, Height: height, Fx: 640, Fy: 640, Cx: float64(width-1) / 2, Cy: float64(height-1) / 2}
	m := geometry_msgs.TransformStamped{ChildFrameId: "camera_optical_frame", Transform: at.Message()}
	m.Header.FrameId = parent
	dir := t.TempDir()
	info, mount := filepath.Join(dir, "overhead.yaml"), filepath.Join(dir, "mount.yaml")
	for name, data := range map[string][]byte{info: c.YAML(), mount: tf.Format([]geometry_msgs.TransformStamped{m})} {
		if err := os.WriteFile(name, data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return func(c *config.Thinker) { c.CameraInfoURL, c.CameraTransformURL = "file://"+info, mount }
}

// The thought is "target red cube <x10> <y20>": 10.5/64 of the image from its left,
// 20.5/64 from its top. Its middle is below the camera.
func TestTheTargetIsToldInMetres(t *testing.T) {
	startWith(t, policytest.Options{}, placed(t, 640, 640, down), func(r *rig) {
		var got []*geometry_msgs.PointStamped
		if _, err := node.Subscribe(r.robot, "target", bus.Latched(1), func(m *geometry_msgs.PointStamped) { got = append(got, m) }); err != nil {
			t.Fatal(err)
		}
		r.say("touch the red cube")
		r.wait(3 * time.Second)
		if len(got) < 4 {
			t.Fatalf("%d targets in 3 s", len(got))
		}
		m, x, y := got[len(got)-1], 0.5-20.5/64, 0.5-10.5/64
		if math.Hypot(m.Point.X-x, m.Point.Y-y) > 1e-9 || math.Abs(m.Point.Z) > 1e-12 || m.Header.FrameId != "base_link" {
			t.Errorf("%+v, want %g %g 0 in base_link", m, x, y)
		}
		if last := r.thoughts[len(r.thoughts)-1]; m.Header.Stamp != last.Header.Stamp {
			t.Errorf("stamp %v, the thought's is %v", m.Header.Stamp, last.Header.Stamp)
		}
		if v := r.value("target_m"); v != "0.1797 0.3359 0.0000 in base_link" {
			t.Errorf("diagnostics say %q", v)
		}
	})
}

func TestWithoutCalibrationThereAreNoMetres(t *testing.T) {
	var p *places
	if s := p.find(t.Context(), thought.Thought{TargetAt: &thought.Place{X: 3, Y: 4}}, time.Now()); s.known || s.why != nil {
		t.Errorf("out of nothing: %+v", s)
	}
	startWith(t, policytest.Options{}, func(*config.Thinker) {}, func(r *rig) {
		r.say("touch the red cube")
		r.wait(2 * time.Second)
		if v := r.value("target_m"); len(r.thoughts) == 0 || v != "no such key" {
			t.Errorf("%d thoughts, target_m %q", len(r.thoughts), v)
		}
	})
}

func TestTheModelsCropIsCountedIn(t *testing.T) {
	start(t, policytest.Options{}, func(r *rig) {
		c := config.DefaultThinker()
		placed(t, 640, 480, down)(&c)
		// The model sees the middle square of the image: 480 x 480 pixels.
		p, info, err := openPlaces(r.robot, &c, spec.Camera{Crop: [4]float64{0.125, 0, 0.875, 1}})
		if err != nil || info.Width != 640 {
			t.Fatalf("%v, %+v", err, info)
		}
		s := p.find(r.ctx, thought.Thought{TargetAt: &thought.Place{X: 0, Y: 63}}, time.Now())
		if x, y := -0.75*(0.5-0.5/64), 0.75*(0.5-0.5/64); !s.known || math.Hypot(s.at[0]-x, s.at[1]-y) > 1e-9 {
			t.Errorf("%+v, want %g %g", s, x, y)
		}
	})
}

func TestACameraThatMissesTheTableIsRefused(t *testing.T) {
	start(t, policytest.Options{}, func(r *rig) {
		c := config.DefaultThinker()
		placed(t, 640, 480, down.Mul(geom.Optical.Inv()))(&c) // the body's frame for the optical one
		if _, _, err := openPlaces(r.robot, &c, spec.Camera{Crop: [4]float64{0, 0, 1, 1}}); err == nil || !strings.Contains(err.Error(), "the optical frame (z forward)") {
			t.Errorf("%v", err)
		}
	})
}
