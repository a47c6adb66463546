package detect

import (
	"fmt"
	"image"
	"math"

	"hyt/calib/apriltag"
	"hyt/calib/geom"
	"hyt/calib/planar"
	"hyt/calib/target"
	"hyt/calib/view"
)

const (
	// clearOf is the part of a square round a corner that is free of tags: they begin
	// at (1 - marker) / 2 of it in both directions.
	clearOf = 0.9 * math.Sqrt2
	// leastCharuco is how many corners make a view.
	leastCharuco = 6
)

// findCharuco finds the corners of squares beside the tags that are seen: the tags
// say where about a corner lies and how its edges run, and the model of a corner
// (refine.go) is fitted there.
func findCharuco(img *image.Gray, full *plane, b target.Board) (f Found, reason string, err error) {
	tags, err := apriltag.Find(img, apriltag.Options{})
	if err != nil {
		return Found{}, "", err
	}
	own, strange, twice := ownTags(tags, b)
	byID := make(map[int]apriltag.Tag, len(own))
	for _, t := range own {
		byID[t.ID] = t
	}
	m := measured{}
	rows, cols := b.Grid()
	for r := range rows {
		for c := range cols {
			if s, ok := beside(full, b, byID, r, c); ok {
				m[cell{c, r}] = s
			}
		}
	}
	m.dropOdd()
	if len(m) < min(leastCharuco, rows*cols) {
		if len(own) < 2 {
			return Found{}, noTags(img, b, len(own), strange, twice), nil
		}
		return Found{}, fmt.Sprintf("%d tags of the board, but only %d of the corners beside them are clear (%d are needed): is it blurred or too far away?", len(own), len(m), leastCharuco), nil
	}
	for r := range rows {
		for c := range cols {
			if q, ok := m[cell{c, r}]; ok {
				f.View.Points = append(f.View.Points, b.Corner(r, c))
				f.View.Pixels = append(f.View.Pixels, view.Point2{X: q.x, Y: q.y})
			}
		}
	}
	f.Blur = m.median(func(c sharp) float64 { return c.blur })
	return f, "", nil
}

// beside measures the corner in row r and column c of the grid by the tags next to
// it, one or two of them.
func beside(full *plane, b target.Board, tags map[int]apriltag.Tag, r, c int) (s sharp, ok bool) {
	var board []view.Point3
	var pixels []view.Point2
	for _, id := range b.CornerTags(r, c) {
		t, seen := tags[id]
		if !seen {
			continue
		}
		points, _ := b.TagCorners(id)
		for i, p := range points {
			board, pixels = append(board, p), append(pixels, t.Corners[i])
		}
	}
	if len(board) == 0 {
		return sharp{}, false
	}
	h, err := planar.Homography(board, pixels)
	if err != nil {
		return sharp{}, false
	}
	at := func(x, y float64) view.Point2 {
		v := h.Apply(geom.Vec{x, y, 1})
		return view.Point2{X: v[0] / v[2], Y: v[1] / v[2]}
	}
	p := b.Corner(r, c)
	q, ex, ey := at(p.X, p.Y), at(p.X+b.Size/4, p.Y), at(p.X, p.Y+b.Size/4)
	ax, ay := view.Point2{X: 4 * (ex.X - q.X), Y: 4 * (ex.Y - q.Y)}, view.Point2{X: 4 * (ey.X - q.X), Y: 4 * (ey.Y - q.Y)}
	// The shorter height of the square as it is seen.
	clear := math.Abs(ax.X*ay.Y-ax.Y*ay.X) / max(math.Hypot(ax.X, ax.Y), math.Hypot(ay.X, ay.Y))
	radius := clearOf * (1 - b.Marker) / 2 * clear
	if radius < minWindow {
		return sharp{}, false
	}
	s, ok = sharpen(full, q.X, q.Y, radius, [2]float64{math.Atan2(ax.Y, ax.X), math.Atan2(ay.Y, ay.X)})
	return s, ok && (s.contrast < 0) == ((r+c)%2 == 1)
}
