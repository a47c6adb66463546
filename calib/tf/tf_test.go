package tf

import (
	"math"
	"strings"
	"testing"

	"hyt/calib/geom"
	"hyt/msgs/geometry_msgs"
	"hyt/msgs/tf2_msgs"
)

// mount is what `ros2 topic echo /tf_static` prints of a camera beside a robot.
const mount = `
transforms:
- header:
    stamp:
      sec: 0
      nanosec: 0
    frame_id: base_link
  child_frame_id: camera_link
  transform:
    translation:
      x: 0.5
      y: 0.0
      z: 1.2
    rotation: {x: 0.0, y: 0.0, z: 1.0, w: 0.0}
---
transforms:
- header: {frame_id: camera_link}
  child_frame_id: camera_optical_frame
  transform:
    translation: {x: 0, y: 0, z: 0}
    rotation: {x: -0.5, y: 0.5, z: -0.5, w: 0.5}
`

func TestFramesAreConnectedEitherWay(t *testing.T) {
	tree, err := Parse([]byte(mount))
	if err != nil {
		t.Fatal(err)
	}
	p, err := tree.Lookup("base_link", "camera_optical_frame")
	if err != nil {
		t.Fatal(err)
	}
	want := geom.Vec{-1, 0, 0} // the camera is turned round, and looks backwards
	if d := p.R.Col(2).Sub(want); d.Norm() > 1e-12 || p.T != (geom.Vec{0.5, 0, 1.2}) {
		t.Errorf("the camera at %v looks along %v", p.T, p.R.Col(2))
	}
	back, err := tree.Lookup("camera_optical_frame", "base_link")
	if d := back.Mul(p); err != nil || d.T.Norm() > 1e-12 || d.R.Angle() > 1e-12 {
		t.Errorf("there and back again is %v, %v", d, err)
	}
	if !tree.Has("base_link") || !tree.Has("camera_link") || tree.Has("tool0") {
		t.Error("Has is wrong")
	}
}

func TestWhatIsWrittenIsReadBack(t *testing.T) {
	tree, err := Parse([]byte(mount))
	if err != nil {
		t.Fatal(err)
	}
	again, err := Parse(Format(tree.Messages()))
	if err != nil || again.String() != tree.String() {
		t.Errorf("%v: %s, want %s", err, again, tree)
	}
}

func TestAMatrixOfAnotherToolIsTaken(t *testing.T) {
	text := "transforms: [{header: {frame_id: tool0}, child_frame_id: eye, matrix: [0.866025, -0.5, 0, 0.1, 0.5, 0.866025, 0, 0.2, 0, 0, 1, 0.3, 0, 0, 0, 1]}]"
	tree, err := Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	p, err := tree.Lookup("tool0", "eye")
	if _, _, yaw := p.R.RPY(); err != nil || math.Abs(yaw-math.Pi/6) > 1e-6 || p.T != (geom.Vec{0.1, 0.2, 0.3}) {
		t.Errorf("%v, %v", p, err)
	}
}

func TestWhatIsWrongWithAFileIsSaid(t *testing.T) {
	matrix := func(m string) string {
		return "transforms: [{header: {frame_id: a}, child_frame_id: b, matrix: [" + m + "]}]"
	}
	for want, text := range map[string]string{
		"there are no transforms":                "hello: 1",
		"transform from \"a\" to \"b\": neither": "transforms: [{header: {frame_id: a}, child_frame_id: b}]",
		"header.frame_id and child_frame_id":     "transforms: [{child_frame_id: b}]",
		"left-handed":                            matrix("1,0,0,0, 0,1,0,0, 0,0,-1,0, 0,0,0,1"),
		"not orthonormal":                        matrix("2,0,0,0, 0,2,0,0, 0,0,2,0, 0,0,0,1"),
		"column by column":                       matrix("1,0,0,0, 0,1,0,0, 0,0,1,0, 5,6,7,1"),
		"has 9 numbers":                          matrix("1,0,0, 0,1,0, 0,0,1"),
		"not a number":                           matrix(".nan,0,0,0, 0,1,0,0, 0,0,1,0, 0,0,0,1"),
		"write metres, not millimetres":          matrix("1,0,0,500, 0,1,0,0, 0,0,1,0, 0,0,0,1"),
		"rotation x y z w":                       "transforms: [{header: {frame_id: a}, child_frame_id: b, transform: {translation: {x: 0, y: 0, z: 0}, rotation: {x: 0, y: 0, z: 0}}}]",
		"frame \"camera_link\" has two parents":  mount + "---" + strings.ReplaceAll(mount, "base_link", "world"),
		"is there twice":                         mount + "---" + mount,
		"from \"a\" to \"a\" closes a circle":    strings.ReplaceAll(matrix("1,0,0,0, 0,1,0,0, 0,0,1,0, 0,0,0,1"), "child_frame_id: b", "child_frame_id: a"),
		"cannot unmarshal":                       "transforms: 3",
	} {
		_, err := Parse([]byte(text))
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%v, want %q in one line", err, want)
		}
	}
	tree, err := Parse([]byte(mount))
	if err != nil {
		t.Fatal(err)
	}
	_, err = tree.Lookup("base_link", "camera")
	if want := `no transform connects frame "base_link" with "camera"; there is base_link to camera_link, camera_link to camera_optical_frame`; err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
}

func TestMovingFramesAreFollowed(t *testing.T) {
	tree := NewTree()
	update := func(parent, child string, x float64) bool {
		m := &tf2_msgs.TFMessage{Transforms: make([]geometry_msgs.TransformStamped, 1)}
		m.Transforms[0].Header.FrameId, m.Transforms[0].ChildFrameId = parent, child
		m.Transforms[0].Transform = geom.Pose{R: geom.Identity, T: geom.Vec{x, 0, 0}}.Message()
		told, err := tree.Update(m, "base_link", "tool0")
		if err != nil {
			t.Error(err)
		}
		return told
	}
	update("base_link", "elbow", 0.4)
	if !update("/elbow", "tool0", 0.3) || update("odom", "base_link", 5) && update("elbow", "lamp", 1) {
		t.Error("what moves the tool is told wrongly")
	}
	for _, x := range []float64{0.3, 0.1} {
		update("elbow", "tool0", x)
		if p, err := tree.Lookup("base_link", "tool0"); err != nil || math.Abs(p.T[0]-0.4-x) > 1e-12 {
			t.Errorf("%v, %v", p.T, err)
		}
	}
}

// FuzzParse: no file breaks the reader, and what it takes are rigid motions that it
// can write again.
func FuzzParse(f *testing.F) {
	f.Add([]byte(mount))
	f.Add([]byte("transforms: [{header: {frame_id: a}, child_frame_id: b, matrix: [1,0,0,0, 0,1,0,0, 0,0,1,0, 0,0,0,1]}]"))
	f.Fuzz(func(t *testing.T, text []byte) {
		tree, err := Parse(text)
		if err != nil {
			return
		}
		for child, l := range tree.links {
			if err := l.pose.Check(); err != nil {
				t.Errorf("%q: %v", child, err)
			}
		}
		if len(tree.Messages()) != len(tree.links) {
			t.Error("a transform is lost")
		}
	})
}
