// Package target describes calibration boards: what is printed on them, where
// their corners are in metres, and the page to print.
package target

import (
	"fmt"

	"hyt/calib/view"
)

// Kind is what is printed on a board.
type Kind string

const (
	// Chessboard is alternating squares; its corners are where four squares meet.
	Chessboard Kind = "chessboard"
	// AprilTags is a grid of AprilTags of the family tag36h11; each tag gives its
	// four outer corners, also where the rest of the board is hidden.
	AprilTags Kind = "apriltag"
	// ChArUco is a chessboard with an AprilTag in each white square: its corners are
	// those of the squares, and the tags tell which ones are seen where the rest is
	// hidden or out of the image. It is OpenCV's CharucoBoard of the dictionary
	// DICT_APRILTAG_36h11, whose tags stand upside down.
	ChArUco Kind = "charuco"
)

// Board is a flat target. Its frame lies on it: x to the right and y down as it
// is printed, z into the wall behind it. The origin of a chessboard is the
// upper left corner where four squares meet; that of a tag grid is the upper
// left black corner of tag 0.
type Board struct {
	Kind Kind
	// Rows and Cols count squares (not the corners between them) or tags.
	Rows, Cols int
	// Size is the side of a square, or of a tag over its black border, in metres.
	Size float64
	// Gap is the white between two tags of a grid, as a part of Size.
	Gap float64
	// Marker is the side of a ChArUco board's tags, as a part of Size.
	Marker float64
}

// DefaultMarker leaves a tag the white border that it needs, and corners of squares
// their surroundings.
const DefaultMarker = 0.75

// DefaultGap leaves tags enough white round them to be found.
const DefaultGap = 0.25

// maxSide bounds rows and columns: more of them print too small to be found.
const maxSide = 50

// Validate returns nil for a board that can be printed and found, else one
// sentence.
func (b Board) Validate() error {
	least := 1
	switch b.Kind {
	case Chessboard:
		least = 4 // 3 x 3 corners: fewer are found in any tiled floor
	case AprilTags:
		if b.Rows*b.Cols > len(tagCodes) {
			return fmt.Errorf("%d x %d tags are more than the %d of tag36h11: take fewer", b.Rows, b.Cols, len(tagCodes))
		}
		// The family's border is one cell of eight, and each tag brings its own.
		if !(b.Gap >= 2*tagCell && b.Gap <= 2) {
			return fmt.Errorf("a gap of %g tag sides between tags is not in %g to 2: detection needs a white border", b.Gap, 2*tagCell)
		}
	case ChArUco:
		least = 3
		if n := b.Tags(); n > len(tagCodes) {
			return fmt.Errorf("%d x %d squares need %d tags, more than the %d of tag36h11: take fewer", b.Rows, b.Cols, n, len(tagCodes))
		}
		if !(b.Marker >= 0.5 && b.Marker <= 0.8) {
			return fmt.Errorf("tags of %g of a square's side are not in 0.5 to 0.8: they need a white border", b.Marker)
		}
	default:
		return fmt.Errorf("board type %q is not known: take %s, %s or %s", b.Kind, Chessboard, AprilTags, ChArUco)
	}
	if b.Rows < least || b.Cols < least || b.Rows > maxSide || b.Cols > maxSide {
		return fmt.Errorf("a %s of %d rows and %d columns is not in %d x %d to %d x %d", b.Kind, b.Rows, b.Cols, least, least, maxSide, maxSide)
	}
	if !(b.Size >= 1e-3 && b.Size <= 1) {
		return fmt.Errorf("a size of %g mm is not in 1 to 1000 mm", 1e3*b.Size)
	}
	return nil
}

// String is the board in a few words: "chessboard of 7 x 10 squares of 25 mm".
func (b Board) String() string {
	what := "squares"
	if b.Kind == AprilTags {
		what = "tags"
	}
	return fmt.Sprintf("%s of %d x %d %s of %g mm", b.Kind, b.Rows, b.Cols, what, 1e3*b.Size)
}

