package imagemsg

// columnsWide is columns for processors that add 32 bytes at a time. sums is scratch of
// at least one for each byte of the source's row.
func (s *source) columnsWide(ahead []uint64, sums []uint16, b *band, data []byte, left int) {
	n := (len(ahead) - 1) * s.bytes
	sums, data = sums[:n], data[left*s.bytes:]
	clear(sums)
	if b.head != 0 {
		addRows(sums, data, b.step, 1, uint16(b.head))
	}
	if b.full != 0 {
		addRows(sums, data[b.from:], b.step, b.full, uint16(b.unit))
	}
	if b.tail != 0 {
		addRows(sums, data[b.last:], b.step, 1, uint16(b.tail))
	}
	sum, to := ahead[0], ahead[1:]
	switch {
	case s.colour == grey:
		for i, v := range sums {
			sum += uint64(v)
			to[i] = sum
		}
	case s.colour == uyvy:
		pairs(to, sums, sum, 1, 0, 2, 3)
	case s.colour == yuyv:
		pairs(to, sums, sum, 0, 1, 3, 2)
	case s.bytes == 3:
		for len(to) > 0 && len(sums) >= 3 {
			p := (*[3]uint16)(sums)
			sum += pixel(uint64(p[0]), uint64(p[1]), uint64(p[2]))
			to[0] = sum
			to, sums = to[1:], sums[3:]
		}
	default:
		for len(to) > 0 && len(sums) >= 4 {
			p := (*[4]uint16)(sums)
			sum += pixel(uint64(p[0]), uint64(p[1]), uint64(p[2]))
			to[0] = sum
			to, sums = to[1:], sums[4:]
		}
	}
}

// pairs adds pixels of which two and two share colour; first, u, v and second say which
// of four bytes is what.
func pairs(to []uint64, sums []uint16, sum uint64, first, u, v, second int) {
	for len(to) >= 2 && len(sums) >= 4 {
		p := (*[4]uint16)(sums)
		shared := pixel(0, uint64(p[u&3]), uint64(p[v&3]))
		sum += shared | uint64(p[first&3])
		to[0] = sum
		sum += shared | uint64(p[second&3])
		to[1] = sum
		to, sums = to[2:], sums[4:]
	}
}
