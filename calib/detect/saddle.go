package detect

import (
	"cmp"
	"slices"
)

const (
	// smoothing, in pixels of a level, keeps noise from making saddles.
	smoothing = 1.3
	// minContrast is the least difference of black and white, of 255.
	minContrast = 12
	// minSaddle is the least response: that of a corner of minContrast under a
	// blur of three pixels.
	minSaddle = 0.15
	// apart is the least distance of two corners, in pixels of a level.
	apart = 3
	// maxCorners bounds the work on pictures full of texture.
	maxCorners = 3000
)

// corner is a place where four squares may meet, in one level of the image.
type corner struct {
	x, y     float64
	response float64
	rays     [4]ray  // clockwise as seen, see ray.go
	contrast float64 // bright minus dark round it
}

// saddles lists the places where the brightness of a smoothed image has a
// saddle: where the determinant of its second derivatives is a negative
// minimum. The strongest come first.
func saddles(p *plane) []corner {
	s := newPlane(p.w, p.h)
	for y := 1; y < p.h-1; y++ {
		up, mid, down, to := p.row(y-1), p.row(y), p.row(y+1), s.row(y)
		for x := 1; x < p.w-1; x++ {
			xx := mid[x-1] - 2*mid[x] + mid[x+1]
			yy := up[x] - 2*mid[x] + down[x]
			xy := (up[x-1] - up[x+1] - down[x-1] + down[x+1]) / 4
			to[x] = xy*xy - xx*yy
		}
	}
	var found []corner
	for y := apart; y < p.h-apart; y++ {
		for x := apart; x < p.w-apart; x++ {
			if v := s.v[y*p.w+x]; v > minSaddle && s.isPeak(x, y) {
				dx, dy := s.peak(x, y)
				found = append(found, corner{x: float64(x) + dx, y: float64(y) + dy, response: float64(v)})
			}
		}
	}
	slices.SortFunc(found, func(a, b corner) int { return cmp.Compare(b.response, a.response) })
	return found
}

// isPeak tells whether no pixel near (x, y) has a higher value; of equal ones
// the last wins.
func (p *plane) isPeak(x, y int) bool {
	v := p.v[y*p.w+x]
	for j := y - apart; j <= y+apart; j++ {
		row := p.row(j)[x-apart : x+apart+1]
		for i, o := range row {
			if o > v || o == v && (j > y || j == y && i > apart) {
				return false
			}
		}
	}
	return true
}

// peak is where a parabola through a peak and its neighbours has its top, within
// half a pixel of it.
func (p *plane) peak(x, y int) (dx, dy float64) {
	top := func(a, b, c float32) float64 {
		bend := a - 2*b + c
		if bend >= 0 {
			return 0
		}
		return min(max(float64((a-c)/(2*bend)), -0.5), 0.5)
	}
	k := y*p.w + x
	return top(p.v[k-1], p.v[k], p.v[k+1]), top(p.v[k-p.w], p.v[k], p.v[k+p.w])
}
