//go:build cgo && !noapriltag

package detect

import (
	"image"
	"math/rand/v2"
	"strings"
	"testing"

	"hyt/calib/apriltag"
	"hyt/calib/target"
)

var charuco = target.Board{Kind: target.ChArUco, Rows: 5, Cols: 7, Size: 0.04, Marker: 0.75}

func TestCharucoCornersAreAsGoodAsAChessboards(t *testing.T) {
	all, missing := sixViews(t, charuco)
	if median := all[len(all)/2]; median > 0.08 || missing > len(all)/5 || all[len(all)-1] > 0.6 {
		t.Errorf("median %.3f px, largest %.3f px, %d corners missing", median, all[len(all)-1], missing)
	}
}

// What a chessboard does not bear: a side of it is out of sight.
func TestAPartOfACharucoBoardIsEnough(t *testing.T) {
	s := front(charuco)
	s.Covers = []image.Rectangle{image.Rect(0, 0, 150, 270)}
	f, err := Find(s.Take(rand.New(rand.NewPCG(1, 2))), charuco, "a view")
	if err != nil {
		t.Fatal(err)
	}
	if n := len(f.View.Points); n < 8 || f.Missing != 24-n {
		t.Errorf("%d corners, %d missing", n, f.Missing)
	}
	if d := misses(t, f.View, s.Truth()); d[len(d)-1] > 0.5 {
		t.Errorf("a corner is off by %.2f px", d[len(d)-1])
	}
}

func TestCharucoBoardsThatCannotBeReadGiveAReason(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	img := front(charuco).Take(r)
	other := charuco
	other.Rows, other.Cols = 3, 3
	far := front(charuco)
	far.Pose.T[2] *= 4
	for want, c := range map[string]struct {
		img *image.Gray
		b   target.Board
	}{
		"mirrored":              {apriltag.Mirrored(img), charuco},
		"no tag of the family":  {far.Take(r), charuco},
		"none of the board's 0": {shifted(img), other},
	} {
		if _, err := Find(c.img, c.b, "x.png"); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}

// shifted is the lower right of a picture.
func shifted(img *image.Gray) *image.Gray {
	out := image.NewGray(img.Rect)
	for i := range out.Pix {
		out.Pix[i] = 128
	}
	for y := img.Rect.Dy() / 2; y < img.Rect.Dy(); y++ {
		copy(out.Pix[y*out.Stride+180:(y+1)*out.Stride], img.Pix[y*img.Stride+180:])
	}
	return out
}