// Oriented tells whether the print has one right way up. A chessboard has when
// one of its sides is odd and the other even; any other looks the same after
// half a turn, so that a pose of it is one of two.
func (b Board) Oriented() bool {
	return b.Kind != Chessboard || (b.Rows+b.Cols)%2 == 1
}

// Grid is the number of corners down and across: one fewer than squares, two for
// each tag.
func (b Board) Grid() (rows, cols int) {
	if b.Kind == AprilTags {
		return 2 * b.Rows, 2 * b.Cols
	}
	return b.Rows - 1, b.Cols - 1
}

// Tags is the number of AprilTags on the board.
func (b Board) Tags() int {
	switch b.Kind {
	case AprilTags:
		return b.Rows * b.Cols
	case ChArUco:
		return b.Rows * b.Cols / 2
	}
	return 0
}

// Corner is the corner in row r and column c of the grid.
func (b Board) Corner(r, c int) view.Point3 {
	if b.Kind == AprilTags {
		return view.Point3{X: b.tagEdge(c), Y: b.tagEdge(r)}
	}
	return view.Point3{X: float64(c) * b.Size, Y: float64(r) * b.Size}
}

// Corners lists all corners, row by row.
func (b Board) Corners() []view.Point3 {
	rows, cols := b.Grid()
	ps := make([]view.Point3, 0, rows*cols)
	for r := range rows {
		for c := range cols {
			ps = append(ps, b.Corner(r, c))
		}
	}
	return ps
}

// TagCorners are the corners of a tag: upper left, upper right, lower right, lower
// left of the tag, which on a ChArUco board stands upside down. ok is false for a tag
// that the board lacks.
func (b Board) TagCorners(id int) (ps [4]view.Point3, ok bool) {
	if id < 0 || id >= b.Tags() {
		return ps, false
	}
	if b.Kind == ChArUco {
		r, c := b.tagSquare(id)
		x0, y0 := b.tagOrigin(r, c)
		x1, y1 := x0+b.Marker*b.Size, y0+b.Marker*b.Size
		return [4]view.Point3{{X: x1, Y: y1}, {X: x0, Y: y1}, {X: x0, Y: y0}, {X: x1, Y: y0}}, true
	}
	r, c := 2*(id/b.Cols), 2*(id%b.Cols)
	return [4]view.Point3{b.Corner(r, c), b.Corner(r, c+1), b.Corner(r+1, c+1), b.Corner(r+1, c)}, true
}

// tagEdge is how far the i-th edge of tags is from the first, in metres.
func (b Board) tagEdge(i int) float64 {
	return b.Size * (float64(i/2)*(1+b.Gap) + float64(i%2))
}

// Extent is the printed part, from its upper left to its lower right corner in
// the board's frame, in metres. It ends with the black; a white margin as wide as
// Margin must follow.
func (b Board) Extent() (min, max view.Point3) {
	if b.Kind == AprilTags {
		rows, cols := b.Grid()
		return view.Point3{}, b.Corner(rows-1, cols-1)
	}
	s := b.Size
	return view.Point3{X: -s, Y: -s}, view.Point3{X: float64(b.Cols-1) * s, Y: float64(b.Rows-1) * s}
}

// Margin is the white that detection needs round the board, in metres.
func (b Board) Margin() float64 {
	if b.Kind == AprilTags {
		return 2 * tagCell * b.Size
	}
	return b.Size / 2
}

// Black tells whether the board is black at (x, y) in its frame, metres. All
// beyond its extent is white.
func (b Board) Black(x, y float64) bool {
	lo, hi := b.Extent()
	if x < lo.X || y < lo.Y || x >= hi.X || y >= hi.Y {
		return false
	}
	if b.Kind != AprilTags {
		c, r := int((x-lo.X)/b.Size), int((y-lo.Y)/b.Size)
		return (c+r)%2 == 0 || b.Kind == ChArUco && b.tagInk(r, c, x, y)
	}
	pitch := b.Size * (1 + b.Gap)
	c, r := int(x/pitch), int(y/pitch)
	i, j := (x-float64(c)*pitch)/(b.Size*tagCell), (y-float64(r)*pitch)/(b.Size*tagCell)
	return i < tagCells && j < tagCells && tagBlack(r*b.Cols+c, int(i), int(j))
}
