package mounted

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"hyt/calib/camera"
	"hyt/calib/geom"
	"hyt/calib/tf"
	"hyt/calib/view"
)

var wide = camera.Camera{Name: "overhead", Width: 640, Height: 480, Model: camera.PlumbBob, Fx: 500, Fy: 502, Cx: 322, Cy: 236,
	D: [8]float64{-0.2, 0.05, 0.001, -0.001, 0}}

// down is a camera 1.2 m above base_link, its image's top to the front.
var down = geom.Pose{R: geom.Columns(geom.Vec{0, -1, 0}, geom.Vec{-1, 0, 0}, geom.Vec{0, 0, -1}), T: geom.Vec{0.1, 0.05, 1.2}}

func write(t *testing.T, name, text string) string {
	t.Helper()
	name = filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return name
}

// transform is the file of one transform.
func transform(parent, child string, p geom.Pose) string {
	q, v := p.R.Quat(), p.T
	return fmt.Sprintf("transforms: [{header: {frame_id: %s}, child_frame_id: %q, transform: {translation: {x: %g, y: %g, z: %g}, rotation: {x: %g, y: %g, z: %g, w: %g}}}]\n",
		parent, child, v[0], v[1], v[2], q.X, q.Y, q.Z, q.W)
}

func files(t *testing.T) Files {
	return Files{
		InfoURL:      "file://" + write(t, "overhead.yaml", string(wide.YAML())),
		TransformURL: write(t, "mount.yaml", transform("base_link", "camera_optical_frame", down)),
		Frame:        "camera_optical_frame", Base: "base_link",
	}
}

func open(t *testing.T) *Camera {
	t.Helper()
	c, err := Open(files(t))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestPixelsBecomeMetresOnTheTable(t *testing.T) {
	c := open(t)
	if err := c.CheckTable(0); err != nil {
		t.Fatal(err)
	}
	all := [4]float64{0, 0, 1, 1}
	for _, p := range []geom.Vec{{0.1, 0.05, 0}, {0.4, 0.3, 0}, {-0.2, -0.4, 0.03}} {
		px, ok := c.See(p)
		if !ok {
			t.Fatalf("%v is out of sight", p)
		}
		got, err := c.OnPlane((px.X+0.5)/640, (px.Y+0.5)/480, Part{Crop: all}, p[2])
		if d := got.Sub(p); err != nil || d.Norm() > 1e-6 {
			t.Errorf("%v was seen at %v, which is %v (%v)", p, px, got, err)
		}
	}
}

func TestCropsAndRectifiedPicturesAreCountedIn(t *testing.T) {
	c := open(t)
	p := geom.Vec{0.3, -0.1, 0}
	px, _ := c.See(p)
	crop := [4]float64{0.125, 0, 0.875, 1} // the middle square
	u, v := ((px.X+0.5)/640-0.125)/0.75, (px.Y+0.5)/480
	if got, err := c.OnPlane(u, v, Part{Crop: crop}, 0); err != nil || got.Sub(p).Norm() > 1e-6 {
		t.Errorf("cropped: %v, %v", got, err)
	}
	ideal := c.Lens.Rectified()
	px, _ = ideal.Project(c.Pose.Inv().Apply(p))
	got, err := c.OnPlane((px.X+0.5)/640, (px.Y+0.5)/480, Part{Crop: [4]float64{0, 0, 1, 1}, Rectified: true}, 0)
	if err != nil || got.Sub(p).Norm() > 1e-6 {
		t.Errorf("rectified: %v, %v", got, err)
	}
}

func TestWhatIsWrongWithACalibrationIsSaidAtOnce(t *testing.T) {
	good := files(t)
	mirrored := "transforms: [{header: {frame_id: base_link}, child_frame_id: camera_optical_frame, matrix: [0,-1,0,0, -1,0,0,0, 0,0,1,1, 0,0,0,1]}]"
	for want, spoil := range map[string]func(f *Files){
		"only file:// is read":       func(f *Files) { f.InfoURL = "package://robot/wrist.yaml" },
		"begins with a third slash":  func(f *Files) { f.InfoURL = "file://home/wrist.yaml" },
		"hyt calib intrinsics makes": func(f *Files) { f.InfoURL = "file:///none.yaml" },
		"hyt calib handeye makes it": func(f *Files) { f.TransformURL = "file:///none.yaml" },
		"give both":                  func(f *Files) { f.InfoURL = None },
		"zeros mean an uncalibrated": func(f *Files) {
			f.InfoURL = write(t, "c.yaml", strings.Replace(string(wide.YAML()), "[500.0", "[0", 1))
		},
		"is left-handed":                func(f *Files) { f.TransformURL = write(t, "m.yaml", mirrored) },
		`connects frame "base_link" w`:  func(f *Files) { f.Frame = "wrist_optical_frame" },
		`connects frame "world" with`:   func(f *Files) { f.Base = "world" },
		`and none the hand's frame "to`: func(f *Files) { f.Base, f.Hand = "world", "tool0" },
	} {
		f := good
		spoil(&f)
		if _, err := Open(f); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%v, want %q in one line", err, want)
		}
	}
	if c, err := Open(Files{InfoURL: None, TransformURL: None}); c != nil || err != nil {
		t.Errorf("nothing given: %v, %v", c, err)
	}
	c := open(t)
	if err := c.FitImage(320, 240); err == nil || !strings.Contains(err.Error(), "calibration of \"overhead\" is for 640x480") {
		t.Errorf("an image of another size: %v", err)
	}
	body := good
	body.TransformURL = write(t, "m.yaml", transform("base_link", "camera_optical_frame", down.Mul(geom.Optical.Inv())))
	c, err := Open(body)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.CheckTable(0); err == nil || !strings.Contains(err.Error(), "is \"camera_optical_frame\" the optical frame") {
		t.Errorf("the body's frame for the optical one: %v", err)
	}
}

