package detect

import (
	"fmt"
	"math"

	"hyt/calib/target"
	"hyt/calib/view"
)

const (
	// searchPixels is the size from which an image is searched at half its size.
	searchPixels = 3_000_000
	// levels is how often the size is halved where blur hides the corners.
	levels = 4
	// enough is the part of the corners that must be seen.
	enough = 0.6
)

// findChessboard searches an image, then smaller versions of it, until all
// corners are found; the version with the most corners counts. reason says why
// there is no board.
func findChessboard(full *plane, b target.Board) (best Found, reason string, err error) {
	p, scale := full, 1.0
	for p.w*p.h > searchPixels {
		p, scale = p.half(), 2*scale
	}
	rows, cols := b.Grid()
	largest := -1
	for range levels {
		s := &search{full: full, level: p.blurred(smoothing), scale: scale, board: b}
		f, why, size := s.run()
		switch {
		case why == "" && len(f.View.Points) > len(best.View.Points):
			best = f
		case why != "" && size > largest:
			reason, largest = why, size
		}
		if len(best.View.Points) == rows*cols || min(p.w, p.h) < 2*minImage {
			break
		}
		p, scale = p.half(), 2*scale
	}
	if len(best.View.Points) > 0 {
		return best, "", nil
	}
	return Found{}, reason, nil
}

// search is one board sought in one size of an image.
type search struct {
	full, level *plane
	scale       float64 // pixels of full in one of level
	board       target.Board
	g           *graph
	// inverse: the grid at hand has black and white the other way round, as boards
	// that look the same from two sides may.
	inverse bool
}

// run searches. size is that of the largest grid that was met: the larger, the
// more its reason says.
func (s *search) run() (f Found, reason string, size int) {
	var corners []corner
	for _, c := range saddles(s.level) {
		if len(corners) < maxCorners && c.star(s.level) {
			corners = append(corners, c)
		}
	}
	s.g = linked(s.level, corners)
	rows, cols := s.board.Grid()
	reason = fmt.Sprintf("no chessboard in it: %d places look like corners, none of them form a grid", len(corners))
	for _, one := range s.g.grids() {
		one = one.trimmed()
		_, hi := one.bounds()
		w, h := hi.x+1, hi.y+1
		if len(one) > size && len(one) >= 4 {
			size, reason = len(one), misfit(max(w, h), min(w, h), max(rows, cols), min(rows, cols))
		}
		if !(w == cols && h == rows || w == rows && h == cols) {
			continue
		}
		size = len(one)
		if f, reason = s.measure(s.oriented(one)); reason == "" {
			return f, "", size
		}
	}
	return Found{}, reason, size
}

// misfit says how a grid of corners differs from the board.
func misfit(long, short, wantLong, wantShort int) string {
	is := fmt.Sprintf("a grid of %d x %d corners, where the board has %d x %d between its squares", short, long, wantShort, wantLong)
	if long > wantLong || short > wantShort {
		return is + ": check --rows and --cols, which count squares"
	}
	return is + ": the board is cut off, covered, too dark or too far away, or has other --rows and --cols (they count squares)"
}

// oriented turns a grid so that its cells are columns and rows of the board. Where
// the colours leave a choice, the board's x points right in the image as far as
// may be.
func (s *search) oriented(one grid) grid {
	rows, cols := s.board.Grid()
	var best grid
	bestScore := math.Inf(-1)
	for range 4 {
		one = one.turned()
		lo, hi := one.bounds()
		if hi.x-lo.x+1 != cols || hi.y-lo.y+1 != rows {
			continue
		}
		turn := one.moved(lo, cols, rows)
		if score := s.score(turn); score > bestScore {
			best, bestScore = turn, score
		}
	}
	for at, p := range best {
		s.inverse = s.g.corners[p.corner].rays[p.ray].rises != s.rises(at)
		break // all agree: links alternate
	}
	return best
}

// score is higher for the right colours, then for an x axis to the right.
func (s *search) score(one grid) (score float64) {
	for at, p := range one {
		r := s.g.corners[p.corner].rays[p.ray]
		score += math.Cos(r.angle)
		if r.rises == s.rises(at) {
			score += 10
		}
	}
	return score
}

// rises tells whether, at a corner of the board, the square towards x and y is
// white. The board's first square is black, and so is the one across its corner.
func (s *search) rises(at cell) bool { return (at.x+at.y)%2 == 1 }

// measured is a grid of corners in pixels of the full image.
type measured map[cell]sharp

// measure refines all corners, looks for those that are missing, and makes the
// view.
func (s *search) measure(one grid) (f Found, reason string) {
	rows, cols := s.board.Grid()
	m := measured{}
	for at, p := range one {
		c := s.g.corners[p.corner]
		// The middle of a level's first pixel is the middle of scale x scale pixels.
		m[at] = sharp{x: c.x*s.scale + (s.scale-1)/2, y: c.y*s.scale + (s.scale-1)/2}
	}
	m = s.refined(m, nil)
	for range 2 { // a corner found in a gap shows where the next one is
		m = s.refined(m.guessed(cols, rows), m)
	}
	m.dropOdd()
	if need := int(math.Ceil(enough * float64(rows*cols))); len(m) < need || !m.reaches(cols, rows) {
		return Found{}, fmt.Sprintf("a chessboard, but only %d of its %d corners are clear (%d are needed, on all four sides): is it covered, blurred or against the light?", len(m), rows*cols, need)
	}
	for r := range rows {
		for c := range cols {
			if q, ok := m[cell{c, r}]; ok {
				f.View.Points = append(f.View.Points, s.board.Corner(r, c))
				f.View.Pixels = append(f.View.Pixels, view.Point2{X: q.x, Y: q.y})
			}
		}
	}
	f.Blur = m.median(func(c sharp) float64 { return c.blur })
	return f, ""
}

// refined fits the corners of a grid to the image, those excepted that are known.
// A corner that does not fit, or has black and white the wrong way round, is left
// out.
func (s *search) refined(m, known measured) measured {
	out := measured{}
	for at, c := range m {
		if k, ok := known[at]; ok {
			out[at] = k
			continue
		}
		ex, ey, ok := m.axes(at)
		if !ok {
			continue
		}
		cross := math.Abs(ex.X*ey.Y - ex.Y*ey.X)
		clear := cross / max(math.Hypot(ex.X, ex.Y), math.Hypot(ey.X, ey.Y))
		q, ok := sharpen(s.full, c.x, c.y, 0.55*clear, [2]float64{math.Atan2(ex.Y, ex.X), math.Atan2(ey.Y, ey.X)})
		if ok && (q.contrast < 0) == (s.rises(at) != s.inverse) && q.blur < clear/2 {
			out[at] = q
		}
	}
	return out
}
