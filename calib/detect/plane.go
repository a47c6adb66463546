package detect

import (
	"image"
	"math"
)

// plane is an image of float brightness, 0 to 255, row by row.
type plane struct {
	w, h int
	v    []float32
}

func newPlane(w, h int) *plane { return &plane{w, h, make([]float32, w*h)} }

func planeOf(img *image.Gray) *plane {
	p := newPlane(img.Rect.Dx(), img.Rect.Dy())
	for y := range p.h {
		from := img.Pix[y*img.Stride:]
		for x, to := 0, p.row(y); x < p.w; x++ {
			to[x] = float32(from[x])
		}
	}
	return p
}

func (p *plane) row(y int) []float32 { return p.v[y*p.w : (y+1)*p.w] }

// at is the brightness between pixels, bilinear. The place must lie inside.
func (p *plane) at(x, y float64) float64 {
	i, j := int(x), int(y)
	i, j = min(i, p.w-2), min(j, p.h-2)
	fx, fy := float32(x-float64(i)), float32(y-float64(j))
	k := j*p.w + i
	up := p.v[k] + fx*(p.v[k+1]-p.v[k])
	down := p.v[k+p.w] + fx*(p.v[k+p.w+1]-p.v[k+p.w])
	return float64(up + fy*(down-up))
}

// inside tells whether a disc of radius r at (x, y) lies in the image.
func (p *plane) inside(x, y, r float64) bool {
	return x >= r && y >= r && x <= float64(p.w-1)-r && y <= float64(p.h-1)-r
}

// extremes are the darkest and the brightest pixel, of every third: enough to
// tell a picture from none.
func (p *plane) extremes() (lo, hi float32) {
	lo, hi = p.v[0], p.v[0]
	for i := 0; i < len(p.v); i += 3 {
		lo, hi = min(lo, p.v[i]), max(hi, p.v[i])
	}
	return lo, hi
}

// half is the image at half the size, each pixel the mean of four: pixel (x, y)
// of it lies at (2x + 0.5, 2y + 0.5) of p.
func (p *plane) half() *plane {
	q := newPlane(p.w/2, p.h/2)
	for y := range q.h {
		a, b, to := p.row(2*y), p.row(2*y+1), q.row(y)
		for x := range to {
			to[x] = (a[2*x] + a[2*x+1] + b[2*x] + b[2*x+1]) / 4
		}
	}
	return q
}

// blurred is p after a Gaussian of standard deviation sigma pixels; beyond the
// border the border's pixels go on.
func (p *plane) blurred(sigma float64) *plane {
	radius := int(math.Ceil(2.5 * sigma))
	kernel := make([]float32, 2*radius+1)
	var sum float64
	for i := range kernel {
		sum += gauss(float64(i-radius), sigma)
	}
	for i := range kernel {
		kernel[i] = float32(gauss(float64(i-radius), sigma) / sum)
	}
	q := newPlane(p.w, p.h)
	line := make([]float32, p.w+2*radius)
	for y := range p.h { // columns: whole rows at a time
		to := q.row(y)
		for i, k := range kernel {
			from := p.row(min(max(y+i-radius, 0), p.h-1))
			for x := range to {
				to[x] += k * from[x]
			}
		}
	}
	for y := range p.h { // rows, in place
		to := q.row(y)
		copy(line[radius:], to)
		for i := range radius {
			line[i], line[radius+p.w+i] = to[0], to[p.w-1]
		}
		clear(to)
		for i, k := range kernel {
			from := line[i : i+p.w]
			for x := range to {
				to[x] += k * from[x]
			}
		}
	}
	return q
}

func gauss(x, sigma float64) float64 { return math.Exp(-x * x / (2 * sigma * sigma)) }
