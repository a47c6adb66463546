package imagemsg

import "encoding/binary"

// Key properties of the sums:
//   - Bytes are added eight at a time: a word's even bytes in the four 16-bit lanes
//     of one sum, its odd bytes in those of another. Lanes hold 257 bytes, so the
//     weights of all rows may add up to maxRows.
//   - The odd bytes' sum takes words shifted by 8 and not masked; what comes in from
//     the even bytes is the even sum shifted by 16-8, and is taken off at the end.
//     That saves an instruction of five, in the loop that all time goes into.
//   - Then each pixel becomes a word with three 21-bit lanes (a grey one: of one), and pixels are added
//     across: what lies between two places is the difference of the sums up to each,
//     exactly, though those sums themselves run over. Weights down times weights
//     across may be up to maxArea.

const (
	evenBytes = 0x00ff00ff00ff00ff
	laneBits  = 21
	lane      = 1<<laneBits - 1
	maxRows   = (1<<16 - 1) / 255
	maxArea   = lane / 256 // half an area is added for rounding
	groupSize = 24         // bytes that are added together: three words, and whole pixels of any layout
)

// band is the rows of a source under one row of a result.
type band struct {
	step       int // bytes
	from       int // where the first row that counts fully begins, bytes after the first
	full       int // how many count fully
	last       int // where the last row begins, bytes after the first
	head, tail uint64
	unit       uint64
}

func (s *source) band(rows span, unit uint64) band {
	return band{
		step: s.step, from: (rows.from - rows.first) * s.step, full: rows.to - rows.from,
		last: (rows.last - rows.first) * s.step, head: rows.head, tail: rows.tail, unit: unit,
	}
}

// columns adds up the rows of b, the first of which data begins with. Of the
// source's pixels from left on, it sets ahead[i] to the sum of the first i, a word a
// sum; len(ahead) is one more than a group's pixels or more.
func (s *source) columns(ahead []uint64, b *band, data []byte, left int) {
	group := groupSize / s.bytes
	end := len(ahead) - 1 - group
	for x := 0; ; {
		e0, o0, e1, o1, e2, o2 := b.sum(data, (left+x)*s.bytes)
		sum, to := ahead[x], ahead[x+1:]
		switch {
		case s.bytes == 3:
			spread3((*[8]uint64)(to), sum, e0, o0, e1, o1, e2, o2)
		case s.bytes == 4:
			spread4((*[6]uint64)(to), sum, e0, o0, e1, o1, e2, o2)
		case s.bytes == 1:
			sum = spread1((*[8]uint64)(to), sum, e0, o0)
			sum = spread1((*[8]uint64)(to[8:]), sum, e1, o1)
			spread1((*[8]uint64)(to[16:]), sum, e2, o2)
		case s.colour == uyvy:
			sum = spread2((*[4]uint64)(to), sum, o0, e0)
			sum = spread2((*[4]uint64)(to[4:]), sum, o1, e1)
			spread2((*[4]uint64)(to[8:]), sum, o2, e2)
		default:
			sum = spread2((*[4]uint64)(to), sum, e0, o0)
			sum = spread2((*[4]uint64)(to[4:]), sum, e1, o1)
			spread2((*[4]uint64)(to[8:]), sum, e2, o2)
		}
		if x == end {
			return
		}
		x = min(x+group, end) // the last group may repeat some of the one before
	}
}

// sum adds the group at offset in data, and those below it: words 0, 1 and 2, the
// even and the odd bytes of each.
func (b *band) sum(data []byte, offset int) (e0, o0, e1, o1, e2, o2 uint64) {
	step := b.step
	at, n := offset+b.from, b.full
	for ; n >= 2; n -= 2 {
		r := data[at : at+groupSize]
		s := data[at+step : at+step+groupSize]
		v0, w0 := binary.LittleEndian.Uint64(r[0:8]), binary.LittleEndian.Uint64(s[0:8])
		v1, w1 := binary.LittleEndian.Uint64(r[8:16]), binary.LittleEndian.Uint64(s[8:16])
		v2, w2 := binary.LittleEndian.Uint64(r[16:24]), binary.LittleEndian.Uint64(s[16:24])
		e0 += v0&evenBytes + w0&evenBytes
		o0 += v0>>8 + w0>>8
		e1 += v1&evenBytes + w1&evenBytes
		o1 += v1>>8 + w1>>8
		e2 += v2&evenBytes + w2&evenBytes
		o2 += v2>>8 + w2>>8
		at += 2 * step
	}
	if n > 0 {
		r := data[at : at+groupSize]
		v0, v1, v2 := binary.LittleEndian.Uint64(r[0:8]), binary.LittleEndian.Uint64(r[8:16]), binary.LittleEndian.Uint64(r[16:24])
		e0, o0 = e0+v0&evenBytes, o0+v0>>8
		e1, o1 = e1+v1&evenBytes, o1+v1>>8
		e2, o2 = e2+v2&evenBytes, o2+v2>>8
	}
	if k := b.unit; k != 1 {
		e0, o0, e1, o1, e2, o2 = e0*k, o0*k, e1*k, o1*k, e2*k, o2*k
	}
	if k := b.head; k != 0 {
		r := data[offset : offset+groupSize]
		v0, v1, v2 := binary.LittleEndian.Uint64(r[0:8]), binary.LittleEndian.Uint64(r[8:16]), binary.LittleEndian.Uint64(r[16:24])
		e0, o0 = e0+k*(v0&evenBytes), o0+k*(v0>>8)
		e1, o1 = e1+k*(v1&evenBytes), o1+k*(v1>>8)
		e2, o2 = e2+k*(v2&evenBytes), o2+k*(v2>>8)
	}
	if k := b.tail; k != 0 {
		r := data[offset+b.last : offset+b.last+groupSize]
		v0, v1, v2 := binary.LittleEndian.Uint64(r[0:8]), binary.LittleEndian.Uint64(r[8:16]), binary.LittleEndian.Uint64(r[16:24])
		e0, o0 = e0+k*(v0&evenBytes), o0+k*(v0>>8)
		e1, o1 = e1+k*(v1&evenBytes), o1+k*(v1>>8)
		e2, o2 = e2+k*(v2&evenBytes), o2+k*(v2>>8)
	}
	return e0, o0 - (e0>>16)<<8, e1, o1 - (e1>>16)<<8, e2, o2 - (e2>>16)<<8
}

