// Package photo takes pictures of boards by cameras that are known, so that what
// detection and calibration make of them can be compared with the truth.
package photo

import (
	"image"
	"math"
	"math/rand/v2"

	"hyt/calib/camera"
	"hyt/calib/geom"
	"hyt/calib/target"
	"hyt/calib/view"
)

// Scene is a board before a camera, and what makes the picture of it imperfect.
type Scene struct {
	Camera camera.Camera
	Board  target.Board
	Pose   geom.Pose // cameraTboard
	// Black and White are the grey levels of the print, 0 to 255, before Light.
	Black, White float64
	// Light is how much brighter the right edge of the image is than the left, as
	// a part of the mean; 0 is even light.
	Light float64
	// Blur is the standard deviation of the lens's blur in pixels.
	Blur float64
	// Noise is the standard deviation of the sensor's noise in grey levels.
	Noise float64
	// Clutter is how much the background varies, in grey levels.
	Clutter float64
	// Covers are parts of the image that something grey stands before.
	Covers []image.Rectangle
}

// Truth is where the board's corners lie in the picture, those excepted that the
// camera does not see.
func (s *Scene) Truth() view.View {
	v := view.View{Name: "truth", Size: [2]int{s.Camera.Width, s.Camera.Height}}
	for _, p := range s.Board.Corners() {
		px, ok := s.Camera.Project(s.Pose.Apply(geom.Vec{p.X, p.Y, p.Z}))
		if ok && px.X >= 0 && px.Y >= 0 && px.X <= float64(s.Camera.Width-1) && px.Y <= float64(s.Camera.Height-1) {
			v.Points, v.Pixels = append(v.Points, p), append(v.Pixels, px)
		}
	}
	return v
}

// samples is how many rays are sent through a pixel that an edge crosses.
const samples = 64

// golden are the steps of a sequence that covers the unit square evenly, along
// any direction. Each place is taken with its mirror image, so that their mean is
// the pixel's middle.
var golden = [2]float64{0.7548776662466927, 0.5698402909980532}

// Take makes the picture. Equal seeds make equal pictures.
func (s *Scene) Take(r *rand.Rand) *image.Gray {
	w, h := s.Camera.Width, s.Camera.Height
	light := make([]float64, w*h)
	field := s.field()
	back := clutter(r, w, h, s.Clutter)
	for y := range h {
		for x := range w {
			light[y*w+x] = s.paper(field, x, y, back[y*w+x])
		}
	}
	grey := color(0.45*s.White + 0.2*s.Black)
	for _, c := range s.Covers {
		c = c.Intersect(image.Rect(0, 0, w, h))
		for y := c.Min.Y; y < c.Max.Y; y++ {
			for x := c.Min.X; x < c.Max.X; x++ {
				light[y*w+x] = float64(grey)
			}
		}
	}
	light = blur(light, w, h, s.Blur)
	img := image.NewGray(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			v := light[y*w+x] * (1 + s.Light*(float64(x)/float64(w)-0.5))
			img.Pix[y*img.Stride+x] = color(v + s.Noise*r.NormFloat64())
		}
	}
	return img
}

func color(v float64) uint8 { return uint8(min(max(math.Round(v), 0), 255)) }

// place is where a ray meets the board's plane, in metres; ok is false for one
// that does not.
type place struct {
	x, y float64
	ok   bool
}

// field is the place of the upper left of each pixel, and one more to each side.
// Rays that pass the board by are left out.
func (s *Scene) field() []place {
	w, h := s.Camera.Width+1, s.Camera.Height+1
	inv := s.Pose.Inv()
	at := func(x, y float64) place {
		ray, err := s.Camera.Unproject(view.Point2{X: x, Y: y})
		if err != nil {
			return place{}
		}
		d := inv.R.Apply(ray)
		if t := -inv.T[2] / d[2]; t > 0 && d[2] > 0 { // from the printed side
			return place{inv.T[0] + t*d[0], inv.T[1] + t*d[1], true}
		}
		return place{}
	}
	f := make([]place, w*h)
	box := s.box().Intersect(image.Rect(0, 0, w, h))
	for y := box.Min.Y; y < box.Max.Y; y++ {
		for x := box.Min.X; x < box.Max.X; x++ {
			f[y*w+x] = at(float64(x)-0.5, float64(y)-0.5)
		}
	}
	return f
}

