// Package report shows a calibration to the person who has to trust it: where
// the board was seen, where the model errs, and what straight lines look like.
package report

import (
	"fmt"
	"math"

	"hyt/calib/intrinsics"
	"hyt/calib/view"
)

// The image is divided into this many cells to say where corners were seen.
const coverCols, coverRows = 8, 6

// Coverage says how much of what a camera can see its views have shown.
type Coverage struct {
	Cells [coverRows][coverCols]int // corners in each part of the image
	Share float64                   // of the cells, those with a corner
	// Faces says whether a view has the board facing left, right, up and down.
	Faces [4]bool
	// Missing are sentences: parts of the image and tilts of the board that no view
	// has. They are empty for a set of views that leaves nothing to wish for.
	Missing []string
}

// areas are parts of the image that people have words for, in cells.
var areas = []struct {
	name                   string
	left, top, right, down int
}{
	{"upper left", 0, 0, 2, 2}, {"top", 3, 0, 5, 1}, {"upper right", 6, 0, 8, 2},
	{"left", 0, 2, 1, 4}, {"middle", 3, 2, 5, 4}, {"right", 7, 2, 8, 4},
	{"lower left", 0, 4, 2, 6}, {"bottom", 3, 5, 5, 6}, {"lower right", 6, 4, 8, 6},
}

// leastTilt is how far a board must lean for its tilt to count, as a tangent.
var leastTilt = math.Tan(15 * math.Pi / 180)

// Cover looks at the views that a calibration used.
func Cover(views []intrinsics.ViewFit) (c Coverage) {
	for _, v := range views {
		if !v.Used {
			continue
		}
		for i, px := range v.Pixels {
			if !v.Outlier[i] {
				x, y := cellOf(px, v.Size)
				c.Cells[y][x]++
			}
		}
		// The board's z points away from the viewer, so it faces the other way.
		z := v.Pose.R.Col(2)
		x, y := -z[0]/z[2], -z[1]/z[2]
		for i, lean := range [4]float64{-x, x, -y, y} {
			c.Faces[i] = c.Faces[i] || lean > leastTilt
		}
	}
	hit := 0
	for _, row := range c.Cells {
		for _, n := range row {
			if n > 0 {
				hit++
			}
		}
	}
	c.Share = float64(hit) / (coverCols * coverRows)
	for _, a := range areas {
		n := 0
		for y := a.top; y < a.down; y++ {
			for x := a.left; x < a.right; x++ {
				n += c.Cells[y][x]
			}
		}
		if n == 0 {
			c.Missing = append(c.Missing, fmt.Sprintf("no corner in the %s of the image", a.name))
		}
	}
	for i, side := range [4]string{"left", "right", "up", "down"} {
		if !c.Faces[i] {
			c.Missing = append(c.Missing, fmt.Sprintf("no view of the board facing %s by 15° or more", side))
		}
	}
	return c
}

func cellOf(px view.Point2, size [2]int) (x, y int) {
	x = int(px.X / float64(size[0]) * coverCols)
	y = int(px.Y / float64(size[1]) * coverRows)
	return min(max(x, 0), coverCols-1), min(max(y, 0), coverRows-1)
}
