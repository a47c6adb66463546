package imagemsg

// columnsWide is columns for processors that add 32 bytes at a time. sums is scratch of
// at least one for each byte of the source's row.
func (s *source) columnsWide(ahead []uint64, sums []uint16, b *band, data []byte, left int) {
	sums = sums[:(len(ahead)-1)*s.bytes]
	addRows(sums, b, data[left*s.bytes:])
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
	default:
		if n := addWhole(to, sums, s.bytes, sum); n > 0 {
			sum, to, sums = to[n-1], to[n:], sums[n*s.bytes:]
		}
		if s.bytes == 3 {
			threes(to, sums, sum)
		} else {
			fours(to, sums, sum)
		}
	}
}

// addEach is addRows from a byte on, one after the other.
func addEach(sums []uint16, b *band, data []byte, from int) {
	for i := from; i < len(sums); i++ {
		sum := uint64(0)
		for r := range b.full {
			sum += b.unit * uint64(data[b.from+r*b.step+i])
		}
		if b.head != 0 {
			sum += b.head * uint64(data[i])
		}
		if b.tail != 0 {
			sum += b.tail * uint64(data[b.last+i])
		}
		sums[i] = uint16(sum)
	}
}

// lanes are three sums as a pixel.
func lanes(a, b, c uint16) uint64 { return pixel(uint64(a), uint64(b), uint64(c)) }

// threes adds pixels of three bytes to sum, one after the other.
func threes(to []uint64, sums []uint16, sum uint64) {
	for len(to) >= 2 && len(sums) >= 6 {
		p, q := (*[6]uint16)(sums), (*[2]uint64)(to)
		sum += lanes(p[0], p[1], p[2])
		q[0] = sum
		sum += lanes(p[3], p[4], p[5])
		q[1] = sum
		to, sums = to[2:], sums[6:]
	}
	if len(to) > 0 {
		to[0] = sum + lanes(sums[0], sums[1], sums[2])
	}
}

// fours is threes for pixels of four bytes, of which the last has no meaning.
func fours(to []uint64, sums []uint16, sum uint64) {
	for len(to) >= 2 && len(sums) >= 8 {
		p, q := (*[8]uint16)(sums), (*[2]uint64)(to)
		sum += lanes(p[0], p[1], p[2])
		q[0] = sum
		sum += lanes(p[4], p[5], p[6])
		q[1] = sum
		to, sums = to[2:], sums[8:]
	}
	if len(to) > 0 {
		to[0] = sum + lanes(sums[0], sums[1], sums[2])
	}
}

// pairs adds pixels of which two and two share colour; first, u, v and second say which
// of four bytes is what.
func pairs(to []uint64, sums []uint16, sum uint64, first, u, v, second int) {
	for len(to) >= 2 && len(sums) >= 4 {
		p, q := (*[4]uint16)(sums), (*[2]uint64)(to)
		shared := lanes(0, p[u&3], p[v&3])
		sum += shared | uint64(p[first&3])
		q[0] = sum
		sum += shared | uint64(p[second&3])
		q[1] = sum
		to, sums = to[2:], sums[4:]
	}
}
