package target

// A ChArUco board counts its white squares row by row; each holds the tag of its
// number. Squares are counted from 0; the one at (r, c) is white where r + c is odd.

// tagSquare is the row and column of the square that holds a tag.
func (b Board) tagSquare(id int) (r, c int) {
	// Two rows together hold as many tags as the board has columns; the even one of
	// them, which begins with black, holds the smaller half.
	pair, rest := id/b.Cols, id%b.Cols
	if even := b.Cols / 2; rest < even {
		return 2 * pair, 2*rest + 1
	} else {
		return 2*pair + 1, 2 * (rest - even)
	}
}

// tagOf is the tag in a white square.
func (b Board) tagOf(r, c int) int { return r/2*b.Cols + r%2*(b.Cols/2) + c/2 }

// tagOrigin is the upper left of the tag in a square, metres.
func (b Board) tagOrigin(r, c int) (x, y float64) {
	m := (1 - b.Marker) / 2
	return (float64(c-1) + m) * b.Size, (float64(r-1) + m) * b.Size
}

// tagInk tells whether a place in a white square is black.
func (b Board) tagInk(r, c int, x, y float64) bool {
	x0, y0 := b.tagOrigin(r, c)
	cell := b.Marker * b.Size * tagCell
	i, j := (x-x0)/cell, (y-y0)/cell
	return i >= 0 && j >= 0 && i < tagCells && j < tagCells && b.tagCellBlack(r, c, int(i), int(j))
}

// tagCellBlack tells whether the cell in column i and row j of the tag in a square is
// black, as it is printed: upside down.
func (b Board) tagCellBlack(r, c, i, j int) bool {
	return tagBlack(b.tagOf(r, c), tagCells-1-i, tagCells-1-j)
}

// CornerTags are the tags next to the corner in row r and column c of the grid.
func (b Board) CornerTags(r, c int) [2]int {
	// The corner lies between squares (r, c) and (r+1, c+1).
	if (r+c)%2 == 1 {
		return [2]int{b.tagOf(r, c), b.tagOf(r+1, c+1)}
	}
	return [2]int{b.tagOf(r, c+1), b.tagOf(r+1, c)}
}
