package imagemsg

import "math"

// axis says what each pixel of a result covers along one side of an image. All is
// in whole numbers: a source pixel is unit long, a result's pixel total. Where the
// covered part begins and ends between pixels, as it does for every size, unit and
// total are exact; for a part that begins inside of a pixel, a unit is about
// 1/65536 of what a result's pixel covers.
type axis struct {
	unit, total uint64
	spans       []span // one for each pixel of the result
	edges       []edge // from the first span's begin to the last one's end; none unless unit is exact
}

// edge is a place in a row of pixels: part units behind the begin of pixel at.
type edge struct {
	at   int
	part uint64
}

// span is the source pixels under one pixel of a result: first counts by head,
// those from..to (not included) by unit, last by tail. Where head or tail is 0, its
// pixel is just one that exists.
type span struct {
	first, from, to, last int
	head, tail            uint64
}

// fine is into how many units a result's pixel is divided where a part is not whole pixels.
const fine = 1 << 16

// fit computes the n spans between lo and hi of a side of size pixels. It
// allocates only for a larger n than before.
func (a *axis) fit(lo, hi float64, size, n int) {
	start := func(i int) uint64 { return uint64(lo)*a.unit + uint64(i)*a.total }
	a.edges = a.edges[:0]
	if lo == math.Trunc(lo) && hi == math.Trunc(hi) {
		length := uint64(hi - lo)
		g := gcd(length, uint64(n))
		a.unit, a.total = uint64(n)/g, length/g
		for i := range n + 1 {
			at := start(i)
			a.edges = append(a.edges, edge{int(at / a.unit), at % a.unit})
		}
	} else {
		ratio := (hi - lo) / float64(n)
		a.unit = uint64(min(1<<31, fine/ratio)) // more would not fit where it is multiplied
		a.total = max(1, uint64(math.Round(ratio*float64(a.unit))))
		last := uint64(size)*a.unit - a.total
		start = func(i int) uint64 {
			return min(last, uint64(math.Round((lo+float64(i)*ratio)*float64(a.unit))))
		}
	}
	if cap(a.spans) < n {
		a.spans = make([]span, n)
	}
	a.spans = a.spans[:n]
	for i := range a.spans {
		a.spans[i] = a.span(start(i), size)
	}
}

// span is what lies between start and start+total.
func (a *axis) span(start uint64, size int) span {
	end := start + a.total
	s := span{first: int(start / a.unit), to: int(end / a.unit), head: start % a.unit, tail: end % a.unit}
	s.from, s.last = s.first, s.to
	if s.head != 0 {
		s.head = a.unit - s.head
		s.from++
	}
	if s.to < s.from { // all inside of one pixel
		s.to, s.last, s.head, s.tail = s.from, s.first, a.total, 0
	}
	s.last = min(s.last, size-1)
	return s
}

func gcd(a, b uint64) uint64 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}
