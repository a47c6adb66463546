package selftest

import (
	"image"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"hyt/calib/apriltag"
	"hyt/calib/camera"
	"hyt/calib/detect"
	"hyt/calib/geom"
	"hyt/calib/handeye"
	"hyt/calib/intrinsics"
	"hyt/calib/photo"
	"hyt/calib/synth"
	"hyt/calib/target"
	"hyt/calib/tf"
	"hyt/calib/view"
)

const pixelNoise = 0.2

// arm is fifteen stops of an arm with a camera on its hand.
func arm() (synth.Rig, []handeye.Sample) {
	r := rand.New(rand.NewPCG(5, 5))
	rig := synth.Mounted(r, true)
	var ss []handeye.Sample
	for _, h := range rig.Stops(r, 15) {
		ss = append(ss, handeye.Sample{Hand: synth.Report(r, h, 0.3e-3, 5e-4), View: rig.Look(r, h, pixelNoise)})
	}
	return rig, ss
}

// mount is what hand-eye says of samples that were spoilt: its error or its warnings.
func mount(spoil func(rig *synth.Rig, ss []handeye.Sample)) string {
	rig, ss := arm()
	spoil(&rig, ss)
	res, err := handeye.Solve(ss, handeye.Options{Mount: handeye.EyeInHand, Camera: rig.Camera})
	if err != nil {
		return err.Error()
	}
	return strings.Join(res.Warnings, "; ")
}

// eyes are fifteen views of a board.
func eyes(noise float64) []view.View {
	r := rand.New(rand.NewPCG(6, 6))
	c := synth.Lens(r, camera.PlumbBob)
	board := synth.Board(9, 6, 0.03)
	var vs []view.View
	for _, p := range synth.Poses(r, c, board, 15) {
		vs = append(vs, synth.See(r, c, board, p, noise))
	}
	return vs
}

// lensOf is what intrinsics say of views: the error, or the reasons and warnings.
func lensOf(vs []view.View) string {
	res, err := intrinsics.Calibrate(vs, intrinsics.Options{})
	if err != nil {
		return err.Error()
	}
	said := append([]string{}, res.Warnings...)
	for _, v := range res.Views {
		said = append(said, v.Reason)
	}
	return strings.Join(said, "; ")
}

// sight is what detection says of a picture.
func sight(b target.Board, change func(*photo.Scene), after func(*image.Gray) *image.Gray) string {
	lo, hi := b.Extent()
	s := &photo.Scene{Camera: camera.Camera{Width: 360, Height: 270, Fx: 340, Fy: 340, Cx: 180, Cy: 135}, Board: b, Black: 40, White: 200, Blur: 0.7, Noise: 2,
		Pose: geom.Pose{R: geom.Exp(geom.Vec{0.2, -0.3, 0.1}), T: geom.Vec{-(lo.X + hi.X) / 2, -(lo.Y + hi.Y) / 2, 1.5 * (hi.X - lo.X)}}}
	change(s)
	_, err := detect.Find(after(s.Take(rand.New(rand.NewPCG(7, 7)))), b, "x.png")
	if err != nil {
		return err.Error()
	}
	return ""
}

func asTaken(img *image.Gray) *image.Gray { return img }

