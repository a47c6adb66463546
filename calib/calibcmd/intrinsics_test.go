package calibcmd

import (
	"encoding/json"
	"errors"
	"image"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"hyt/calib/camera"
	"hyt/calib/photo"
	"hyt/calib/target"
)

// calibrated runs `hyt calib intrinsics --json` and checks its camera against the
// lens that took the pictures.
func calibrated(t *testing.T, args ...string) intrinsicsJSON {
	t.Helper()
	yaml := filepath.Join(t.TempDir(), "camera.yaml")
	out, err := hyt(onBoard(append([]string{"intrinsics", "--json", "--fix", "k3", "--out", yaml}, args...)...)...)
	if err != nil {
		t.Fatal(err)
	}
	var got intrinsicsJSON
	if err := json.Unmarshal([]byte(out), &got); err != nil {
		t.Fatal(err)
	}
	c, err := camera.Load(yaml)
	if err != nil {
		t.Fatal(err)
	}
	values, truth := c.Params(), lens.Params()
	for i, name := range c.Model.ParamNames() {
		if off := math.Abs(values[i] - truth[i]); off > 5*got.Sigma[name]+1e-9 {
			t.Errorf("%s is %g ± %g, in truth %g", name, values[i], got.Sigma[name], truth[i])
		}
	}
	if got.Sigma["fx"] > 1 || got.RMS > 0.06 {
		t.Errorf("fx ± %.2f px, RMS %.3f px", got.Sigma["fx"], got.RMS)
	}
	return got
}

func TestAFolderOfImagesGivesTheLensThatTookThem(t *testing.T) {
	html := filepath.Join(t.TempDir(), "report.html")
	got := calibrated(t, folder(t), "--report", html, "--name", "wrist")
	if got.Camera != "wrist" || got.Width != 320 || len(got.Views) != 11 {
		t.Errorf("camera %q of width %d, %d views", got.Camera, got.Width, len(got.Views))
	}
	if v := got.Views[10]; v.Used || v.Name != "wall.png" || !strings.Contains(v.Reason, "nearly of one grey") {
		t.Errorf("the picture without a board: %+v", v)
	}
	text, err := os.ReadFile(html)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"Calibration of wrist", "view03.png", "wall.png", "data:image/png;base64,", "nearly of one grey", "<circle"} {
		if !strings.Contains(string(text), want) {
			t.Errorf("the report lacks %q", want)
		}
	}
}

func TestABagGivesTheSameFromRawAndCompressedImages(t *testing.T) {
	dir := recording(t)
	if got := calibrated(t, dir, "--topic", "/packed/compressed", "--every", "1.1s"); len(got.Views) != 10 {
		t.Errorf("%d images were looked at, want one of each two", len(got.Views))
	}
	got := calibrated(t, dir, "--topic", "/raw")
	if len(got.Views) != 20 {
		t.Errorf("%d images were looked at, want 20", len(got.Views))
	}
	for i, v := range got.Views {
		if i%2 == 1 && (v.Used || !strings.Contains(v.Reason, "hardly moved")) {
			t.Errorf("image %d repeats the one before: %+v", i, v)
		}
	}
	if _, err := hyt(onBoard("intrinsics", dir)...); err == nil || !strings.Contains(err.Error(), "name one with --topic") {
		t.Errorf("two topics: %v", err)
	}
	if _, err := hyt(onBoard("intrinsics", dir, "--topic", "/none")...); err == nil || !strings.Contains(err.Error(), "its topics with images: /packed/compressed /raw") {
		t.Errorf("no such topic: %v", err)
	}
}

func TestPeopleReadWhatWasFoundAndWhatWasNot(t *testing.T) {
	out, err := hyt(onBoard("intrinsics", folder(t), "--out", filepath.Join(t.TempDir(), "c.yaml"))...)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"camera   camera, 320 x 240, plumb_bob", "fx", "±", "px RMS per axis, 10 of 11 images used", "without  wall.png: the image is nearly"} {
		if !strings.Contains(out, want) {
			t.Errorf("output lacks %q:\n%s", want, out)
		}
	}
}

