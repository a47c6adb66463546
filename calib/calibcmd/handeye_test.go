package calibcmd

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"hyt/calib/geom"
	"hyt/calib/tf"
)

// lensFile is the camera info of the lens.
func lensFile(t *testing.T) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "lens.yaml")
	if err := lens.Save(name); err != nil {
		t.Fatal(err)
	}
	return name
}

// posesFile is the CSV file of the film's poses, each passed through change.
func posesFile(t *testing.T, header string, line func(p geom.Pose) string) string {
	t.Helper()
	var poses []geom.Pose
	for _, s := range film() {
		poses = append(poses, s.hand())
	}
	return posesOf(t, header, line, poses...)
}

// posesOf is the CSV file of the first pictures' poses.
func posesOf(t *testing.T, header string, line func(p geom.Pose) string, poses ...geom.Pose) string {
	t.Helper()
	text := header + "\n"
	for i, p := range poses {
		text += shotName(i) + "," + line(p) + "\n"
	}
	name := filepath.Join(t.TempDir(), "poses.csv")
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return name
}

const (
	quaternionHeader = "name,x,y,z,qx,qy,qz,qw"
	angleHeader      = "name,x,y,z,roll,pitch,yaw"
)

func quaternions(p geom.Pose) string {
	q := p.R.Quat()
	return fmt.Sprintf("%g,%g,%g,%g,%g,%g,%g", p.T[0], p.T[1], p.T[2], q.X, q.Y, q.Z, q.W)
}

// angles writes roll, pitch and yaw times unit.
func angles(unit float64) func(p geom.Pose) string {
	return func(p geom.Pose) string {
		r, pi, y := p.R.RPY()
		return fmt.Sprintf("%g,%g,%g,%g,%g,%g", p.T[0], p.T[1], p.T[2], unit*r, unit*pi, unit*y)
	}
}

// found runs `hyt calib handeye --json` and checks that the camera sits where it
// sat when the pictures were taken.
func found(t *testing.T, args ...string) handeyeJSON {
	t.Helper()
	out, err := hyt(onBoard(append([]string{"handeye", "--json", "--camera", lensFile(t)}, args...)...)...)
	if err != nil {
		t.Fatal(err)
	}
	var got handeyeJSON
	if err := json.Unmarshal([]byte(out), &got); err != nil {
		t.Fatal(err)
	}
	atTheCamera(t, got)
	return got
}

// atTheCamera checks that a mount is where the camera sat when the pictures were taken.
func atTheCamera(t *testing.T, got handeyeJSON) {
	t.Helper()
	found := geom.Still // from the hand, through the body, to the optical frame
	for _, tf := range got.Transforms {
		r, err := geom.Quat{X: tf.Rotation[0], Y: tf.Rotation[1], Z: tf.Rotation[2], W: tf.Rotation[3]}.Mat()
		if err != nil {
			t.Fatal(err)
		}
		found = found.Mul(geom.Pose{R: r, T: tf.Translation})
	}
	off := found.Inv().Mul(handTcamera)
	if off.T.Norm() > 3e-4 || off.R.Angle() > 1e-3 {
		t.Errorf("the camera is off by %.3f mm and %.4f rad", 1e3*off.T.Norm(), off.R.Angle())
	}
}

func TestImagesAndPosesGiveTheMount(t *testing.T) {
	dir := t.TempDir()
	launch, yaml := filepath.Join(dir, "mount.launch"), filepath.Join(dir, "mount.yaml")
	got := found(t, folder(t), "--poses", posesFile(t, quaternionHeader, quaternions), "--out", launch+","+yaml, "--parent", "flange")
	if got.Transforms[0].Parent != "flange" || got.Transforms[1].Child != "camera_optical_frame" || len(got.Samples) != 11 {
		t.Errorf("%+v", got)
	}
	text, err := os.ReadFile(launch)
	if err != nil || !strings.HasPrefix(string(text), "<launch>\n<node pkg=\"tf2_ros\"") || !strings.Contains(string(text), "--frame-id flange --child-frame-id camera_link") {
		t.Errorf("%v:\n%s", err, text)
	}
	tree, err := tf.Load(yaml)
	if err != nil {
		t.Fatal(err)
	}
	found, err := tree.Lookup("flange", "camera_optical_frame")
	if off := found.Inv().Mul(handTcamera); err != nil || off.T.Norm() > 3e-4 || off.R.Angle() > 1e-3 {
		t.Errorf("%v; mount.yaml puts the camera at %v", err, found)
	}
}

