package camera

import (
	"encoding/binary"
	"fmt"
	"math"

	"hyt/calib/view"
)

// Remap turns the pictures of one camera into those that another would have taken
// from the same place, through a table that is made once: undistortion, when the
// other is Rectified. It may be used by many goroutines at a time.
type Remap struct {
	srcW, srcH, dstW, dstH int
	cells                  []cell
	wide                   []span
}

// cell says where one pixel comes from: the upper left of four neighbours, and
// the weights of the right and lower ones in 1/256. at < 0: from outside.
type cell struct {
	at     int32
	fx, fy uint16
}

// span is a stretch of cells that mixFours may take: fours, all of the source.
type span struct{ from, to int }

// NewRemap makes the table from pictures of src to pictures of dst.
func NewRemap(src, dst Camera) *Remap {
	r := &Remap{srcW: src.Width, srcH: src.Height, dstW: dst.Width, dstH: dst.Height, cells: make([]cell, dst.Width*dst.Height)}
	for y := range dst.Height {
		for x := range dst.Width {
			c := cell{at: -1}
			if ray, err := dst.Unproject(view.Point2{X: float64(x), Y: float64(y)}); err == nil {
				if px, ok := src.Project(ray); ok {
					c = r.cell(px)
				}
			}
			r.cells[y*dst.Width+x] = c
		}
	}
	r.wide = r.spans()
	return r
}

// spans are the stretches whose neighbours are there, and two bytes after them.
func (r *Remap) spans() (all []span) {
	last := int32((r.srcH-2)*r.srcW + r.srcW - 2)
	from := 0
	for i := range len(r.cells) + 1 {
		if i < len(r.cells) && r.cells[i].at >= 0 && r.cells[i].at != last {
			continue
		}
		if n := (i - from) &^ 3; n > 0 {
			all = append(all, span{from, from + n})
		}
		from = i + 1
	}
	return all
}

// cell rounds a place in the source to 1/256 pixel. The last row and column have
// no neighbours past them; they are reached by full weight on the neighbour.
func (r *Remap) cell(px view.Point2) cell {
	const half = 1.0 / 512
	if !(px.X >= -half && px.Y >= -half && px.X < float64(r.srcW-1)+half && px.Y < float64(r.srcH-1)+half) || r.srcW < 2 || r.srcH < 2 {
		return cell{at: -1}
	}
	u, v := int(256*max(0, px.X)+0.5), int(256*max(0, px.Y)+0.5)
	x, y := min(u>>8, r.srcW-2), min(v>>8, r.srcH-2)
	return cell{at: int32(y*r.srcW + x), fx: uint16(u - x<<8), fy: uint16(v - y<<8)}
}

// Gray writes to dst the picture that src becomes, both of one byte a pixel in
// rows without padding; what src does not show is black. It allocates nothing.
func (r *Remap) Gray(dst, src []byte) error {
	if len(src) != r.srcW*r.srcH || len(dst) != r.dstW*r.dstH {
		return fmt.Errorf("remap of %dx%d to %dx%d pixels got %d and %d bytes", r.srcW, r.srcH, r.dstW, r.dstH, len(src), len(dst))
	}
	dst = dst[:len(r.cells)]
	for i, c := range r.cells {
		if c.at < 0 {
			dst[i] = 0
			continue
		}
		// Both rows at once, each in 32 bits of its own.
		top, low := src[c.at:][:2], src[int(c.at)+r.srcW:][:2]
		left, right := uint64(top[0])|uint64(low[0])<<32, uint64(top[1])|uint64(low[1])<<32
		fx, fy := uint64(c.fx), uint64(c.fy)
		h := left*(256-fx) + right*fx
		t, l := h&math.MaxUint32, h>>32
		dst[i] = byte((t*(256-fy) + l*fy + 1<<15) >> 16)
	}
	return nil
}

// RGB is Gray for three bytes a pixel, in any order of colours.
func (r *Remap) RGB(dst, src []byte) error {
	if len(src) != 3*r.srcW*r.srcH || len(dst) != 3*r.dstW*r.dstH {
		return fmt.Errorf("remap of %dx%d to %dx%d colour pixels got %d and %d bytes", r.srcW, r.srcH, r.dstW, r.dstH, len(src), len(dst))
	}
	done := 0
	if hasWide {
		for _, s := range r.wide {
			r.mix(dst, src, done, s.from)
			mixFours(&dst[3*s.from], &r.cells[s.from], (s.to-s.from)/4, &src[0], 3*r.srcW)
			done = s.to
		}
	}
	r.mix(dst, src, done, len(r.cells))
	return nil
}

// mix makes the colour pixels of some cells, one after the other.
func (r *Remap) mix(dst, src []byte, from, to int) {
	row := 3 * r.srcW
	for i, c := range r.cells[from:to] {
		out := dst[3*(from+i):][:3]
		if c.at < 0 {
			out[0], out[1], out[2] = 0, 0, 0
			continue
		}
		at := 3 * int(c.at)
		fx, fy := uint64(c.fx), uint64(c.fy)
		t, l := across(sixBytes(src, at), fx), across(sixBytes(src, at+row), fx)
		// The outer two colours in one word, the middle one in another.
		const outer, half = 0xffff_0000_ffff, 1 << 15
		rb := (t&outer)*(256-fy) + (l&outer)*fy + (half | half<<32)
		g := (t>>16&0xffff)*(256-fy) + (l>>16&0xffff)*fy + half
		out[0], out[1], out[2] = byte(rb>>16), byte(g>>16), byte(rb>>48)
	}
}

// sixBytes are two neighbouring pixels, the first in the lowest bits; what is above
// them is not theirs.
func sixBytes(src []byte, at int) uint64 {
	if at+8 <= len(src) {
		return binary.LittleEndian.Uint64(src[at:])
	}
	p := src[at:][:6]
	return uint64(binary.LittleEndian.Uint32(p)) | uint64(p[4])<<32 | uint64(p[5])<<40
}

// across mixes two pixels by fx/256, each colour times 256 in 16 bits of its own.
func across(two, fx uint64) uint64 {
	apart := func(p uint64) uint64 { return p&0xff | p&0xff00<<8 | p&0xff0000<<16 }
	return apart(two)*(256-fx) + apart(two>>24)*fx
}
