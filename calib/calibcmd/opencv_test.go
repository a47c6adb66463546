//go:build opencv

package calibcmd

import (
	"encoding/json"
	"image"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"testing"

	"hyt/calib/detect"
	"hyt/calib/picture"
	"hyt/calib/target"
	"hyt/calib/view"
)

// TestImagesAgreeWithOpenCV calibrates from 20 pictures of 1280 x 720, as hyt and
// as OpenCV see them: make calib-opencv.
func TestImagesAgreeWithOpenCV(t *testing.T) {
	runtime.GOMAXPROCS(1) // the bar is for one core
	b := target.Board{Kind: target.Chessboard, Rows: 7, Cols: 10, Size: 0.025}
	dir, truth := twenty(t, b)
	out, err := hyt("intrinsics", dir, "--json", "--out", filepath.Join(t.TempDir(), "c.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var ours intrinsicsJSON
	if err := json.Unmarshal([]byte(out), &ours); err != nil {
		t.Fatal(err)
	}
	var theirs struct {
		Version     string
		RMS, FX, FY float64
		Detection   float64
		Found       map[string][][2]float64
	}
	text, err := exec.Command("/usr/bin/python3", "testdata/opencv.py", dir, "6", "9", "0.025").Output()
	if err != nil {
		t.Fatalf("OpenCV: %v (apt-get install python3-opencv)", err)
	}
	if err := json.Unmarshal(text, &theirs); err != nil {
		t.Fatal(err)
	}
	var weOff, theyOff []float64
	for name, v := range truth {
		f, err := detect.Find(grey(t, filepath.Join(dir, name)), b, name)
		if err == nil {
			weOff = append(weOff, offsets(f.View.Pixels, v.Pixels)...)
		}
		var px []view.Point2
		for _, p := range theirs.Found[name] {
			px = append(px, view.Point2{X: p[0], Y: p[1]})
		}
		theyOff = append(theyOff, offsets(px, v.Pixels)...)
	}
	slices.Sort(weOff)
	slices.Sort(theyOff)
	t.Logf("corners: median %.4f px, 95 %% under %.4f (%d); OpenCV %s %.4f, %.4f (%d)", weOff[len(weOff)/2], weOff[len(weOff)*95/100], len(weOff),
		theirs.Version, theyOff[len(theyOff)/2], theyOff[len(theyOff)*95/100], len(theyOff))
	t.Logf("fx %.2f ± %.2f, OpenCV %.2f, true %.0f; fy %.2f, OpenCV %.2f, true %.0f; RMS (2-D) %.4f px, OpenCV %.4f",
		ours.Params["fx"], ours.Sigma["fx"], theirs.FX, hd.Fx, ours.Params["fy"], theirs.FY, hd.Fy, math.Sqrt2*ours.RMS, theirs.RMS)
	t.Logf("detection %.2f s on one core (OpenCV %.2f s), solver %.3f s", ours.Seconds["detection"], theirs.Detection, ours.Seconds["solver"])
	for _, d := range []float64{ours.Params["fx"]/theirs.FX - 1, ours.Params["fy"]/theirs.FY - 1} {
		if math.Abs(d) > 0.002 {
			t.Errorf("focal lengths differ by %.2f %%", 100*d)
		}
	}
	if weOff[len(weOff)/2] > theyOff[len(theyOff)/2] {
		t.Error("OpenCV's corners are nearer to the truth")
	}
}

// offsets are the distances between found corners and true ones, whichever end
// of the board is counted from.
func offsets(found, truth []view.Point2) (d []float64) {
	if len(found) != len(truth) {
		return nil
	}
	back := slices.Clone(found)
	slices.Reverse(back)
	sum := func(ps []view.Point2) (all []float64, total float64) {
		for i, p := range ps {
			all = append(all, math.Hypot(p.X-truth[i].X, p.Y-truth[i].Y))
			total += all[i]
		}
		return all, total
	}
	a, forth := sum(found)
	b, turned := sum(back)
	if turned < forth {
		return b
	}
	return a
}

func grey(t *testing.T, name string) *image.Gray {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	img, err := picture.File(data)
	if err != nil {
		t.Fatal(err)
	}
	return img
}