// onHand is a camera in frame tool0, 10 cm beside it, that looks along its z.
func onHand(t *testing.T) (*Camera, geom.Pose) {
	t.Helper()
	mount := geom.Pose{R: geom.Exp(geom.Vec{0, 0, 0.3}), T: geom.Vec{0.1, 0, 0.02}}
	f := files(t)
	f.TransformURL, f.Hand = write(t, "mount.yaml", transform("tool0", "camera_optical_frame", mount)), "tool0"
	c, err := Open(f)
	if err != nil {
		t.Fatal(err)
	}
	return c, mount
}

func TestACameraOnTheHandIsWhereTheHandTakesIt(t *testing.T) {
	c, mount := onHand(t)
	if c.Placed || !c.OnHand {
		t.Fatalf("%+v", c)
	}
	whole := Part{Crop: [4]float64{0, 0, 1, 1}}
	_, noPlane := c.OnPlane(0.5, 0.5, whole, 0)
	_, noTag := c.SeeTag(NewTag(1, 0.05, geom.Still))
	for _, err := range []error{noPlane, noTag} {
		if err == nil || err.Error() != `the camera moves with "tool0", and it is not known where that is` {
			t.Errorf("without the hand's pose: %v", err)
		}
	}
	p := geom.Vec{0.35, 0.1, 0}
	for _, turn := range []float64{0, 0.5, -1} {
		hand := geom.Pose{R: geom.FromRPY(math.Pi+0.1, 0.2, turn), T: geom.Vec{0.3, 0.1, 0.5}}
		there := c.At(hand)
		if d := hand.Mul(mount).Inv().Mul(there.Pose); d.T.Norm() > 1e-9 || d.R.Angle() > 1e-9 {
			t.Errorf("the camera is at %v", there.Pose)
		}
		px, ok := there.See(p)
		if !ok {
			t.Fatalf("turned by %g: out of sight", turn)
		}
		if got, err := there.OnPlane((px.X+0.5)/640, (px.Y+0.5)/480, whole, 0); err != nil || got.Sub(p).Norm() > 1e-6 {
			t.Errorf("turned by %g: %v, %v", turn, got, err)
		}
	}
	if c.Placed {
		t.Error("At placed the camera for good")
	}
	still := open(t)
	if still.OnHand || still.At(geom.Pose{R: geom.Identity, T: geom.Vec{9, 9, 9}}) != still {
		t.Error("a camera beside the robot moves with the hand")
	}
}

func TestTagsAreSeenWhereTheyLie(t *testing.T) {
	c := open(t)
	flat := geom.Pose{R: geom.Columns(geom.Vec{0, -1, 0}, geom.Vec{-1, 0, 0}, geom.Vec{0, 0, -1}), T: geom.Vec{0.2, 0.1, 0}}
	url := write(t, "tags.yaml", transform("base_link", TagFrame(7), flat))
	tags, err := LoadTags(url, 0.05, "base_link")
	if err != nil || len(tags) != 1 || tags[0].ID != 7 {
		t.Fatalf("%v, %v", tags, err)
	}
	px, err := c.SeeTag(tags[0])
	if err != nil {
		t.Fatal(err)
	}
	mid := view.Point2{X: (px[0].X + px[2].X) / 2, Y: (px[0].Y + px[2].Y) / 2}
	want, _ := c.See(flat.T)
	if math.Hypot(mid.X-want.X, mid.Y-want.Y) > 0.5 || px[0].X > px[1].X || px[0].Y > px[3].Y {
		t.Errorf("its corners are at %v", px)
	}
	over := NewTag(7, 0.05, geom.Pose{R: geom.Identity, T: flat.T})
	if _, err := c.SeeTag(over); err == nil || !strings.Contains(err.Error(), "from behind") {
		t.Errorf("face down: %v", err)
	}
	far := NewTag(7, 0.05, geom.Pose{R: flat.R, T: geom.Vec{3, 0, 0}})
	if _, err := c.SeeTag(far); err == nil || !strings.Contains(err.Error(), "out of the image") {
		t.Errorf("far away: %v", err)
	}
	for want, text := range map[string]string{
		"has no frame called tag36h11:ID": transform("base_link", "cup", flat),
		"is no tag":                       transform("base_link", "tag36h11:x", flat),
		"(parameter base_frame)":          transform("world", "tag36h11:1", flat),
	} {
		if _, err := LoadTags(write(t, "tags.yaml", text), 0.05, "base_link"); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
	if _, err := tf.Load(url); err != nil {
		t.Error(err)
	}
}
