//go:build cgo && !noapriltag

package detect

import (
	"image"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"hyt/calib/apriltag"
	"hyt/calib/camera"
	"hyt/calib/target"
)

var tagBoard = target.Board{Kind: target.AprilTags, Rows: 4, Cols: 6, Size: 0.03, Gap: 0.25}

// sixViews are the distances of a board's corners from the truth, sorted, and how many
// were not found.
func sixViews(t *testing.T, b target.Board) (all []float64, missing int) {
	t.Helper()
	r := rand.New(rand.NewPCG(1, 2))
	for i := range 6 {
		s := scene(r, b, camera.PlumbBob)
		f, err := Find(s.Take(r), b, "a view")
		if err != nil {
			t.Errorf("view %d: %v", i, err)
			continue
		}
		missing += f.Missing
		all = append(all, misses(t, f.View, s.Truth())...)
	}
	slices.Sort(all)
	t.Logf("%d corners, %d missing: median %.4f px, 95 %% under %.3f, largest %.3f", len(all), missing, all[len(all)/2], all[len(all)*95/100], all[len(all)-1])
	return all, missing
}

func TestTagCornersAreFound(t *testing.T) {
	all, missing := sixViews(t, tagBoard)
	if median := all[len(all)/2]; median > 0.15 || missing > len(all)/5 {
		t.Errorf("median %.3f px, %d corners missing", median, missing)
	}
}

func TestPrintedTagsAreThoseOfTheLibrary(t *testing.T) {
	big := target.Board{Kind: target.AprilTags, Rows: 1, Cols: 2, Size: 0.05, Gap: 0.25}
	for _, b := range []target.Board{big, tagBoard} {
		s := front(b)
		s.Noise = 0
		f, err := Find(s.Take(rand.New(rand.NewPCG(1, 2))), b, "a view")
		if err != nil || f.Missing > 0 {
			t.Errorf("%s: %v, %d corners missing", b, err, f.Missing)
		}
		if d := misses(t, f.View, s.Truth()); d[len(d)-1] > 0.6 {
			t.Errorf("%s: a corner is off by %.2f px", b, d[len(d)-1])
		}
	}
}

func TestTagBoardsThatCannotBeReadGiveAReason(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	s := front(tagBoard)
	img := s.Take(r)
	few := tagBoard
	few.Rows, few.Cols = 1, 1
	s.Covers = []image.Rectangle{image.Rect(0, 0, 360, 270)}
	s.Noise, s.Light = 5, 1
	for _, c := range []struct {
		img  *image.Gray
		b    target.Board
		want string
	}{
		{apriltag.Mirrored(img), tagBoard, "mirrored"},
		{s.Take(r), tagBoard, "no tag of the family"},
		{front(chess).Take(r), tagBoard, "no tag of the family"},
	} {
		if _, err := Find(c.img, c.b, "x.png"); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v, want %q", err, c.want)
		}
	}
	if f, err := Find(img, few, "x.png"); err != nil || len(f.View.Points) != 4 {
		t.Errorf("a board of one tag: %v, %d corners", err, len(f.View.Points))
	}
}
