package photo

import (
	"image"
	"math"
	"math/rand/v2"
	"testing"

	"hyt/calib/camera"
	"hyt/calib/geom"
	"hyt/calib/target"
)

// plain is a board straight before a camera without distortion: a square is 40
// pixels wide, and the first corner lies at (100.25, 80.5).
func plain() *Scene {
	return &Scene{
		Camera: camera.Camera{Width: 320, Height: 240, Fx: 400, Fy: 400, Cx: 160, Cy: 120},
		Board:  target.Board{Kind: target.Chessboard, Rows: 5, Cols: 6, Size: 0.05},
		Pose:   geom.Pose{R: geom.Identity, T: geom.Vec{-59.75 * 0.5 / 400, -39.5 * 0.5 / 400, 0.5}},
		Black:  20, White: 220,
	}
}

func TestPixelsHoldThePartOfThemThatIsBlack(t *testing.T) {
	img := plain().Take(rand.New(rand.NewPCG(1, 1)))
	// The first square, black, ends at x = 100.25: three quarters of pixel 100.
	for x, want := range map[int]float64{99: 20, 100: 20 + 0.25*200, 101: 220} {
		if got := float64(img.GrayAt(x, 60).Y); math.Abs(got-want) > 5 {
			t.Errorf("pixel %d is %v, want %v", x, got, want)
		}
	}
}

func TestTruthIsWhereTheCameraSeesTheCorners(t *testing.T) {
	s := plain()
	v := s.Truth()
	if len(v.Points) != 20 || math.Hypot(v.Pixels[0].X-100.25, v.Pixels[0].Y-80.5) > 1e-9 {
		t.Errorf("%d corners, the first at %v", len(v.Points), v.Pixels[0])
	}
	s.Pose.T[0] -= 0.1 // 80 pixels to the left: the corners of two columns leave
	if v := s.Truth(); len(v.Points) != 20 {
		t.Errorf("moved by 80 pixels %d corners are seen, want 20", len(v.Points))
	}
	s.Pose.T[0] -= 0.05
	if v := s.Truth(); len(v.Points) != 16 {
		t.Errorf("moved by 120 pixels %d corners are seen, want 16", len(v.Points))
	}
}

func TestACoverHidesTheBoard(t *testing.T) {
	s := plain()
	s.Covers = []image.Rectangle{image.Rect(0, 0, 320, 100)}
	img := s.Take(rand.New(rand.NewPCG(1, 1)))
	if img.GrayAt(80, 60) != img.GrayAt(120, 60) {
		t.Error("squares shine through")
	}
}

func TestTheBackOfABoardIsBlank(t *testing.T) {
	s := plain()
	s.Pose.R = geom.Exp(geom.Vec{0, math.Pi, 0})
	img := s.Take(rand.New(rand.NewPCG(1, 1)))
	for i, v := range img.Pix {
		if v != img.Pix[0] {
			t.Fatalf("pixel %d is %d", i, v)
		}
	}
}