// pick is the i-th 16-bit lane of w.
func pick(w uint64, i uint) uint64 { return w >> (16 * i) & 0xffff }

func pixel(a, b, c uint64) uint64 { return a | b<<laneBits | c<<(2*laneBits) }

// spread3 adds eight pixels of three bytes to sum, one after the other.
func spread3(to *[8]uint64, sum, e0, o0, e1, o1, e2, o2 uint64) {
	const one, two = laneBits, 2 * laneBits
	sum += e0&0xffff | o0&0xffff<<one | e0&(0xffff<<16)<<(two-16)
	to[0] = sum
	sum += o0>>16&0xffff | e0>>32&0xffff<<one | o0&(0xffff<<32)<<(two-32)
	to[1] = sum
	sum += e0>>48 | o0>>48<<one | e1&0xffff<<two
	to[2] = sum
	sum += o1&0xffff | e1&(0xffff<<16)<<(one-16) | o1>>16&0xffff<<two
	to[3] = sum
	sum += e1>>32&0xffff | o1>>32&0xffff<<one | e1>>48<<two
	to[4] = sum
	sum += o1>>48 | e2&0xffff<<one | o2&0xffff<<two
	to[5] = sum
	sum += e2>>16&0xffff | o2>>16&0xffff<<one | e2>>32&0xffff<<two
	to[6] = sum
	sum += o2>>32&0xffff | e2>>48<<one | o2>>48<<two
	to[7] = sum
}

// spread4 adds six pixels of four bytes, of which the last has no meaning.
func spread4(to *[6]uint64, sum, e0, o0, e1, o1, e2, o2 uint64) {
	const one, two = laneBits, 2 * laneBits
	sum += e0&0xffff | o0&0xffff<<one | e0&(0xffff<<16)<<(two-16)
	to[0] = sum
	sum += e0>>32&0xffff | o0&(0xffff<<32)>>(32-one) | e0>>48<<two
	to[1] = sum
	sum += e1&0xffff | o1&0xffff<<one | e1&(0xffff<<16)<<(two-16)
	to[2] = sum
	sum += e1>>32&0xffff | o1&(0xffff<<32)>>(32-one) | e1>>48<<two
	to[3] = sum
	sum += e2&0xffff | o2&0xffff<<one | e2&(0xffff<<16)<<(two-16)
	to[4] = sum
	sum += e2>>32&0xffff | o2&(0xffff<<32)>>(32-one) | e2>>48<<two
	to[5] = sum
}

// spread2 adds four pixels, of which two and two share colour.
func spread2(to *[4]uint64, sum, y, uv uint64) uint64 {
	sum += pixel(pick(y, 0), pick(uv, 0), pick(uv, 1))
	to[0] = sum
	sum += pixel(pick(y, 1), pick(uv, 0), pick(uv, 1))
	to[1] = sum
	sum += pixel(pick(y, 2), pick(uv, 2), pick(uv, 3))
	to[2] = sum
	sum += pixel(pick(y, 3), pick(uv, 2), pick(uv, 3))
	to[3] = sum
	return sum
}

// spread1 adds eight grey pixels, which have the word for themselves.
func spread1(to *[8]uint64, sum, e, o uint64) uint64 {
	sum += e & 0xffff
	to[0] = sum
	sum += o & 0xffff
	to[1] = sum
	sum += e >> 16 & 0xffff
	to[2] = sum
	sum += o >> 16 & 0xffff
	to[3] = sum
	sum += e >> 32 & 0xffff
	to[4] = sum
	sum += o >> 32 & 0xffff
	to[5] = sum
	sum += e >> 48
	to[6] = sum
	sum += o >> 48
	to[7] = sum
	return sum
}
