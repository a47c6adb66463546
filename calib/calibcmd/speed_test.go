package calibcmd

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"hyt/calib/apriltag"
	"hyt/calib/camera"
	"hyt/calib/photo"
	"hyt/calib/target"
	"hyt/calib/view"
)

// hd is a camera of 1280 x 720 pixels.
var hd = camera.Camera{Width: 1280, Height: 720, Model: camera.PlumbBob, Fx: 950, Fy: 953, Cx: 645, Cy: 352, D: [8]float64{-0.2, 0.07, 0.0006, -0.0004, 0}}

// twenty takes 20 pictures of a board with hd, and knows what is in which.
func twenty(t testing.TB, b target.Board) (dir string, truth map[string]view.View) {
	t.Helper()
	dir, truth = t.TempDir(), map[string]view.View{}
	r := rand.New(rand.NewPCG(7, 20))
	for i := range 20 {
		s := photo.Scene{Camera: hd, Board: b, Black: 40, White: 200, Light: 0.4, Blur: 0.8, Noise: 3, Clutter: 30}
		s.Place(r, 0.7)
		name := fmt.Sprintf("%02d.png", i)
		save(t, filepath.Join(dir, name), s.Take(r))
		truth[name] = s.Truth()
	}
	return dir, truth
}

// BenchmarkCalibration1280x720 is `hyt calib intrinsics` on a folder of 20 pictures,
// on one core. Detection counts reading the files.
func BenchmarkCalibration1280x720(b *testing.B) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	for _, board := range []target.Board{
		{Kind: target.Chessboard, Rows: 7, Cols: 10, Size: 0.025},
		{Kind: target.AprilTags, Rows: 4, Cols: 6, Size: 0.03, Gap: target.DefaultGap},
		{Kind: target.ChArUco, Rows: 7, Cols: 10, Size: 0.025, Marker: target.DefaultMarker},
	} {
		b.Run(string(board.Kind), func(b *testing.B) {
			if board.Kind != target.Chessboard && apriltag.Available() != nil {
				b.Skip("this build finds no tags")
			}
			dir, _ := twenty(b, board)
			var detection, solver, total float64
			for b.Loop() {
				start := time.Now()
				out, err := hyt("intrinsics", dir, "--json", "--out", filepath.Join(b.TempDir(), "c.yaml"),
					"--type", string(board.Kind), "--rows", fmt.Sprint(board.Rows), "--cols", fmt.Sprint(board.Cols), "--size", fmt.Sprint(1e3*board.Size))
				if err != nil {
					b.Fatal(err)
				}
				total += time.Since(start).Seconds()
				var res intrinsicsJSON
				if err := json.Unmarshal([]byte(out), &res); err != nil {
					b.Fatal(err)
				}
				if len(res.Views) != 20 {
					b.Fatalf("%d views", len(res.Views))
				}
				detection, solver = detection+res.Seconds["detection"], solver+res.Seconds["solver"]
			}
			n := float64(b.N)
			b.ReportMetric(detection/n, "detection-s")
			b.ReportMetric(solver/n, "solver-s")
			b.ReportMetric(total/n, "total-s")
		})
	}
}
