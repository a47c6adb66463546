//go:build opencv && cgo && !noapriltag

package calibcmd

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"hyt/calib/camera"
	"hyt/calib/detect"
	"hyt/calib/geom"
	"hyt/calib/photo"
	"hyt/calib/target"
	"hyt/calib/view"
)

// TestCharucoBoardsAreOpenCVs: each finds the other's board, and the same corners of
// it: make calib-opencv.
func TestCharucoBoardsAreOpenCVs(t *testing.T) {
	for _, size := range [][2]int{{5, 7}, {4, 6}} {
		b := target.Board{Kind: target.ChArUco, Rows: size[0], Cols: size[1], Size: 0.04, Marker: 0.75}
		s := photo.Scene{Camera: camera.Camera{Width: 640, Height: 480, Fx: 600, Fy: 600, Cx: 320, Cy: 240}, Board: b, Black: 30, White: 210, Blur: 0.7, Noise: 1,
			Pose: geom.Pose{R: geom.FromRPY(0.2, -0.3, 0.1), T: geom.Vec{-0.1, -0.06, 0.4}}}
		dir := t.TempDir()
		ours, theirs := filepath.Join(dir, "ours.png"), filepath.Join(dir, "theirs.png")
		save(t, ours, s.Take(rand.New(rand.NewPCG(1, 1))))
		text, err := exec.Command("/usr/bin/python3", "testdata/charuco.py", ours, theirs, strconv.Itoa(size[0]), strconv.Itoa(size[1])).Output()
		if err != nil {
			t.Fatalf("OpenCV: %v (apt-get install python3-opencv)", err)
		}
		var found struct{ Ours, Theirs map[int][2]float64 }
		if err := json.Unmarshal(text, &found); err != nil {
			t.Fatal(err)
		}
		f, err := detect.Find(grey(t, theirs), b, "theirs")
		if err != nil || f.Missing > 0 {
			t.Fatalf("%v: %v, %d corners missing", size, err, f.Missing)
		}
		n := (size[0] - 1) * (size[1] - 1)
		inDrawing, drawn := apart(f.View, found.Theirs)
		inOurs, taken := apart(s.Truth(), found.Ours)
		t.Logf("%v: OpenCV finds %d and %d of %d corners. In its drawing they are %.2v px from ours, and %.3f px beside that; in our picture %.2v px from the truth, and %.3f px beside that",
			size, len(found.Ours), len(found.Theirs), n, drawn, inDrawing, taken, inOurs)
		if len(found.Ours) < n*3/4 || len(found.Theirs) < n || inDrawing > 0.3 || inOurs > 0.5 {
			t.Error("the boards differ")
		}
		for _, shift := range []view.Point2{drawn, taken} {
			if math.Hypot(shift.X-0.5, shift.Y-0.5) > 0.1 && math.Hypot(shift.X, shift.Y) > 0.1 {
				t.Errorf("OpenCV's corners are shifted by %.2v px, which is neither of its conventions", shift)
			}
		}
	}
}

// apart is the largest distance of OpenCV's corners, by id, from those of a view that
// has all of them, once their common shift is taken out: OpenCV 4.6 counts from the
// upper left of the first pixel here, not from its middle as with chessboards.
func apart(v view.View, found map[int][2]float64) (most float64, shift view.Point2) {
	for id, p := range found {
		shift.X += (p[0] - v.Pixels[id].X) / float64(len(found))
		shift.Y += (p[1] - v.Pixels[id].Y) / float64(len(found))
	}
	for id, p := range found {
		most = max(most, math.Hypot(p[0]-v.Pixels[id].X-shift.X, p[1]-v.Pixels[id].Y-shift.Y))
	}
	return most, shift
}
