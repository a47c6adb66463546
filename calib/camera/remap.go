package camera

import (
	"fmt"

	"hyt/calib/view"
)

// Remap turns the pictures of one camera into those that another would have taken
// from the same place, through a table that is made once: undistortion, when the
// other is Rectified. It may be used by many goroutines at a time.
type Remap struct {
	srcW, srcH, dstW, dstH int
	cells                  []cell
}

// cell says where one pixel comes from: the upper left of four neighbours, and
// the weights of the right and lower ones in 1/256. at < 0: from outside.
type cell struct {
	at     int32
	fx, fy uint16
}

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
	return r
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
	for i, c := range r.cells {
		if c.at < 0 {
			dst[i] = 0
			continue
		}
		top := src[c.at:][:2]
		low := src[int(c.at)+r.srcW:][:2]
		fx, fy := uint32(c.fx), uint32(c.fy)
		t := uint32(top[0])*(256-fx) + uint32(top[1])*fx
		l := uint32(low[0])*(256-fx) + uint32(low[1])*fx
		dst[i] = byte((t*(256-fy) + l*fy + 1<<15) >> 16)
	}
	return nil
}

// RGB is Gray for three bytes a pixel, in any order of colours.
func (r *Remap) RGB(dst, src []byte) error {
	if len(src) != 3*r.srcW*r.srcH || len(dst) != 3*r.dstW*r.dstH {
		return fmt.Errorf("remap of %dx%d to %dx%d colour pixels got %d and %d bytes", r.srcW, r.srcH, r.dstW, r.dstH, len(src), len(dst))
	}
	for i, c := range r.cells {
		out := dst[3*i:][:3]
		if c.at < 0 {
			out[0], out[1], out[2] = 0, 0, 0
			continue
		}
		top := src[3*int(c.at):][:6]
		low := src[3*(int(c.at)+r.srcW):][:6]
		fx, fy := uint32(c.fx), uint32(c.fy)
		for k := range 3 {
			t := uint32(top[k])*(256-fx) + uint32(top[k+3])*fx
			l := uint32(low[k])*(256-fx) + uint32(low[k+3])*fx
			out[k] = byte((t*(256-fy) + l*fy + 1<<15) >> 16)
		}
	}
	return nil
}
