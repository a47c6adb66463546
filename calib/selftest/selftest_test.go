package selftest

import (
	"image"
	"strings"
	"testing"

	"hyt/calib/apriltag"
	"hyt/calib/target"
)

// boards are those that this build can find.
func boards() []target.Board {
	all := []target.Board{{Kind: target.Chessboard, Rows: 6, Cols: 9, Size: 0.03}}
	if apriltag.Available() == nil {
		all = append(all, target.Board{Kind: target.AprilTags, Rows: 4, Cols: 6, Size: 0.04, Gap: target.DefaultGap},
			target.Board{Kind: target.ChArUco, Rows: 5, Cols: 7, Size: 0.04, Marker: target.DefaultMarker})
	}
	return all
}

func TestThePipelineFindsTheTruthInSimulation(t *testing.T) {
	for _, b := range boards() {
		pictures := 0
		c := DefaultCamera().Resized(400, 300) // smaller pictures take less time
		res, err := Run(Options{Board: b, Camera: c, Images: 12, Seed: 2, Noise: 2, RobotT: 0.2e-3, RobotR: 2e-4,
			Took: func(_ int, img *image.Gray) error { pictures++; return nil }})
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%s: corners %.3f px; fx %.2f ± %.2f (%.1f), RMS %.3f px, %.2f px off", b.Kind, res.Corner, res.Found.Camera.Fx, res.Found.Sigma[0], c.Fx, res.Found.RMS, res.Off)
		for _, m := range res.Mounts {
			t.Logf("%s: %.2f mm, %.4f rad", m.Mount, 1e3*m.OffT, m.OffR)
		}
		for _, f := range res.Faults() {
			t.Errorf("%s: %s", b.Kind, f)
		}
		if pictures != 12 || len(res.Mounts) != 2 {
			t.Errorf("%d pictures, %d mounts", pictures, len(res.Mounts))
		}
	}
}

// What errs must not pass: here the arm, and what is taken for the truth.
func TestAWrongTruthIsNotPassed(t *testing.T) {
	res, err := Run(Options{Board: boards()[0], Camera: DefaultCamera().Resized(400, 300), Images: 8, Seed: 2, RobotT: 4e-3})
	if err != nil {
		t.Fatal(err)
	}
	res.Truth.Fx *= 1.01
	all := strings.Join(res.Faults(), "; ")
	if !strings.Contains(all, "the focal lengths are") || !strings.Contains(all, "mm and") {
		t.Errorf("an arm that is 4 mm off and another focal length: %q", all)
	}
}
