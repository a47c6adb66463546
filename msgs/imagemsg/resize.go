package imagemsg

import "fmt"

// box is a part of an image, in pixels; its edges may lie inside of pixels.
type box struct{ left, top, right, bottom float64 }

// part turns fractions into pixels.
func (s *source) part(crop [4]float64) (box, error) {
	if crop == [4]float64{} {
		crop = [4]float64{0, 0, 1, 1}
	}
	inside := crop[0] >= 0 && crop[1] >= 0 && crop[2] <= 1 && crop[3] <= 1
	if !inside || !(crop[0] < crop[2]) || !(crop[1] < crop[3]) {
		return box{}, &SizeError{fmt.Sprintf("crop %v is not left, top, right, bottom between 0 and 1", crop)}
	}
	w, h := float64(s.width), float64(s.height)
	return box{crop[0] * w, crop[1] * h, crop[2] * w, crop[3] * h}, nil
}

func (b box) isWhole(s source) bool {
	return b == box{0, 0, float64(s.width), float64(s.height)}
}

// resizeTo averages, for each pixel of dst, the area of part that it covers.
// Each source pixel counts by how much of it lies inside.
func (s *source) resizeTo(dst []byte, width, height int, part box) {
	dx := (part.right - part.left) / float64(width)
	dy := (part.bottom - part.top) / float64(height)
	for y := range height {
		top := part.top + float64(y)*dy
		for x := range width {
			left := part.left + float64(x)*dx
			r, g, b := s.mean(box{left, top, left + dx, top + dy})
			p := dst[(y*width+x)*3:]
			p[0], p[1], p[2] = r, g, b
		}
	}
}

// mean is the area average of b, rounded.
func (s *source) mean(b box) (red, green, blue byte) {
	x1, y1 := min(int(b.right), s.width-1), min(int(b.bottom), s.height-1)
	var r, g, bl, area float64
	for y := min(int(b.top), y1); y <= y1; y++ {
		rows := min(b.bottom, float64(y+1)) - max(b.top, float64(y))
		for x := min(int(b.left), x1); x <= x1; x++ {
			weight := rows * (min(b.right, float64(x+1)) - max(b.left, float64(x)))
			if weight <= 0 {
				continue
			}
			p := s.data[y*s.step+x*s.channels:]
			r += weight * float64(p[s.red])
			g += weight * float64(p[s.green])
			bl += weight * float64(p[s.blue])
			area += weight
		}
	}
	if area == 0 { // rounding left nothing of a sliver at the edge
		p := s.data[y1*s.step+x1*s.channels:]
		return p[s.red], p[s.green], p[s.blue]
	}
	return round(r / area), round(g / area), round(bl / area)
}

func round(v float64) byte { return byte(v + 0.5) }
