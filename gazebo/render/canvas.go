package render

import "math"

// samples is the number of samples per pixel along each axis.
const samples = 3

// Flags of a sample, above its 24 bits of colour.
const (
	receives = 1 << 24 // lies on the table's top, where shadows fall
	shaded   = 1 << 25 // has a shadow already
)

// canvas is a z-buffered image of samples over a background that is drawn once.
// It remembers which part of each row was drawn upon, so that a frame costs what
// moves and not what stands still.
type canvas struct {
	width, height int       // samples
	color         []uint32  // flags<<24 | r<<16 | g<<8 | b
	depth         []float32 // 1/m along the optical axis; nearer is larger
	backColor     []uint32
	backDepth     []float32
	touched       []span // by row of samples, in this frame
	stale         []span // by row of pixels, of the last frame's drawing
	rgb           []byte // pixels
}

// span is a range of columns, empty when lo >= hi.
type span struct{ lo, hi int }

func (s *span) add(lo, hi int) {
	if s.lo >= s.hi {
		s.lo, s.hi = lo, hi
		return
	}
	s.lo, s.hi = min(s.lo, lo), max(s.hi, hi)
}

// vertex is a corner on the canvas, in samples, with its inverse depth.
type vertex struct{ x, y, inverse float64 }

func newCanvas(width, height int) *canvas {
	w, h := width*samples, height*samples
	return &canvas{
		width: w, height: h,
		color: make([]uint32, w*h), depth: make([]float32, w*h),
		backColor: make([]uint32, w*h), backDepth: make([]float32, w*h),
		touched: make([]span, h), stale: make([]span, height),
		rgb: make([]byte, width*height*3),
	}
}

// clear fills everything with one colour, infinitely far away.
func (c *canvas) clear(color uint32) {
	for i := range c.color {
		c.color[i], c.depth[i] = color, 0
	}
}

// keep makes what is drawn now the background of all frames to come.
func (c *canvas) keep() {
	copy(c.backColor, c.color)
	copy(c.backDepth, c.depth)
	for y := range c.touched {
		c.touched[y] = span{}
	}
	for y := range c.stale {
		c.stale[y] = span{0, c.width / samples}
	}
}

// renew starts a frame of which nothing is known from the last one.
func (c *canvas) renew(color uint32) {
	c.clear(color)
	for y := range c.touched {
		c.touched[y] = span{0, c.width}
	}
}

// begin takes away what the last frame drew upon the background.
func (c *canvas) begin() {
	for y := range c.touched {
		t := &c.touched[y]
		if t.lo < t.hi {
			lo, hi := y*c.width+t.lo, y*c.width+t.hi
			copy(c.color[lo:hi], c.backColor[lo:hi])
			copy(c.depth[lo:hi], c.backDepth[lo:hi])
			*t = span{}
		}
	}
}

// resolve averages the samples of each pixel that changed.
func (c *canvas) resolve() {
	width := c.width / samples
	for py := range c.stale {
		var now span
		for k := range samples {
			if t := c.touched[py*samples+k]; t.lo < t.hi {
				now.add(t.lo/samples, (t.hi+samples-1)/samples)
			}
		}
		todo := c.stale[py]
		c.stale[py] = now
		if now.lo < now.hi {
			todo.add(now.lo, now.hi)
		}
		for px := todo.lo; px < todo.hi; px++ {
			c.average(px, py, (py*width+px)*3)
		}
	}
}

// average sums red and blue in one word and green in another.
func (c *canvas) average(px, py, at int) {
	var redBlue, green uint32
	for k := range samples {
		row := (py*samples+k)*c.width + px*samples
		for _, s := range c.color[row : row+samples] {
			redBlue += s & 0xff00ff
			green += s >> 8 & 0xff
		}
	}
	const n = samples * samples
	c.rgb[at] = byte((redBlue>>16 + n/2) / n)
	c.rgb[at+1] = byte((green + n/2) / n)
	c.rgb[at+2] = byte((redBlue&0xffff + n/2) / n)
}

// paint says what a polygon does to the samples it covers.
type paint struct {
	color  uint32
	alpha  float64 // 1 hides what is behind
	shadow float64 // above 0: no colour, but darkens the table's top by this factor
}

// fill draws a convex polygon.
func (c *canvas) fill(corners []vertex, p paint) {
	top, bottom := math.Inf(1), math.Inf(-1)
	for _, v := range corners {
		top, bottom = min(top, v.y), max(bottom, v.y)
	}
	first := max(0, int(math.Ceil(top-0.5)))
	last := min(c.height-1, int(math.Ceil(bottom-0.5))-1)
	if first > last {
		return
	}
	inverse, dx, dy := plane(corners)
	for y := first; y <= last; y++ {
		middle := float64(y) + 0.5
		left, right := crossings(corners, middle)
		lo := max(0, int(math.Ceil(left-0.5)))
		hi := min(c.width, int(math.Ceil(right-0.5)))
		if lo >= hi {
			continue
		}
		c.touched[y].add(lo, hi)
		row := y * c.width
		if p.shadow > 0 {
			darken(c.color[row+lo:row+hi], p.shadow)
			continue
		}
		at := inverse + dx*(float64(lo)+0.5) + dy*middle
		c.fillRow(row+lo, row+hi, float32(at), float32(dx), p)
	}
}

func (c *canvas) fillRow(lo, hi int, inverse, step float32, p paint) {
	color, depth := c.color[lo:hi], c.depth[lo:hi]
	if p.alpha < 1 {
		for i := range color {
			if inverse > depth[i] {
				color[i] = blend(color[i], p.color, p.alpha)
			}
			inverse += step
		}
		return
	}
	for i := range color {
		if inverse > depth[i] {
			color[i], depth[i] = p.color, inverse
		}
		inverse += step
	}
}

// plane returns the inverse depth as a linear function of x and y.
func plane(v []vertex) (at0, dx, dy float64) {
	a, b, c := v[0], v[len(v)/3], v[2*len(v)/3]
	ux, uy, ui := b.x-a.x, b.y-a.y, b.inverse-a.inverse
	wx, wy, wi := c.x-a.x, c.y-a.y, c.inverse-a.inverse
	area := ux*wy - uy*wx
	if math.Abs(area) < 1e-9 {
		return a.inverse, 0, 0
	}
	dx = (ui*wy - uy*wi) / area
	dy = (ux*wi - ui*wx) / area
	return a.inverse - dx*a.x - dy*a.y, dx, dy
}

// crossings returns where the row's middle enters and leaves the polygon.
func crossings(v []vertex, y float64) (left, right float64) {
	left, right = math.Inf(1), math.Inf(-1)
	a := v[len(v)-1]
	for _, b := range v {
		if (a.y <= y) != (b.y <= y) {
			x := a.x + (y-a.y)*(b.x-a.x)/(b.y-a.y)
			left, right = min(left, x), max(right, x)
		}
		a = b
	}
	return left, right
}

func darken(row []uint32, factor float64) {
	k := uint32(factor * 256)
	for i, s := range row {
		if s&(receives|shaded) == receives {
			r, g, b := s>>16&0xff, s>>8&0xff, s&0xff
			row[i] = receives | shaded | (r*k>>8)<<16 | (g*k>>8)<<8 | b*k>>8
		}
	}
}

func blend(under, over uint32, alpha float64) uint32 {
	k := uint32(alpha * 256)
	mix := func(shift int) uint32 {
		return ((under>>shift&0xff)*(256-k) + (over>>shift&0xff)*k) >> 8 << shift
	}
	return under&0xff000000 | mix(16) | mix(8) | mix(0)
}
