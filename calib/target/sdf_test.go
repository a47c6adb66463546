package target

import (
	"bytes"
	"math"
	"strings"
	"testing"
)

func TestTilesCoverTheBoardOnceInItsColours(t *testing.T) {
	for _, b := range []Board{
		{Kind: Chessboard, Rows: 5, Cols: 6, Size: 0.03},
		{Kind: AprilTags, Rows: 2, Cols: 3, Size: 0.04, Gap: 0.3},
		{Kind: ChArUco, Rows: 4, Cols: 5, Size: 0.04, Marker: 0.7},
	} {
		lo, hi := b.Extent()
		x0, y0, x1, y1 := lo.X-0.02, lo.Y-0.02, hi.X+0.02, hi.Y+0.02
		var area, black float64
		for _, s := range b.tiles(x0, y0, x1, y1) {
			area += s.w * s.h
			if s.black {
				black += s.w * s.h
			}
			if s.black != b.Black(s.x+s.w/2, s.y+s.h/2) || s.black != b.Black(s.x+s.w-1e-6, s.y+1e-6) {
				t.Fatalf("%s: the tile at (%g, %g) is black: %v", b, s.x, s.y, s.black)
			}
		}
		var ink float64
		for _, r := range b.rects(0, 0) {
			ink += r.w * r.h / 1e6
		}
		if math.Abs(area-(x1-x0)*(y1-y0)) > 1e-9 || math.Abs(black-ink) > 1e-9 {
			t.Errorf("%s: tiles of %g m², %g black; want %g, %g", b, area, black, (x1-x0)*(y1-y0), ink)
		}
	}
}

func TestABoardThatCannotBeIsNoModel(t *testing.T) {
	var s bytes.Buffer
	if err := (Board{Kind: Chessboard, Rows: 5, Cols: 6}).WriteSDF(&s); err == nil || !strings.Contains(err.Error(), "size") || s.Len() > 0 {
		t.Errorf("%v, %d bytes", err, s.Len())
	}
}
