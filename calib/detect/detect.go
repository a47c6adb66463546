// Package detect finds calibration boards in images, and their corners to a few
// hundredths of a pixel.
//
// A chessboard is found in four steps, each of which a picture without a board
// fails: places where the brightness has a saddle (saddle.go); those whose
// surroundings fall into four sectors, bright and dark in turn (ray.go); links
// between two of them along an edge that keeps its bright side (link.go); grids
// of such links of the board's size (grid.go). Then a model of a blurred corner
// is fitted to the full image (refine.go).
//
// Tags are found by a C library (package apriltag), which a build may lack.
package detect

import (
	"fmt"
	"image"

	"hyt/calib/target"
	"hyt/calib/view"
)

// Found is a board seen in an image.
type Found struct {
	View view.View
	// Blur is the median width of the edges at the corners: the standard
	// deviation in pixels of the Gaussian that blurs them. 0 where it is not known.
	Blur float64
	// Missing counts the board's corners that were not seen.
	Missing int
}

// NotFoundError says why an image gives no view.
type NotFoundError struct {
	Name   string // of the image
	Reason string
}

func (e *NotFoundError) Error() string { return e.Name + ": " + e.Reason }

// minImage and maxImage bound an image's sides, in pixels.
const minImage, maxImage = 32, 1 << 14

// Find looks for one board in an image; name is what reports call the image. The
// points of the view are in row order of the board. The error is a
// *NotFoundError where the image is at fault, apriltag.ErrNotBuilt, or what is
// wrong with the board.
//
// A chessboard may have up to 40 % of its corners hidden as long as each of its
// four sides is in view: otherwise which corner is which cannot be told. Of a tag
// grid each tag that is in view counts, and of a ChArUco board each corner beside a
// tag that is.
func Find(img *image.Gray, b target.Board, name string) (Found, error) {
	if err := b.Validate(); err != nil {
		return Found{}, err
	}
	fail := func(format string, args ...any) (Found, error) {
		return Found{}, &NotFoundError{name, fmt.Sprintf(format, args...)}
	}
	w, h := img.Rect.Dx(), img.Rect.Dy()
	if min(w, h) < minImage || max(w, h) > maxImage {
		return fail("the image is %d x %d pixels: sides of %d to %d are searched", w, h, minImage, maxImage)
	}
	full := planeOf(img)
	lo, hi := full.extremes()
	if hi-lo < minContrast {
		return fail("the image is nearly of one grey (%.0f to %.0f of 255): is the lens covered or the exposure wrong?", lo, hi)
	}
	find := findChessboard
	switch b.Kind {
	case target.AprilTags:
		find = func(*plane, target.Board) (Found, string, error) { return findTags(img, b) }
	case target.ChArUco:
		find = func(full *plane, b target.Board) (Found, string, error) { return findCharuco(img, full, b) }
	}
	found, reason, err := find(full, b)
	if err != nil {
		return Found{}, err
	}
	if reason != "" {
		return fail("%s", reason)
	}
	found.View.Name, found.View.Size = name, [2]int{w, h}
	found.Missing = len(b.Corners()) - len(found.View.Points)
	return found, nil
}
