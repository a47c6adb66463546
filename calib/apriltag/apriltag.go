// Package apriltag finds tags of the family tag36h11 in images, by the C library
// libapriltag (Debian: libapriltag-dev).
//
// With the build tag noapriltag, or without cgo, Find returns ErrNotBuilt and
// nothing needs the library.
package apriltag

import (
	"errors"
	"image"
	"slices"

	"hyt/calib/view"
)

// Tag is a tag seen in an image.
type Tag struct {
	ID int
	// Corners of its black border as it is printed: upper left, upper right, lower
	// right, lower left. Pixels.
	Corners [4]view.Point2
}

// Options of Find.
type Options struct {
	// Decimate searches for borders in an image smaller by this factor; 0 and 1 in the
	// whole one. Corners are refined and codes read in the whole one.
	Decimate float64
}

// ErrNotBuilt says that this hyt was built without the library.
var ErrNotBuilt = errors.New("this hyt was built without AprilTag detection: install libapriltag-dev and build without -tags noapriltag")

// Unique splits tags, in order of their ids, from the ids that are seen more than
// once: which of those is meant cannot be told.
func Unique(tags []Tag) (once []Tag, twice []int) {
	tags = slices.SortedFunc(slices.Values(tags), func(a, b Tag) int { return a.ID - b.ID })
	for i := 0; i < len(tags); {
		end := i + 1
		for end < len(tags) && tags[end].ID == tags[i].ID {
			end++
		}
		if end == i+1 {
			once = append(once, tags[i])
		} else {
			twice = append(twice, tags[i].ID)
		}
		i = end
	}
	return once, twice
}

// Mirrored is the image in a mirror: tags of a print that is the wrong way round
// are found in it.
func Mirrored(img *image.Gray) *image.Gray {
	m := image.NewGray(image.Rect(0, 0, img.Rect.Dx(), img.Rect.Dy()))
	for y := range m.Rect.Dy() {
		row := m.Pix[y*m.Stride:][:m.Rect.Dx()]
		copy(row, img.Pix[y*img.Stride:])
		slices.Reverse(row)
	}
	return m
}
