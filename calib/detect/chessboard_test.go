package detect

import (
	"cmp"
	"image"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"hyt/calib/camera"
	"hyt/calib/geom"
	"hyt/calib/photo"
	"hyt/calib/target"
	"hyt/calib/view"
)

var chess = target.Board{Kind: target.Chessboard, Rows: 7, Cols: 10, Size: 0.025}

// scene is a picture of the board from a random side, all of it in view: 640 x
// 480 pixels, moderate noise, blur, uneven light and things behind.
func scene(r *rand.Rand, b target.Board, m camera.Model) *photo.Scene {
	c := camera.Camera{Width: 640, Height: 480, Model: m, Fx: 520 + 60*r.Float64(), Cx: 322.3, Cy: 236.8}
	c.Fy = c.Fx * 1.003
	switch m {
	case camera.PlumbBob:
		c.D = [8]float64{-0.22, 0.08, 0.001, -0.0005, 0}
	case camera.Equidistant:
		c.Fx, c.Fy, c.D = 300, 301, [8]float64{-0.01, 0.003, 0, 0}
	}
	s := &photo.Scene{Camera: c, Board: b, Black: 45, White: 190, Light: 0.5 * (2*r.Float64() - 1), Blur: 0.5 + r.Float64(), Noise: 3, Clutter: 40}
	s.Place(r, math.Pi/4)
	return s
}

// misses are the distances of found corners from the truth in pixels, sorted.
func misses(t *testing.T, got, truth view.View) (d []float64) {
	t.Helper()
	at := map[view.Point3]view.Point2{}
	for i, p := range truth.Points {
		at[p] = truth.Pixels[i]
	}
	for i, p := range got.Points {
		q, ok := at[p]
		if !ok {
			t.Fatalf("corner %v is not in view", p)
		}
		d = append(d, math.Hypot(got.Pixels[i].X-q.X, got.Pixels[i].Y-q.Y))
	}
	slices.SortFunc(d, cmp.Compare)
	return d
}

func TestChessboardCornersAreFoundToAFewHundredthsOfAPixel(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	var all []float64
	for i := range 9 {
		m := camera.PlumbBob
		if i%3 == 2 {
			m = camera.Equidistant
		}
		s := scene(r, chess, m)
		f, err := Find(s.Take(r), chess, "a view")
		if err != nil {
			t.Errorf("view %d: %v", i, err)
			continue
		}
		if math.Abs(f.Blur-s.Blur) > 0.15 {
			t.Errorf("view %d: a blur of %.2f px was measured as %.2f", i, s.Blur, f.Blur)
		}
		if f.Missing > 3 {
			t.Errorf("view %d: %d corners are missing", i, f.Missing)
		}
		all = append(all, misses(t, f.View, s.Truth())...)
	}
	slices.Sort(all)
	median, p95, most := all[len(all)/2], all[len(all)*95/100], all[len(all)-1]
	t.Logf("%d corners: median %.4f px, 95 %% under %.3f, largest %.3f", len(all), median, p95, most)
	if median > 0.03 || p95 > 0.08 || most > 0.5 {
		t.Errorf("corners miss by %.4f px in the median, %.3f at 95 %%, %.3f at most; want 0.03, 0.08, 0.5", median, p95, most)
	}
}

func TestStrongBlurAndNoiseAreBorne(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for _, c := range []struct{ blur, noise, black, white, limit float64 }{
		{3.5, 2, 45, 190, 0.15},
		{1, 12, 45, 190, 0.15},
		{1, 3, 90, 125, 0.15},  // hardly lit
		{0.6, 2, 0, 300, 0.08}, // saturated
	} {
		s := scene(r, chess, camera.PlumbBob)
		s.Blur, s.Noise, s.Black, s.White = c.blur, c.noise, c.black, c.white
		for photo.Closest(s.Truth()) < 20 {
			s.Pose = scene(r, chess, camera.PlumbBob).Pose
		}
		f, err := Find(s.Take(r), chess, "a view")
		if err != nil {
			t.Errorf("%+v: %v", c, err)
			continue
		}
		d := misses(t, f.View, s.Truth())
		if got := d[len(d)/2]; got > c.limit || f.Missing > 8 {
			t.Errorf("%+v: median %.3f px, %d missing", c, got, f.Missing)
		}
		// The pixels' own size blurs, too; saturation sharpens.
		if want := math.Hypot(c.blur, math.Sqrt(1./12)); math.Abs(f.Blur-want) > 0.15*want && c.white < 255 {
			t.Errorf("%+v: edges seem blurred by %.2f px", c, f.Blur)
		}
	}
}

