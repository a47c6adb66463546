//go:build !amd64

package imagemsg

// hasWide: the sums of sum.go, eight bytes at a time, are what there is here.
const hasWide = false

// addRows is what wide_amd64.go says, one byte after the other.
func addRows(sums []uint16, data []byte, step, count int, weight uint16) {
	for i := range sums {
		for r := range count {
			sums[i] += weight * uint16(data[r*step+i])
		}
	}
}
