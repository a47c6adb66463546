package target

import "testing"

func TestTagsOfACharucoBoardFillItsWhiteSquaresInOrder(t *testing.T) {
	for _, b := range []Board{{Kind: ChArUco, Rows: 4, Cols: 5, Size: 0.04, Marker: 0.75}, {Kind: ChArUco, Rows: 5, Cols: 6, Size: 0.03, Marker: 0.6}, {Kind: ChArUco, Rows: 5, Cols: 7, Size: 0.03, Marker: 0.8}} {
		id := 0
		for r := range b.Rows {
			for c := range b.Cols {
				if (r+c)%2 == 0 {
					continue
				}
				if gr, gc := b.tagSquare(id); gr != r || gc != c || b.tagOf(r, c) != id {
					t.Errorf("%s: tag %d is in (%d, %d), and (%d, %d) holds %d", b, id, gr, gc, r, c, b.tagOf(r, c))
				}
				id++
			}
		}
		if b.Tags() != id {
			t.Errorf("%s: %d tags for %d white squares", b, b.Tags(), id)
		}
		if _, ok := b.TagCorners(id); ok {
			t.Errorf("%s has a tag %d", b, id)
		}
	}
}

func TestTagsBesideACornerTouchIt(t *testing.T) {
	b := Board{Kind: ChArUco, Rows: 5, Cols: 6, Size: 0.03, Marker: 0.75}
	rows, cols := b.Grid()
	for r := range rows {
		for c := range cols {
			p := b.Corner(r, c)
			for _, id := range b.CornerTags(r, c) {
				at, _ := b.TagCorners(id)
				x, y := (at[0].X+at[2].X)/2-p.X, (at[0].Y+at[2].Y)/2-p.Y
				if h := b.Size/2 + 1e-9; x < -h || x > h || y < -h || y > h {
					t.Errorf("tag %d is (%g, %g) from corner (%d, %d)", id, x, y, r, c)
				}
			}
		}
	}
}