func TestAnglesAndQuaternionsAreTheSamePoses(t *testing.T) {
	a, err := readPoses(posesFile(t, angleHeader, angles(1)))
	if err != nil {
		t.Fatal(err)
	}
	b, err := readPoses(posesFile(t, quaternionHeader, quaternions))
	if err != nil {
		t.Fatal(err)
	}
	for name, p := range a {
		if d := p.Inv().Mul(b[name]); len(a) != len(film()) || d.T.Norm() > 1e-5 || d.R.Angle() > 1e-5 {
			t.Errorf("%s: %v, %v", name, p, b[name])
		}
	}
}

func TestABagGivesTheMountFromStopsOfTheArm(t *testing.T) {
	got := found(t, recording(t), "--topic", "/raw")
	var moved, again, used int
	for _, s := range got.Samples {
		switch {
		case s.Used:
			used++
		case strings.Contains(s.Reason, "the hand was moving"):
			moved++
		case strings.Contains(s.Reason, "hardly moved"):
			again++
		}
	}
	if used != 9 || moved != 2 || again != 9 {
		t.Errorf("%d used, %d while the hand moved, %d again; want 9, 2, 9", used, moved, again)
	}
}

func TestTransformsOfABagGiveTheMountToo(t *testing.T) {
	dir := recording(t)
	got := found(t, dir, "--topic", "/raw", "--pose-topic", "/tf")
	if len(got.Samples) != 20 {
		t.Errorf("%d samples", len(got.Samples))
	}
	_, err := hyt(onBoard("handeye", dir, "--camera", lensFile(t), "--topic", "/raw", "--pose-topic", "/tf", "--hand-frame", "flange")...)
	if err == nil || !strings.Contains(err.Error(), `/tf never connects frame "base_link" with "flange"; it has elbow to tool0, base_link to elbow`) {
		t.Errorf("%v", err)
	}
}

func TestHandeyeNamesWhatIsWrong(t *testing.T) {
	dir, lens := folder(t), lensFile(t)
	images := []string{"handeye", "--camera", lens}
	for i := range 5 {
		images = append(images, filepath.Join(dir, shotName(i)))
	}
	good := posesFile(t, quaternionHeader, quaternions)
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{}, "--poses"},
		{[]string{"--poses", good, "--cols", "8"}, "looks the same after half a turn"},
		{[]string{"--poses", good, "--mount", "eye"}, "mount \"eye\" is not known"},
		{[]string{"--poses", good, "--parent", "/tool0"}, "without leading slash"},
		{[]string{"--poses", good, "--mount", "eye_to_hand"}, "the poses fit another set-up"},
		{[]string{"--poses", good, "--camera", filepath.Join(dir, "none.yaml")}, "hyt calib intrinsics makes it"},
		{[]string{"--poses", posesFile(t, angleHeader, angles(180/3.14159265))}, "write radians, not degrees"},
		{[]string{"--poses", posesFile(t, angleHeader, angles(0))}, "no rotation"},
		{[]string{"--poses", posesFile(t, quaternionHeader, func(p geom.Pose) string { p.T = p.T.Scale(1000); return quaternions(p) })}, "write metres, not millimetres"},
		{[]string{"--poses", posesFile(t, quaternionHeader, func(p geom.Pose) string { return quaternions(p.Inv()) })}, "not of the base in the hand's"},
		{[]string{"--poses", posesFile(t, quaternionHeader, func(geom.Pose) string { return "0,0,0,0,0,0,2" })}, "line 2"},
	} {
		_, err := hyt(onBoardThen(images...)(c.args...)...)
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%v: %v; want %q in one line", c.args, err, c.want)
		}
	}
}

// onBoardThen puts flags that a test changes behind those that it does not.
func onBoardThen(args ...string) func(...string) []string {
	return func(more ...string) []string { return append(onBoard(args...), more...) }
}

// FuzzPoses: no file of poses breaks the reader, and what it takes are poses.
func FuzzPoses(f *testing.F) {
	f.Add(quaternionHeader + "\na.png,0,0,0.5,0,0,0,1\n")
	f.Add(angleHeader + "\n# by hand\na.png, 0.1, 0, 0.5, 3.1, 0, -1\n")
	f.Add("name,x\n\"")
	f.Fuzz(func(t *testing.T, text string) {
		table, err := parsePoses(strings.NewReader(text), "poses.csv")
		if err != nil {
			return
		}
		for name, p := range table {
			if err := p.Check(); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}
