//go:build !amd64

package imagemsg

// hasWide: the sums of sum.go, eight bytes at a time, are what there is here.
const hasWide = false

func addRows(sums []uint16, b *band, data []byte) { addEach(sums, b, data, 0) }

func addWhole([]uint64, []uint16, int, uint64) int { return 0 }
