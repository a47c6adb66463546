package imagemsg

import "encoding/binary"

// Key properties of the sums:
//   - Bytes are added eight at a time: a word's even bytes in the four 16-bit lanes
//     of one sum, its odd bytes in those of another. Lanes hold 257 bytes, so the
//     weights of all rows may add up to maxRows.
//   - The odd bytes' sum takes words shifted by 8 and not masked; what comes in from
//     the even bytes is the even sum shifted by 16-8, and is taken off at the end.
//     That saves an instruction of five, in the loop that all time goes into.
//   - Then each pixel gets a word with three 21-bit lanes, for adding across. So
//     weights down times weights across may be up to maxArea.

const (
	evenBytes = 0x00ff00ff00ff00ff
	laneBits  = 21
	lane      = 1<<laneBits - 1
	maxRows   = (1<<16 - 1) / 255
	maxArea   = lane / 255
	groupSize = 24 // bytes that are added together: three words, and whole pixels of any layout
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

// columns adds up the rows of b. It sets px to a word for each of the source's
// pixels from left on; len(px) is a group's pixels or more. data begins with the
// first row.
func (s *source) columns(px []uint64, b *band, data []byte, left int) {
	group := groupSize / s.bytes
	for x := 0; ; {
		w := b.sum(data[(left+x)*s.bytes:])
		to := px[x : x+group]
		switch {
		case s.colour == rgb && s.bytes == 3:
			w.spread3((*[8]uint64)(to))
		case s.colour == rgb:
			w.spread4((*[6]uint64)(to))
		case s.colour == grey:
			w.spread1((*[24]uint64)(to))
		case s.colour == uyvy:
			spreadUYVY((*[4]uint64)(to), w.odd0, w.even0)
			spreadUYVY((*[4]uint64)(to[4:]), w.odd1, w.even1)
			spreadUYVY((*[4]uint64)(to[8:]), w.odd2, w.even2)
		default:
			spreadUYVY((*[4]uint64)(to), w.even0, w.odd0)
			spreadUYVY((*[4]uint64)(to[4:]), w.even1, w.odd1)
			spreadUYVY((*[4]uint64)(to[8:]), w.even2, w.odd2)
		}
		if x == len(px)-group {
			return
		}
		x = min(x+group, len(px)-group) // the last group may repeat some of the one before
	}
}

// sums are a group's bytes, each added down the rows, four to a word.
type sums struct{ even0, odd0, even1, odd1, even2, odd2 uint64 }

// sum adds the group that data begins with, and those below it.
func (b *band) sum(data []byte) sums {
	var e0, o0, e1, o1, e2, o2 uint64
	at, n := b.from, b.full
	for ; n >= 2; n -= 2 {
		r, s := (*[groupSize]byte)(data[at:]), (*[groupSize]byte)(data[at+b.step:])
		v0, w0 := binary.LittleEndian.Uint64(r[0:]), binary.LittleEndian.Uint64(s[0:])
		v1, w1 := binary.LittleEndian.Uint64(r[8:]), binary.LittleEndian.Uint64(s[8:])
		v2, w2 := binary.LittleEndian.Uint64(r[16:]), binary.LittleEndian.Uint64(s[16:])
		e0 += v0&evenBytes + w0&evenBytes
		o0 += v0>>8 + w0>>8
		e1 += v1&evenBytes + w1&evenBytes
		o1 += v1>>8 + w1>>8
		e2 += v2&evenBytes + w2&evenBytes
		o2 += v2>>8 + w2>>8
		at += 2 * b.step
	}
	if n > 0 {
		r := (*[groupSize]byte)(data[at:])
		v0, v1, v2 := binary.LittleEndian.Uint64(r[0:]), binary.LittleEndian.Uint64(r[8:]), binary.LittleEndian.Uint64(r[16:])
		e0, o0 = e0+v0&evenBytes, o0+v0>>8
		e1, o1 = e1+v1&evenBytes, o1+v1>>8
		e2, o2 = e2+v2&evenBytes, o2+v2>>8
	}
	e0, o0, e1, o1, e2, o2 = e0*b.unit, o0*b.unit, e1*b.unit, o1*b.unit, e2*b.unit, o2*b.unit
	if k := b.head; k != 0 {
		r := (*[groupSize]byte)(data)
		v0, v1, v2 := binary.LittleEndian.Uint64(r[0:]), binary.LittleEndian.Uint64(r[8:]), binary.LittleEndian.Uint64(r[16:])
		e0, o0 = e0+k*(v0&evenBytes), o0+k*(v0>>8)
		e1, o1 = e1+k*(v1&evenBytes), o1+k*(v1>>8)
		e2, o2 = e2+k*(v2&evenBytes), o2+k*(v2>>8)
	}
	if k := b.tail; k != 0 {
		r := (*[groupSize]byte)(data[b.last:])
		v0, v1, v2 := binary.LittleEndian.Uint64(r[0:]), binary.LittleEndian.Uint64(r[8:]), binary.LittleEndian.Uint64(r[16:])
		e0, o0 = e0+k*(v0&evenBytes), o0+k*(v0>>8)
		e1, o1 = e1+k*(v1&evenBytes), o1+k*(v1>>8)
		e2, o2 = e2+k*(v2&evenBytes), o2+k*(v2>>8)
	}
	return sums{e0, o0 - (e0>>16)<<8, e1, o1 - (e1>>16)<<8, e2, o2 - (e2>>16)<<8}
}

// pick is the i-th 16-bit lane of w.
func pick(w uint64, i uint) uint64 { return w >> (16 * i) & 0xffff }

func pixel(a, b, c uint64) uint64 { return a | b<<laneBits | c<<(2*laneBits) }

// spread3 gives eight pixels of three bytes a word each.
func (w *sums) spread3(px *[8]uint64) {
	px[0] = pixel(pick(w.even0, 0), pick(w.odd0, 0), pick(w.even0, 1))
	px[1] = pixel(pick(w.odd0, 1), pick(w.even0, 2), pick(w.odd0, 2))
	px[2] = pixel(pick(w.even0, 3), pick(w.odd0, 3), pick(w.even1, 0))
	px[3] = pixel(pick(w.odd1, 0), pick(w.even1, 1), pick(w.odd1, 1))
	px[4] = pixel(pick(w.even1, 2), pick(w.odd1, 2), pick(w.even1, 3))
	px[5] = pixel(pick(w.odd1, 3), pick(w.even2, 0), pick(w.odd2, 0))
	px[6] = pixel(pick(w.even2, 1), pick(w.odd2, 1), pick(w.even2, 2))
	px[7] = pixel(pick(w.odd2, 2), pick(w.even2, 3), pick(w.odd2, 3))
}

// spread4 gives six pixels of four bytes, the last without meaning, a word each.
func (w *sums) spread4(px *[6]uint64) {
	px[0] = pixel(pick(w.even0, 0), pick(w.odd0, 0), pick(w.even0, 1))
	px[1] = pixel(pick(w.even0, 2), pick(w.odd0, 2), pick(w.even0, 3))
	px[2] = pixel(pick(w.even1, 0), pick(w.odd1, 0), pick(w.even1, 1))
	px[3] = pixel(pick(w.even1, 2), pick(w.odd1, 2), pick(w.even1, 3))
	px[4] = pixel(pick(w.even2, 0), pick(w.odd2, 0), pick(w.even2, 1))
	px[5] = pixel(pick(w.even2, 2), pick(w.odd2, 2), pick(w.even2, 3))
}

// spread1 gives 24 grey pixels a word each.
func (w *sums) spread1(px *[24]uint64) {
	for i := range uint(4) {
		const all = 1 | 1<<laneBits | 1<<(2*laneBits)
		px[2*i], px[2*i+1] = pick(w.even0, i)*all, pick(w.odd0, i)*all
		px[2*i+8], px[2*i+9] = pick(w.even1, i)*all, pick(w.odd1, i)*all
		px[2*i+16], px[2*i+17] = pick(w.even2, i)*all, pick(w.odd2, i)*all
	}
}

// spreadUYVY gives four pixels, of which two and two share colour, a word each.
func spreadUYVY(px *[4]uint64, y, uv uint64) {
	px[0] = pixel(pick(y, 0), pick(uv, 0), pick(uv, 1))
	px[1] = pixel(pick(y, 1), pick(uv, 0), pick(uv, 1))
	px[2] = pixel(pick(y, 2), pick(uv, 2), pick(uv, 3))
	px[3] = pixel(pick(y, 3), pick(uv, 2), pick(uv, 3))
}