func TestABlurredLensIsWarnedOf(t *testing.T) {
	dir := t.TempDir()
	r := rand.New(rand.NewPCG(3, 3))
	s := photo.Scene{Camera: lens.Resized(480, 360), Board: target.Board{Kind: target.Chessboard, Rows: 4, Cols: 5, Size: 0.05}, Black: 40, White: 200, Blur: 3, Noise: 1}
	for i := range 4 {
		for s.Place(r, 0.6); photo.Closest(s.Truth()) < 25; {
			s.Place(r, 0.6)
		}
		save(t, filepath.Join(dir, shotName(i)), s.Take(r))
	}
	out, err := hyt("intrinsics", dir, "--rows", "4", "--cols", "5", "--size", "50", "--fix", "k1,k2,k3,p1,p2", "--out", filepath.Join(t.TempDir(), "c.yaml"))
	if err != nil || !strings.Contains(out, "warning  edges are blurred by 3.") || !strings.Contains(out, "focus the lens") {
		t.Errorf("%v:\n%s", err, out)
	}
}

func TestFailuresAreOneSentenceWithTheRightExitCode(t *testing.T) {
	dir := folder(t)
	odd := t.TempDir()
	save(t, filepath.Join(odd, "small.png"), image.NewGray(image.Rect(0, 0, 20, 20)))
	if err := os.WriteFile(filepath.Join(odd, "broken.jpg"), []byte("no image"), 0o644); err != nil {
		t.Fatal(err)
	}
	few := filepath.Join(dir, "view00.png")
	for _, c := range []struct {
		args []string
		code int
		want string
	}{
		{[]string{"intrinsics"}, 2, "name a folder"},
		{[]string{"intrinsics", dir, "--type", "circles"}, 2, "take chessboard, apriltag or charuco"},
		{[]string{"intrinsics", dir, "--type", "charuco", "--marker", "0.9"}, 2, "not in 0.5 to 0.8"},
		{[]string{"intrinsics", dir, "--size", "0"}, 2, "not in 1 to 1000 mm"},
		{[]string{"intrinsics", dir, "--model", "pinhole"}, 2, "pinhole"},
		{[]string{"intrinsics", dir, "--topic", "/image"}, 2, "--topic is for bags"},
		{[]string{"intrinsics", filepath.Join(dir, "none")}, 1, "no such file"},
		{[]string{"intrinsics", t.TempDir()}, 1, "neither a bag nor images"},
		{[]string{"intrinsics", odd}, 1, "gave no view"},
		{onBoard("intrinsics", few), 1, "too few views"},
		{[]string{"intrinsics", few, "--rows", "5", "--cols", "6"}, 1, "check --rows and --cols"},
		{[]string{"target", "--out", "board.png"}, 2, "neither .svg nor .pdf"},
		{[]string{"target", "--size", "80"}, 2, "take a larger sheet"},
		{[]string{"target", "--paper", "a0"}, 2, `paper "a0"`},
		{[]string{"target", "board.pdf"}, 2, "flags"},
		{[]string{"target", "--out", filepath.Join(dir, "none", "b.svg")}, 1, "no such file"},
	} {
		_, err := hyt(append(c.args, notHere(t, c.args)...)...)
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%v: %v; want %q in one line", c.args, err, c.want)
			continue
		}
		code := 1
		var coded interface{ ExitCode() int }
		if errors.As(err, &coded) {
			code = coded.ExitCode()
		}
		if code != c.code {
			t.Errorf("%v: exit code %d, want %d (%v)", c.args, code, c.code, err)
		}
	}
}

// notHere keeps what a command might write out of the source tree.
func notHere(t *testing.T, args []string) []string {
	for _, a := range args {
		if a == "--out" {
			return nil
		}
	}
	name := "camera.yaml"
	if args[0] == "target" {
		name = "board.svg"
	}
	return []string{"--out", filepath.Join(t.TempDir(), name)}
}

func TestTargetWritesTheBoardAndWarnsOfTwoWaysUp(t *testing.T) {
	for _, name := range []string{"b.svg", "b.pdf"} {
		name = filepath.Join(t.TempDir(), name)
		out, err := hyt("target", "--out", name, "--rows", "6", "--cols", "8", "--json")
		if err != nil {
			t.Fatal(err)
		}
		var got targetJSON
		if err := json.Unmarshal([]byte(out), &got); err != nil {
			t.Fatal(err)
		}
		if got.Corners != 35 || got.File != name || len(got.Warnings) != 1 {
			t.Errorf("%+v", got)
		}
		if data, err := os.ReadFile(name); err != nil || len(data) < 1000 {
			t.Errorf("%s: %d bytes, %v", name, len(data), err)
		}
	}
}
