package guide

import (
	"image"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"hyt/calib/camera"
	"hyt/calib/geom"
	"hyt/calib/synth"
	"hyt/calib/view"
)

var (
	lens  = camera.Camera{Width: 640, Height: 480, Model: camera.PlumbBob, Fx: 600, Fy: 602, Cx: 322, Cy: 236, D: [8]float64{-0.2, 0.06, 0.001, 0, 0}}
	board = synth.Board(9, 6, 0.025)
)

// show is the board with its middle at a place of the image (0 to 1), 0.5 m away,
// facing right by yaw and up by pitch.
func show(r *rand.Rand, u, v, yaw, pitch float64) view.View {
	c := lens
	ray, _ := c.Unproject(view.Point2{X: 640 * u, Y: 480 * v})
	// The board's z points away: it faces right when its z points left.
	turn := geom.Exp(geom.Vec{0, -yaw, 0}).Mul(geom.Exp(geom.Vec{-pitch, 0, 0}))
	p := geom.Pose{R: turn, T: ray.Scale(0.5).Sub(turn.Apply(geom.Vec{0.1, 0.0625, 0}))}
	return synth.See(r, lens, board, p, 0.1)
}

// hold offers a view twice: the first image of a board that came to rest may still
// be blurred.
func hold(g *Guide, v view.View) Verdict {
	g.Offer(v)
	return g.Offer(v)
}

func TestItSaysWhatIsMissingUntilNothingIs(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	g := New(camera.PlumbBob, 12)
	if m := g.Missing(); m[0] != "12 more views" || len(m) != 1+9+4 {
		t.Errorf("at first %q are missing", m)
	}
	hold(g, show(r, 0.25, 0.3, 0, 0))
	if m := strings.Join(g.Missing(), "; "); strings.Contains(m, "upper left") || !strings.Contains(m, "no corner in the lower right") || !strings.Contains(m, "facing left") {
		t.Errorf("after the upper left: %s", m)
	}
	hold(g, show(r, 0.5, 0.5, -0.5, 0))
	if m := strings.Join(g.Missing(), "; "); strings.Contains(m, "facing left") || !strings.Contains(m, "facing right") {
		t.Errorf("after a view that faces left: %s", m)
	}
	n := 2
	for _, at := range [][4]float64{{0.7, 0.3, 0.5, 0}, {0.3, 0.7, 0, 0.5}, {0.7, 0.7, 0, -0.5}, {0.2, 0.5, 0.2, 0.3}, {0.8, 0.5, -0.2, 0.3},
		{0.5, 0.25, 0.4, 0.4}, {0.5, 0.75, -0.4, 0}, {0.25, 0.25, 0.3, 0.3}, {0.75, 0.75, -0.3, 0.3}, {0.75, 0.25, 0.1, -0.4}, {0.25, 0.75, 0.4, -0.3}} {
		if g.Done() {
			break
		}
		if v := hold(g, show(r, at[0], at[1], at[2], at[3])); !v.Kept {
			// The second of two equal images is not news; the first was kept.
			if v.Why != "move the board to another place or tilt" {
				t.Errorf("view %d: %s", n, v.Why)
			}
		}
		n++
	}
	if !g.Done() || len(g.Views()) < 12 {
		t.Errorf("%d views, missing %q", len(g.Views()), g.Missing())
	}
	if math.Abs(g.lens.Fx-600) > 15 {
		t.Errorf("the camera that it goes by has a focal length of %.0f px", g.lens.Fx)
	}
}

func TestItKeepsWhatIsStillAndNewOnly(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 2))
	g := New(camera.PlumbBob, 12)
	a, b := show(r, 0.5, 0.5, 0, 0), show(r, 0.52, 0.5, 0, 0)
	small := view.View{Points: a.Points, Pixels: a.Pixels, Size: [2]int{320, 240}}
	for i, s := range []struct {
		v    view.View
		want Verdict
	}{
		{a, Verdict{Why: "hold the board still"}}, // from where did it come?
		{a, Verdict{Kept: true}},
		{a, Verdict{Why: "move the board to another place or tilt"}},
		{b, Verdict{Why: "hold the board still"}},
		{b, Verdict{Why: "move the board to another place or tilt"}},
		{show(r, 0.7, 0.5, 0, 0), Verdict{Why: "hold the board still"}},
		{small, Verdict{Why: "the image is 320x240 now, and was 640x480 before: leave it"}},
	} {
		if got := g.Offer(s.v); got != s.want {
			t.Errorf("image %d: %+v, want %+v", i, got, s.want)
		}
	}
	g.Blind()
	if v := g.Offer(show(r, 0.2, 0.5, 0, 0)); v.Kept {
		t.Error("the first image after none was kept")
	}
}

func TestTheDrawingShowsWhatWasShown(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 3))
	g := New(camera.PlumbBob, 12)
	img := image.NewGray(image.Rect(0, 0, 320, 240))
	for i := range img.Pix {
		img.Pix[i] = 128
	}
	v := show(r, 0.25, 0.3, 0.5, 0)
	hold(g, v)
	d := g.Draw(img, view.View{}, "12 more views")
	if d.Rect.Dx() != 640 || d.Rect.Dy() != 480 {
		t.Fatalf("it is %v", d.Rect)
	}
	there, not := d.RGBAAt(160, 150), d.RGBAAt(600, 100)
	if !(there.G > there.R && not.R > not.G) {
		t.Errorf("a part that was shown is %v, another %v", there, not)
	}
	right, left := d.RGBAAt(637, 240), d.RGBAAt(2, 240)
	if !(right.G > right.R && left.R > left.G) {
		t.Errorf("the tilt to the right is %v, to the left %v", right, left)
	}
	if !slices.Contains(d.Pix[(480-24)*d.Stride:], 255) {
		t.Error("no words")
	}
}
