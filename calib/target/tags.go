package target

import (
	_ "embed"
	"strconv"
	"strings"
)

// A tag of the family tag36h11 is 8 x 8 cells: a black border of one cell round
// 6 x 6 data cells. tagCell is a cell's part of the tag's side.
const (
	tagCells = 8
	tagCell  = 1.0 / tagCells
)

// The family's code words by tag id, 36 bits in hexadecimal, a line each.
//
//go:embed tag36h11.txt
var tagFile string

var tagCodes = readCodes(tagFile)

func readCodes(text string) (codes []uint64) {
	for word := range strings.FieldsSeq(text) {
		code, err := strconv.ParseUint(word, 16, 36)
		if err != nil {
			panic("tag36h11.txt: " + err.Error()) // an embedded file, read in every test
		}
		codes = append(codes, code)
	}
	return codes
}

// quarter is where the first nine bits of a code word lie, as column and row of
// the tag's cells. The other three quarters are this one, turned clockwise.
var quarter = [9][2]int{{1, 1}, {2, 1}, {3, 1}, {4, 1}, {5, 1}, {2, 2}, {3, 2}, {4, 2}, {3, 3}}

// bitAt is which bit of the code, the highest first, each data cell shows; -1 on
// the border.
var bitAt = func() (at [tagCells][tagCells]int) {
	for y := range at {
		for x := range at[y] {
			at[y][x] = -1
		}
	}
	for i, p := range quarter {
		x, y := p[0], p[1]
		for turn := range 4 {
			at[y][x] = 9*turn + i
			x, y = tagCells-1-y, x
		}
	}
	return at
}()

// tagBlack tells whether the cell in column x and row y of a tag is black.
func tagBlack(id, x, y int) bool {
	bit := bitAt[y][x]
	return bit < 0 || tagCodes[id]>>(35-bit)&1 == 0
}
