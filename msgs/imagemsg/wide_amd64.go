package imagemsg

import "golang.org/x/sys/cpu"

// hasWide says whether this processor can run addBlocks: it takes AVX2.
var hasWide = cpu.X86.HasAVX2

// addBlocks is addRows for blocks of 32 bytes, at least one. What first, last and rows
// point to is read only where its weight, or full, is not 0.
//
//go:noescape
func addBlocks(sums *uint16, blocks int, rows *byte, step, full int, first, last *byte, unit, head, tail uint16)

// addRows sets sums to those of the bytes below each other in the rows of b, weighted;
// data begins with the first of them.
func addRows(sums []uint16, b *band, data []byte) {
	blocks := len(sums) / 32
	if blocks > 0 {
		// addBlocks does not look whether all of it is there.
		_ = data[max(b.last, b.from+(b.full-1)*b.step)+len(sums)-1]
		from := min(b.from, len(data)-1) // past the end where no row counts fully
		addBlocks(&sums[0], blocks, &data[from], b.step, b.full, &data[0], &data[b.last], uint16(b.unit), uint16(b.head), uint16(b.tail))
	}
	addEach(sums, b, data, 32*blocks)
}

// addPixels sets four words for each block to sum and the pixels so far, of three or four
// sums each. Of three it reads two sums more than there are in a block.
//
//go:noescape
func addPixels(to *uint64, sums *uint16, blocks, bytes int, sum uint64)

// addWhole adds pixels of three or four bytes to sum as far as there are whole blocks of
// them, and returns how many that were.
func addWhole(to []uint64, sums []uint16, bytes int, sum uint64) (n int) {
	blocks := len(to) / 4
	if bytes == 3 {
		blocks = min(blocks, (len(sums)-2)/12) // what it reads is all there
	}
	if blocks == 0 {
		return 0
	}
	addPixels(&to[0], &sums[0], blocks, bytes, sum)
	return 4 * blocks
}
