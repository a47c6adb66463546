package imagemsg

import "golang.org/x/sys/cpu"

// hasWide says whether this processor can run addBlocks: it takes AVX2.
var hasWide = cpu.X86.HasAVX2

// addBlocks is addRows for whole blocks of 32 bytes, at least one, and at least one row.
//
//go:noescape
func addBlocks(sums *uint16, rows *byte, blocks, step, count int, weight uint16)

// addRows adds to each of sums weight times the sum of the bytes below each other in
// count rows, step bytes apart, of which data holds the first len(sums) of each. Sums
// must fit: weights of all rows together up to maxRows.
func addRows(sums []uint16, data []byte, step, count int, weight uint16) {
	blocks := len(sums) / 32
	if count == 0 || len(sums) == 0 {
		return
	}
	_ = data[(count-1)*step+len(sums)-1] // all of it is there: addBlocks does not look
	if blocks > 0 {
		addBlocks(&sums[0], &data[0], blocks, step, count, weight)
	}
	for i := 32 * blocks; i < len(sums); i++ {
		sum := uint16(0)
		for r := range count {
			sum += uint16(data[r*step+i])
		}
		sums[i] += weight * sum
	}
}
