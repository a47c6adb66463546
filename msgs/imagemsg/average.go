package imagemsg

// plan is how to resize the part of an image: tables that hold for a size of
// source, and a row of sums.
type plan struct {
	box           box
	width, height int // of the source that cols and rows are for
	cols, rows    axis
	ahead         []uint64 // ahead[i]-ahead[j] is the sum of pixels j..i, see source.columns
	sums          []uint16 // scratch of source.columnsWide
	portable      bool     // never columnsWide: for tests
}

// fit makes p ready for src.
func (p *plan) fit(src *source, b box, width, height int) {
	if p.box == b && p.width == src.width && p.height == src.height {
		return
	}
	p.box, p.width, p.height = b, src.width, src.height
	if cap(p.ahead) < src.width+2 {
		p.ahead = make([]uint64, src.width+2)
	}
	p.ahead = p.ahead[:src.width+2] // one is past an edge at the image's end, where nothing counts
	p.cols.fit(b.left, b.right, src.width, width)
	p.rows.fit(b.top, b.bottom, src.height, height)
}

// writeTo writes the means, rounded, of what each pixel of dst covers.
func (p *plan) writeTo(dst []byte, src *source) {
	group := groupSize / src.bytes
	if src.width < group || len(p.cols.edges) == 0 || p.rows.total > maxRows || p.rows.total*p.cols.total > maxArea {
		p.writeEach(dst, src)
		return
	}
	// What is added: from the first pixel that counts to the last, at least a group,
	// and whole pairs.
	edges := p.cols.edges
	lo, hi := edges[0].at, edges[len(edges)-1].at+1
	lo, hi = min(lo&^1, src.width-group), min(hi+hi&1, src.width)
	hi = max(hi, lo+group)
	row := 3 * (len(edges) - 1)
	wide := hasWide && !p.portable
	if wide && cap(p.sums) < src.width*src.bytes {
		p.sums = make([]uint16, src.width*src.bytes)
	}
	colours := weightsOf(p.rows.total * p.cols.total)
	for y, span := range p.rows.spans {
		b := src.band(span, p.rows.unit)
		if wide {
			src.columnsWide(p.ahead[lo:hi+1], p.sums, &b, src.data[span.first*src.step:], lo)
		} else {
			src.columns(p.ahead[lo:hi+1], &b, src.data[span.first*src.step:], lo)
		}
		to := dst[y*row : (y+1)*row]
		switch {
		case src.sharesColour():
			p.divideYUV(to, &colours)
		case src.colour == grey:
			p.divideGrey(to)
		default:
			p.divide(to, src.red)
		}
	}
}

// upTo is the weighted sum of all before e.
func (a *axis) upTo(ahead []uint64, e edge) uint64 {
	here, next := ahead[e.at], ahead[e.at+1]
	return here*a.unit + (next-here)*e.part
}

// divide writes the means of what lies between edges.
func (p *plan) divide(to []byte, red int) {
	area := p.rows.total * p.cols.total
	half, inverse := pixel(area/2, area/2, area/2), inverseOf(area)
	cols, ahead := p.cols, p.ahead
	before := cols.upTo(ahead, cols.edges[0])
	for _, e := range cols.edges[1:] {
		after := cols.upTo(ahead, e)
		sum := after - before + half
		before = after
		first := byte((sum & lane) * inverse >> inverseShift)
		third := byte((sum >> (2 * laneBits)) * inverse >> inverseShift)
		if red != 0 {
			first, third = third, first
		}
		q := (*[3]byte)(to)
		q[0], q[1], q[2] = first, byte((sum>>laneBits&lane)*inverse>>inverseShift), third
		to = to[3:]
	}
}

// inverseOf is 1/area times 1<<inverseShift. A product with it is the quotient exactly,
// for sums of up to 256 times area: its error times those is less than 1.
func inverseOf(area uint64) uint64 { return (1<<inverseShift + area - 1) / area }

const inverseShift = 40

// divideGrey is divide for sums of one value.
func (p *plan) divideGrey(to []byte) {
	area := p.rows.total * p.cols.total
	half, inverse := area/2, inverseOf(area)
	cols, ahead := p.cols, p.ahead
	before := cols.upTo(ahead, cols.edges[0])
	for _, e := range cols.edges[1:] {
		after := cols.upTo(ahead, e)
		v := byte((after - before + half) * inverse >> inverseShift)
		before = after
		q := (*[3]byte)(to)
		q[0], q[1], q[2] = v, v, v
		to = to[3:]
	}
}

// divideYUV is divide for sums of Y, U and V.
func (p *plan) divideYUV(to []byte, w *weights) {
	cols, ahead := p.cols, p.ahead
	before := cols.upTo(ahead, cols.edges[0])
	for _, e := range cols.edges[1:] {
		after := cols.upTo(ahead, e)
		sum := after - before
		before = after
		w.put((*[3]byte)(to), int64(sum&lane), int64(sum>>laneBits&lane), int64(sum>>(2*laneBits)&lane))
		to = to[3:]
	}
}

// writeEach does one pixel after the other: for sizes whose weights are too large
// to add up in lanes, and for images too narrow for a group.
func (p *plan) writeEach(dst []byte, src *source) {
	area := p.rows.total * p.cols.total
	i := 0
	for y := range p.rows.spans {
		for x := range p.cols.spans {
			a, b, c := p.sumEach(src, &p.cols.spans[x], &p.rows.spans[y])
			q := dst[i : i+3]
			if src.sharesColour() {
				putYUV(q, float64(a)/float64(area), float64(b)/float64(area), float64(c)/float64(area))
			} else {
				q[src.red], q[1], q[2-src.red] = byte((a+area/2)/area), byte((b+area/2)/area), byte((c+area/2)/area)
			}
			i += 3
		}
	}
}

func (p *plan) sumEach(src *source, cols, rows *span) (a, b, c uint64) {
	add := func(y int, down uint64) {
		if down == 0 {
			return
		}
		ra, rb, rc := src.sumRow(y, cols.from, cols.to)
		fa, fb, fc := src.pixel(cols.first, y)
		la, lb, lc := src.pixel(cols.last, y)
		unit, head, tail := p.cols.unit, cols.head, cols.tail
		a += down * (ra*unit + uint64(fa)*head + uint64(la)*tail)
		b += down * (rb*unit + uint64(fb)*head + uint64(lb)*tail)
		c += down * (rc*unit + uint64(fc)*head + uint64(lc)*tail)
	}
	add(rows.first, rows.head)
	for y := rows.from; y < rows.to; y++ {
		add(y, p.rows.unit)
	}
	add(rows.last, rows.tail)
	return a, b, c
}

// sumRow adds the pixels from..to (not included) of row y.
func (s *source) sumRow(y, from, to int) (a, b, c uint64) {
	if s.sharesColour() {
		for x := from; x < to; x++ {
			pa, pb, pc := s.pixel(x, y)
			a, b, c = a+uint64(pa), b+uint64(pb), c+uint64(pc)
		}
		return a, b, c
	}
	row := s.data[y*s.step+from*s.bytes : y*s.step+to*s.bytes]
	if s.colour == grey {
		for _, v := range row {
			a += uint64(v)
		}
		return a, a, a
	}
	for ; len(row) >= 3; row = row[s.bytes:] {
		a, b, c = a+uint64(row[0]), b+uint64(row[1]), c+uint64(row[2])
	}
	return a, b, c
}