// front is a board straight before the camera, near the middle of the image.
func front(b target.Board) *photo.Scene {
	c := camera.Camera{Width: 360, Height: 270, Fx: 340, Fy: 340, Cx: 180, Cy: 135}
	lo, hi := b.Extent()
	return &photo.Scene{Camera: c, Board: b, Black: 40, White: 200, Blur: 0.7, Noise: 2,
		Pose: geom.Pose{R: geom.Exp(geom.Vec{0.2, -0.3, 0.1}), T: geom.Vec{-(lo.X + hi.X) / 2, -(lo.Y + hi.Y) / 2, 1.5 * (hi.X - lo.X)}}}
}

func TestABoardHasOneWayUpWhicheverWayItIsHeld(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for turns := range 4 {
		s := front(chess)
		lo, hi := chess.Extent()
		mid := geom.Vec{(lo.X + hi.X) / 2, (lo.Y + hi.Y) / 2, 0}
		centre := s.Pose.Apply(mid)
		s.Pose.R = s.Pose.R.Mul(geom.Exp(geom.Vec{0, 0, float64(turns) * math.Pi / 2}))
		s.Pose.T = centre.Sub(s.Pose.R.Apply(mid))
		f, err := Find(s.Take(r), chess, "a view")
		if err != nil {
			t.Fatal(err)
		}
		if d := misses(t, f.View, s.Truth()); d[len(d)-1] > 0.2 {
			t.Errorf("after %d quarter turns a corner is off by %.1f px", turns, d[len(d)-1])
		}
	}
}

func TestABoardThatLooksTheSameFromTwoSidesIsTakenUpright(t *testing.T) {
	b := target.Board{Kind: target.Chessboard, Rows: 7, Cols: 9, Size: 0.025}
	s := front(b)
	f, err := Find(s.Take(rand.New(rand.NewPCG(7, 8))), b, "a view")
	if err != nil {
		t.Fatal(err)
	}
	if d := misses(t, f.View, s.Truth()); d[len(d)-1] > 0.2 {
		t.Errorf("a corner is off by %.1f px", d[len(d)-1])
	}
}

func TestAHiddenPartOfABoardIsLeftOutAndTheRestKeepsItsPlace(t *testing.T) {
	s := front(chess)
	v := s.Truth()
	p := v.Pixels[22]
	s.Covers = []image.Rectangle{image.Rect(int(p.X)-17, int(p.Y)-17, int(p.X)+25, int(p.Y)+25)}
	f, err := Find(s.Take(rand.New(rand.NewPCG(9, 9))), chess, "a view")
	if err != nil {
		t.Fatal(err)
	}
	if f.Missing < 4 || f.Missing > 20 {
		t.Errorf("%d corners are missing", f.Missing)
	}
	if d := misses(t, f.View, s.Truth()); d[len(d)-1] > 0.3 {
		t.Errorf("a corner beside the cover is off by %.2f px", d[len(d)-1])
	}
}

func TestBoardsThatCannotBeReadGiveAReason(t *testing.T) {
	other := func(rows, cols int) target.Board {
		return target.Board{Kind: target.Chessboard, Rows: rows, Cols: cols, Size: 0.025}
	}
	for _, c := range []struct {
		name   string
		change func(*photo.Scene)
		want   string
	}{
		{"cut off at the border", func(s *photo.Scene) { s.Pose.T[0] -= 0.1 }, "the board is cut off"},
		{"covered on one side", func(s *photo.Scene) { s.Covers = []image.Rectangle{image.Rect(0, 0, 150, 270)} }, "the board is cut off, covered"},
		{"a larger board", func(s *photo.Scene) { s.Board = other(8, 11) }, "a grid of 7 x 10 corners, where the board has 6 x 9 between its squares: check --rows"},
		{"a smaller board", func(s *photo.Scene) { s.Board = other(6, 9) }, "a grid of 5 x 8 corners"},
		{"in the dark", func(s *photo.Scene) { s.Black, s.White, s.Noise = 110, 110, 1 }, "nearly of one grey"},
		{"seen from behind", func(s *photo.Scene) { s.Pose.R = geom.Exp(geom.Vec{0, math.Pi, 0}); s.Clutter = 40 }, "no chessboard in it"},
	} {
		s := front(chess)
		c.change(s)
		f, err := Find(s.Take(rand.New(rand.NewPCG(11, 2))), chess, "view.png")
		if err == nil {
			t.Errorf("%s: found %d corners", c.name, len(f.View.Points))
			continue
		}
		if !strings.HasPrefix(err.Error(), "view.png: ") || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v; want %q", c.name, err, c.want)
		}
	}
}