// box holds the board with its margin: all of the image where a part of the board
// is out of the lens's sight.
func (s *Scene) box() image.Rectangle {
	lo, hi := s.Board.Extent()
	m := s.Board.Margin()
	left, top := math.Inf(1), math.Inf(1)
	right, bottom := math.Inf(-1), math.Inf(-1)
	const n = 16
	for i := range n + 1 {
		for j := range n + 1 {
			x := lo.X - m + (hi.X-lo.X+2*m)*float64(i)/n
			y := lo.Y - m + (hi.Y-lo.Y+2*m)*float64(j)/n
			p, ok := s.Camera.Project(s.Pose.Apply(geom.Vec{x, y, 0}))
			if !ok {
				return image.Rect(0, 0, s.Camera.Width+1, s.Camera.Height+1)
			}
			left, right = min(left, p.X), max(right, p.X)
			top, bottom = min(top, p.Y), max(bottom, p.Y)
		}
	}
	const spare = 6 // a bent side bulges out between its points
	return image.Rect(int(left)-spare, int(top)-spare, int(right)+spare, int(bottom)+spare)
}

// paper is the brightness of a pixel: the mean over it where the four corners of
// it do not agree. Within a pixel places are bilinear, to a thousandth of one.
func (s *Scene) paper(f []place, x, y int, back float64) float64 {
	w := s.Camera.Width + 1
	a, b, c, d := f[y*w+x], f[y*w+x+1], f[(y+1)*w+x], f[(y+1)*w+x+1]
	if !(a.ok && b.ok && c.ok && d.ok) {
		return back
	}
	first := s.ink(a.x, a.y, back)
	if first == s.ink(b.x, b.y, back) && first == s.ink(c.x, c.y, back) && first == s.ink(d.x, d.y, back) &&
		first == s.ink((a.x+d.x)/2, (a.y+d.y)/2, back) {
		return first
	}
	var sum float64
	for i := range samples {
		_, u := math.Modf(0.5 + golden[0]*float64(i/2))
		_, v := math.Modf(0.5 + golden[1]*float64(i/2))
		if i%2 == 1 {
			u, v = 1-u, 1-v
		}
		sum += s.ink(
			(1-v)*((1-u)*a.x+u*b.x)+v*((1-u)*c.x+u*d.x),
			(1-v)*((1-u)*a.y+u*b.y)+v*((1-u)*c.y+u*d.y), back)
	}
	return sum / samples
}

// ink is the brightness of a place on the board's plane: the print, its white
// margin, or what lies behind.
func (s *Scene) ink(x, y, back float64) float64 {
	lo, hi := s.Board.Extent()
	m := s.Board.Margin()
	switch {
	case s.Board.Black(x, y):
		return s.Black
	case x >= lo.X-m && y >= lo.Y-m && x <= hi.X+m && y <= hi.Y+m:
		return s.White
	}
	return back
}

// clutter is a background of boxes, of the given spread about grey.
func clutter(r *rand.Rand, w, h int, spread float64) []float64 {
	v := make([]float64, w*h)
	for i := range v {
		v[i] = 110
	}
	if spread == 0 {
		return v
	}
	for range 200 {
		x0, y0 := r.IntN(w), r.IntN(h)
		x1, y1 := min(w, x0+4+r.IntN(w/8+1)), min(h, y0+4+r.IntN(h/8+1))
		level := 110 + spread*r.NormFloat64()
		for y := y0; y < y1; y++ {
			for x := x0; x < x1; x++ {
				v[y*w+x] = level
			}
		}
	}
	return v
}

// blur is a Gaussian of standard deviation sigma pixels.
func blur(v []float64, w, h int, sigma float64) []float64 {
	if sigma == 0 {
		return v
	}
	n := int(math.Ceil(3.5 * sigma))
	kernel := make([]float64, 2*n+1)
	var sum float64
	for i := range kernel {
		kernel[i] = math.Exp(-float64((i-n)*(i-n)) / (2 * sigma * sigma))
		sum += kernel[i]
	}
	pass := func(from []float64, dx, dy int) []float64 {
		to := make([]float64, len(from))
		for y := range h {
			for x := range w {
				for i, k := range kernel {
					xx := min(max(x+dx*(i-n), 0), w-1)
					yy := min(max(y+dy*(i-n), 0), h-1)
					to[y*w+x] += k / sum * from[yy*w+xx]
				}
			}
		}
		return to
	}
	return pass(pass(v, 1, 0), 0, 1)
}
