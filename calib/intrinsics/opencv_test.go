//go:build opencv

package intrinsics

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"os/exec"
	"testing"

	"hyt/calib/camera"
	"hyt/calib/synth"
	"hyt/calib/view"
)

// TestAgreesWithOpenCV needs Debian's python3-opencv: make
// calib-opencv.
func TestAgreesWithOpenCV(t *testing.T) {
	for _, m := range []camera.Model{camera.PlumbBob, camera.RationalPolynomial, camera.Equidistant} {
		for seed := range uint64(synth.Problems(t, 3)) {
			truth, _, views := problem(seed, m)
			res, err := Calibrate(views, Options{Model: m})
			if err != nil {
				t.Errorf("%s problem %d: %v", m, seed, err)
				continue
			}
			theirs, err := opencv(views, m)
			if err != nil {
				t.Errorf("%s problem %d: OpenCV: %v", m, seed, err)
				continue
			}
			ours := res.RMS * math.Sqrt2
			t.Logf("%s problem %d: RMS %.4f px, OpenCV %s %.4f; fx %.2f ± %.2f, OpenCV %.2f, true %.2f; fy %.2f, OpenCV %.2f", m, seed,
				ours, theirs.Version, theirs.RMS, res.Camera.Fx, res.Sigma[0], theirs.Fx, truth.Fx, res.Camera.Fy, theirs.Fy)
			if math.Abs(ours/theirs.RMS-1) > 0.01 {
				t.Errorf("%s problem %d: RMS differs by %.2f %%", m, seed, 100*(ours/theirs.RMS-1))
			}
			// The rational model has a long flat valley, in which OpenCV stops early.
			bar := 0.002
			if m == camera.RationalPolynomial {
				bar = max(bar, 2*res.Sigma[0]/res.Camera.Fx)
			}
			if d := max(math.Abs(res.Camera.Fx/theirs.Fx-1), math.Abs(res.Camera.Fy/theirs.Fy-1)); d > bar {
				t.Errorf("%s problem %d: focal length differs by %.2f %%", m, seed, 100*d)
			}
		}
	}
}

type answer struct {
	RMS, Fx, Fy, Cx, Cy float64
	D                   []float64
	Version             string
}

func opencv(views []view.View, m camera.Model) (a answer, err error) {
	type pair struct {
		Board  [][3]float64 `json:"board"`
		Pixels [][2]float64 `json:"pixels"`
	}
	job := struct {
		Model string `json:"model"`
		Size  [2]int `json:"size"`
		Views []pair `json:"views"`
	}{Model: m.String(), Size: views[0].Size}
	for _, v := range views {
		var p pair
		for i, b := range v.Points {
			p.Board = append(p.Board, [3]float64{b.X, b.Y, b.Z})
			p.Pixels = append(p.Pixels, [2]float64{v.Pixels[i].X, v.Pixels[i].Y})
		}
		job.Views = append(job.Views, p)
	}
	in, err := json.Marshal(job)
	if err != nil {
		return a, err
	}
	// Debian's OpenCV belongs to Debian's Python, whatever else is in PATH.
	cmd := exec.Command("/usr/bin/python3", "testdata/opencv.py")
	cmd.Env = append(os.Environ(), "OPENBLAS_NUM_THREADS=1") // threads that wait for each other take an age on a busy machine
	cmd.Stdin = bytes.NewReader(in)
	out, err := cmd.Output()
	if err != nil {
		if exit, ok := err.(*exec.ExitError); ok {
			return a, fmt.Errorf("testdata/opencv.py: %s", exit.Stderr[max(0, len(exit.Stderr)-400):])
		}
		return a, err
	}
	return a, json.Unmarshal(out, &a)
}
