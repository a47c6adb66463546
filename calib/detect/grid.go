package detect

import "slices"

// cell is a place in a grid of corners: x along ray 0 of the corner it was grown
// from, y along ray 1, which is clockwise of it.
type cell struct{ x, y int }

// steps leads from a cell to its neighbours, clockwise.
var steps = [4]cell{{1, 0}, {0, 1}, {-1, 0}, {0, -1}}

// placed is a corner in a grid.
type placed struct {
	corner int
	// ray is the corner's ray that points along the grid's x; the next ones,
	// clockwise, point along y, -x and -y.
	ray int
}

type grid map[cell]placed

// grids grows all grids of linked corners, the largest first.
func (g *graph) grids() []grid {
	var all []grid
	seen := make([]bool, len(g.corners))
	for i := range g.corners {
		if !seen[i] {
			if one := g.grow(i, seen); len(one) > 1 {
				all = append(all, one)
			}
		}
	}
	slices.SortStableFunc(all, func(a, b grid) int { return len(b) - len(a) })
	return all
}

// grow follows links from a corner. Where two ways lead a corner to two cells,
// or two corners to one cell, the first one stands: a wrong link then leaves a
// hole or a stray corner, which the search for the board's outline bears.
func (g *graph) grow(start int, seen []bool) grid {
	one := grid{{}: {start, 0}}
	seen[start] = true
	for queue := []cell{{}}; len(queue) > 0; queue = queue[1:] {
		at := queue[0]
		from := one[at]
		for step, d := range steps {
			r := (from.ray + step) % 4
			j := g.to[from.corner][r]
			next := cell{at.x + d.x, at.y + d.y}
			if _, taken := one[next]; j == noLink || taken || seen[j] {
				continue
			}
			seen[j] = true
			// Ray back points against the step.
			one[next] = placed{j, (g.back[from.corner][r] - step + 6) % 4}
			queue = append(queue, next)
		}
	}
	return one
}

// bounds is the smallest rectangle of cells round a grid; hi is inside.
func (one grid) bounds() (lo, hi cell) {
	first := true
	for at := range one {
		if first {
			lo, hi, first = at, at, false
		}
		lo = cell{min(lo.x, at.x), min(lo.y, at.y)}
		hi = cell{max(hi.x, at.x), max(hi.y, at.y)}
	}
	return lo, hi
}

// turned is the grid after a quarter turn: its y becomes x.
func (one grid) turned() grid {
	t := make(grid, len(one))
	for at, p := range one {
		t[cell{at.y, -at.x}] = placed{p.corner, (p.ray + 1) % 4}
	}
	return t
}

// moved is the grid with the cell at becoming (0, 0), cut to w x h cells.
func (one grid) moved(at cell, w, h int) grid {
	m := make(grid, len(one))
	for c, p := range one {
		if c = (cell{c.x - at.x, c.y - at.y}); c.x >= 0 && c.y >= 0 && c.x < w && c.y < h {
			m[c] = p
		}
	}
	return m
}

// line counts the corners in one column (down) or row of a grid.
func (one grid) line(i int, down bool) (n int) {
	for at := range one {
		if down && at.x == i || !down && at.y == i {
			n++
		}
	}
	return n
}

// trimmed drops outer rows and columns that hold fewer than a third of what
// could stand there: strays that hang on to the board.
func (one grid) trimmed() grid {
	for len(one) > 0 {
		lo, hi := one.bounds()
		w, h := hi.x-lo.x+1, hi.y-lo.y+1
		at, size := lo, cell{w, h}
		switch {
		case 3*one.line(lo.x, true) < h:
			at.x, size.x = lo.x+1, w-1
		case 3*one.line(hi.x, true) < h:
			size.x--
		case 3*one.line(lo.y, false) < w:
			at.y, size.y = lo.y+1, h-1
		case 3*one.line(hi.y, false) < w:
			size.y--
		default:
			return one.moved(lo, w, h)
		}
		one = one.moved(at, size.x, size.y)
	}
	return one
}
