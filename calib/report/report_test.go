package report

import (
	"bytes"
	"encoding/xml"
	"image"
	"io"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"hyt/calib/camera"
	"hyt/calib/geom"
	"hyt/calib/intrinsics"
	"hyt/calib/synth"
	"hyt/calib/target"
	"hyt/calib/view"
)

var lens = camera.Camera{Name: "wrist", Width: 320, Height: 240, Model: camera.PlumbBob, Fx: 260, Fy: 260, Cx: 160, Cy: 120, D: [8]float64{-0.25, 0.08}}

// result is a calibration from views with noise of a fifth of a pixel.
func result(t *testing.T) *intrinsics.Result {
	t.Helper()
	r := rand.New(rand.NewPCG(1, 9))
	points := synth.Board(8, 5, 0.03)
	var views []view.View
	for _, p := range synth.Poses(r, lens, points, 8) {
		views = append(views, synth.See(r, lens, points, p, 0.2))
	}
	views[2].Name = "<b>odd & evil</b>.png"
	res, err := intrinsics.Calibrate(views, intrinsics.Options{Name: "wrist", Fix: []string{"k3"}})
	if err != nil {
		t.Fatal(err)
	}
	return res
}

func TestTheReportShowsEachViewAndEachResidual(t *testing.T) {
	res := result(t)
	var page bytes.Buffer
	d := Data{Result: res, Board: target.Board{Kind: target.Chessboard, Rows: 6, Cols: 9, Size: 0.03},
		Sample: image.NewGray(image.Rect(0, 0, 320, 240)), Unseen: []Unseen{{"wall.png", "no board"}}, Warnings: []string{"mind the gap"}}
	if err := WriteHTML(&page, d); err != nil {
		t.Fatal(err)
	}
	text := page.String()
	for _, want := range []string{"Calibration of wrist", "&lt;b&gt;odd", "wall.png", "no board", "mind the gap", "<td>fx</td>"} {
		if !strings.Contains(text, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if strings.Contains(text, "<b>odd") {
		t.Error("a file's name became markup")
	}
	if n := strings.Count(text, "data:image/png"); n != 2 {
		t.Errorf("%d pictures, want before and after", n)
	}
	used := 0
	for _, v := range res.Views {
		for i := range v.Pixels {
			if v.Used && !v.Outlier[i] {
				used++
			}
		}
	}
	arrows := string(arrowsSVG(res.Camera, res.Views))
	if n := strings.Count(arrows, "<circle"); n != used || used == 0 {
		t.Errorf("%d arrows for %d corners", n, used)
	}
	for _, svg := range []string{arrows, string(errorSVG(res.Camera, res.Views)), string(coverageSVG(res.Camera, res.Views, Cover(res.Views)))} {
		for d := xml.NewDecoder(strings.NewReader(svg)); ; {
			if _, err := d.Token(); err == io.EOF {
				break
			} else if err != nil {
				t.Fatal(err)
			}
		}
		if strings.Contains(svg, "NaN") || strings.Contains(svg, "Inf") {
			t.Error("a drawing has no numbers")
		}
	}
}

func TestCoverageNamesWhatIsMissing(t *testing.T) {
	at := func(x, y float64, turn geom.Vec) intrinsics.ViewFit {
		return intrinsics.ViewFit{Used: true, View: view.View{Size: [2]int{800, 600}, Pixels: []view.Point2{{X: x, Y: y}}},
			Outlier: []bool{false}, Pose: geom.Pose{R: geom.Exp(turn)}}
	}
	left := at(50, 50, geom.Vec{0, 0.4, 0})
	c := Cover([]intrinsics.ViewFit{left})
	said := strings.Join(c.Missing, "; ")
	if c.Cells[0][0] != 1 || math.Abs(c.Share-1.0/48) > 1e-9 {
		t.Errorf("share %.3f, cells %v", c.Share, c.Cells)
	}
	for name, want := range map[string]bool{"upper left": false, "upper right": true, "middle": true, "facing left": false, "facing right": true, "facing up": true, "facing down": true} {
		if strings.Contains(said, name) != want {
			t.Errorf("%q missing: %v, want %v in %q", name, !want, want, said)
		}
	}
	var all []intrinsics.ViewFit
	for y := 50.0; y < 600; y += 100 {
		for x := 50.0; x < 800; x += 100 {
			all = append(all, at(x, y, geom.Vec{}))
		}
	}
	all = append(all, left, at(1, 1, geom.Vec{0, -0.4, 0}), at(1, 1, geom.Vec{0.4, 0, 0}), at(1, 1, geom.Vec{-0.4, 0, 0}))
	if c := Cover(all); len(c.Missing) > 0 || c.Share != 1 {
		t.Errorf("nothing is missing, yet: %q", c.Missing)
	}
}

func TestUndistortedLinesAreStraight(t *testing.T) {
	// A line of the world, x = 0.2 z + 0.1 y, is bright in the picture of it.
	img := image.NewGray(image.Rect(0, 0, lens.Width, lens.Height))
	for y := range lens.Height {
		for x := range lens.Width {
			ray, err := lens.Unproject(view.Point2{X: float64(x), Y: float64(y)})
			if err == nil && math.Abs(ray[0]-0.2*ray[2]-0.1*ray[1]) < 0.01 {
				img.Pix[y*img.Stride+x] = 255
			}
		}
	}
	out, err := Undistort(lens, img)
	if err != nil {
		t.Fatal(err)
	}
	ideal := lens.Rectified()
	for y := 20; y < lens.Height-20; y += 10 {
		var sum, n float64
		for x := range lens.Width {
			sum += float64(x) * float64(out.GrayAt(x, y).Y)
			n += float64(out.GrayAt(x, y).Y)
		}
		want := ideal.Cx + ideal.Fx*(0.2+0.1*(float64(y)-ideal.Cy)/ideal.Fy)
		if n == 0 || math.Abs(sum/n-want) > 0.6 {
			t.Errorf("row %d: the line is at %.2f, want %.2f", y, sum/n, want)
		}
	}
	if _, err := Undistort(lens, image.NewGray(image.Rect(0, 0, 8, 8))); err == nil {
		t.Error("an image of another size passed")
	}
}