// The mistakes that people make, and the check that recognises each. docs/calibration.md
// has the same table.
func TestEachMistakeIsRecognisedAndSaid(t *testing.T) {
	chess := target.Board{Kind: target.Chessboard, Rows: 6, Cols: 9, Size: 0.03}
	for _, c := range []struct{ mistake, says, want string }{
		{"half of a chessboard is covered", sight(chess, func(s *photo.Scene) { s.Covers = []image.Rectangle{image.Rect(0, 0, 190, 270)} }, asTaken), "cut off, covered"},
		{"a picture of nothing", sight(chess, func(s *photo.Scene) { s.Pose.T[2] = -1 }, asTaken), "no chessboard in it"},
		{"far too much blur", sight(chess, func(s *photo.Scene) { s.Blur = 9 }, asTaken), "x.png: "},
		{"other rows and columns", sight(chess, func(s *photo.Scene) { s.Board.Cols = 8 }, asTaken), "has other --rows and --cols"},
		{"a view twice", lensOf(append(eyes(pixelNoise), eyes(pixelNoise)[3])), "same picture as"},
		{"one blurred view among good ones", lensOf(append(eyes(pixelNoise), eyes(3)[2])), "px from where they should be"},
		{"a print stretched by 2 %", lensOf(stretched(eyes(pixelNoise))), "measure the print"},
		{"a wrong size of squares", mount(func(_ *synth.Rig, ss []handeye.Sample) { scaled(ss, 1.04) }), "measure its squares"},
		{"swapped frames", mount(func(_ *synth.Rig, ss []handeye.Sample) {
			for i := range ss {
				ss[i].Hand = ss[i].Hand.Inv()
			}
		}), "not of the base in the hand's"},
		{"left-handed poses", mount(func(_ *synth.Rig, ss []handeye.Sample) {
			for i := range ss {
				ss[i].Hand.R[0][0], ss[i].Hand.R[1][0], ss[i].Hand.R[2][0] = -ss[i].Hand.R[0][0], -ss[i].Hand.R[1][0], -ss[i].Hand.R[2][0]
			}
		}), "left-handed"},
		{"degrees for radians", mount(func(_ *synth.Rig, ss []handeye.Sample) {
			for i := range ss {
				roll, pitch, yaw := ss[i].Hand.R.RPY()
				ss[i].Hand.R = geom.FromRPY(roll*180/math.Pi, pitch*180/math.Pi, yaw*180/math.Pi)
			}
		}), "degrees where radians are meant"},
		{"a camera that mirrors, before a chessboard", mount(func(rig *synth.Rig, ss []handeye.Sample) { mirrored(rig, ss) }), "is the camera's image mirrored"},
		{"a left-handed file", fileSays("1,0,0,0, 0,1,0,0, 0,0,-1,0, 0,0,0,1"), "left-handed"},
		{"millimetres in a file", fileSays("1,0,0,400, 0,1,0,30, 0,0,1,250, 0,0,0,1"), "millimetres"},
	} {
		if !strings.Contains(c.says, c.want) {
			t.Errorf("%s: %q, want %q in it", c.mistake, c.says, c.want)
		}
	}
	if apriltag.Available() != nil {
		return
	}
	for _, kind := range []target.Kind{target.AprilTags, target.ChArUco} {
		b := target.Board{Kind: kind, Rows: 4, Cols: 5, Size: 0.04, Gap: 0.25, Marker: 0.75}
		if says := sight(b, func(*photo.Scene) {}, apriltag.Mirrored); !strings.Contains(says, "mirrored") {
			t.Errorf("a mirrored print of a %s: %q", b, says)
		}
	}
}

// Noise is no mistake: it is bounded, by what the result says of itself.
func TestNoiseShowsInTheResult(t *testing.T) {
	quiet, err := intrinsics.Calibrate(eyes(0.1), intrinsics.Options{})
	if err != nil {
		t.Fatal(err)
	}
	loud, err := intrinsics.Calibrate(eyes(1), intrinsics.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if r := loud.Noise / quiet.Noise; r < 8 || r > 12 {
		t.Errorf("ten times the noise is found to be %.1f times", r)
	}
	if r := loud.Sigma[0] / quiet.Sigma[0]; r < 6 || r > 16 {
		t.Errorf("with ten times the noise the focal length is %.1f times less sure", r)
	}
}

func stretched(vs []view.View) []view.View {
	for _, v := range vs {
		for i := range v.Points {
			v.Points[i].Y *= 0.98
		}
	}
	return vs
}

func scaled(ss []handeye.Sample, k float64) {
	for _, s := range ss {
		for i := range s.View.Points {
			s.View.Points[i].X *= k
			s.View.Points[i].Y *= k
		}
	}
}

// mirrored turns all pictures, and with them the camera, to what a mirror shows. A
// chessboard in a mirror is one turned by half a turn: its corners count the other way.
func mirrored(rig *synth.Rig, ss []handeye.Sample) {
	w := float64(rig.Camera.Width - 1)
	rig.Camera.Cx, rig.Camera.D[3] = w-rig.Camera.Cx, -rig.Camera.D[3]
	for _, s := range ss {
		for i := range s.View.Pixels {
			s.View.Pixels[i].X = w - s.View.Pixels[i].X
			s.View.Points[i].X = 0.24 - s.View.Points[i].X
		}
	}
}

// fileSays is what the reader of transforms says of a matrix.
func fileSays(matrix string) string {
	_, err := tf.Parse([]byte("transforms: [{header: {frame_id: a}, child_frame_id: b, matrix: [" + matrix + "]}]"))
	if err == nil {
		return ""
	}
	return err.Error()
}
