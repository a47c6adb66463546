package imagemsg

import (
	"fmt"
	"math"
	"slices"

	"hyt/msgs/sensor_msgs"
)

// lens is a camera as its camera_info describes it, and the map of one size of
// image through it.
type lens struct {
	info   sensor_msgs.CameraInfo // what it was made from, without the header
	bend   func(l *lens, x, y, z float64) (u, v float64, ok bool)
	k      [8]float64 // distortion; those not given are 0
	toRay  [9]float64 // rectified pixel, 1 -> ray in the camera's frame, row by row
	fx, fy float64    // of the image as sent: binning and region of interest are in it
	cx, cy float64
	width  int // of the image as sent
	height int
	remap
}

// newLens reads info as image_geometry does: K, P for the full image, then the
// region of interest, then binning. Pixel centres are whole numbers.
func newLens(info *sensor_msgs.CameraInfo) (*lens, error) {
	l := &lens{info: *info}
	l.info.Header, l.info.D = sensor_msgs.CameraInfo{}.Header, slices.Clone(info.D)
	if err := l.setDistortion(info.DistortionModel, info.D); err != nil {
		return nil, err
	}
	for _, v := range slices.Concat(info.D, info.K[:], info.R[:], info.P[:]) {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, &CalibrationError{"it holds a value that is not a finite number"}
		}
	}
	if info.K[0] <= 0 || info.K[4] <= 0 || info.P[0] <= 0 || info.P[5] <= 0 {
		return nil, &CalibrationError{"K or P has no focal length: calibrate the camera"}
	}
	binX, binY := float64(max(1, info.BinningX)), float64(max(1, info.BinningY))
	roi := info.Roi
	width, height := info.Width, info.Height
	if roi.Width != 0 || roi.Height != 0 {
		width, height = roi.Width, roi.Height
	}
	l.width, l.height = int(float64(width)/binX), int(float64(height)/binY)
	left, top := float64(roi.XOffset), float64(roi.YOffset)
	l.fx, l.cx = info.K[0]/binX, (info.K[2]-left)/binX
	l.fy, l.cy = info.K[4]/binY, (info.K[5]-top)/binY
	p := info.P
	rectified := [9]float64{
		p[0] / binX, p[1] / binX, (p[2] - left) / binX,
		p[4] / binY, p[5] / binY, (p[6] - top) / binY,
		p[8], p[9], p[10],
	}
	var ok bool
	if l.toRay, ok = inverse(product(rectified, info.R)); !ok {
		return nil, &CalibrationError{"R or the left part of P has no inverse: calibrate the camera"}
	}
	return l, nil
}

func (l *lens) setDistortion(model string, d []float64) error {
	copy(l.k[:], d)
	known := 0
	switch model {
	case "plumb_bob":
		l.bend, known = (*lens).polynomial, 5
	case "rational_polynomial":
		l.bend, known = (*lens).polynomial, 8
	case "equidistant":
		l.bend, known = (*lens).equidistant, 4
	case "":
		l.bend = (*lens).polynomial
	default:
		return &CalibrationError{fmt.Sprintf("distortion model %q is not supported: use plumb_bob, rational_polynomial or equidistant", model)}
	}
	for i, v := range d {
		if i >= known && v != 0 {
			return &CalibrationError{fmt.Sprintf("D has %d values, and of distortion model %q only the first %d are supported: calibrate with those", len(d), model, known)}
		}
	}
	return nil
}

// isOf tells whether l was made from a message that says the same.
func (l *lens) isOf(info *sensor_msgs.CameraInfo) bool {
	i := &l.info
	return i.Width == info.Width && i.Height == info.Height && i.DistortionModel == info.DistortionModel &&
		slices.Equal(i.D, info.D) && i.K == info.K && i.R == info.R && i.P == info.P &&
		i.BinningX == info.BinningX && i.BinningY == info.BinningY && i.Roi == info.Roi
}

// raw is where the rectified image's point x, y lies in the image as sent.
func (l *lens) raw(x, y float64) (u, v float64, ok bool) {
	m := &l.toRay
	u, v, ok = l.bend(l, m[0]*x+m[1]*y+m[2], m[3]*x+m[4]*y+m[5], m[6]*x+m[7]*y+m[8])
	return l.fx*u + l.cx, l.fy*v + l.cy, ok
}

// polynomial is plumb_bob (k1 k2 p1 p2 k3), and rational_polynomial (with k4 k5 k6
// below the line). Nothing behind the camera is seen.
func (l *lens) polynomial(x, y, z float64) (u, v float64, ok bool) {
	if z <= 0 {
		return 0, 0, false
	}
	x, y = x/z, y/z
	k, r2 := &l.k, x*x+y*y
	scale := (1 + r2*(k[0]+r2*(k[1]+r2*k[4]))) / (1 + r2*(k[5]+r2*(k[6]+r2*k[7])))
	u = x*scale + 2*k[2]*x*y + k[3]*(r2+2*x*x)
	v = y*scale + k[2]*(r2+2*y*y) + 2*k[3]*x*y
	return u, v, true
}

// equidistant is a fisheye: the distance from the middle is the angle, times
// 1 + k1 a^2 + k2 a^4 + k3 a^6 + k4 a^8.
func (l *lens) equidistant(x, y, z float64) (u, v float64, ok bool) {
	r := math.Hypot(x, y)
	if r == 0 {
		return 0, 0, z > 0
	}
	a := math.Atan2(r, z)
	k, a2 := &l.k, a*a
	scale := a * (1 + a2*(k[0]+a2*(k[1]+a2*(k[2]+a2*k[3])))) / r
	return x * scale, y * scale, true
}

func product(a, b [9]float64) (m [9]float64) {
	for i := range 3 {
		for j := range 3 {
			m[3*i+j] = a[3*i]*b[j] + a[3*i+1]*b[3+j] + a[3*i+2]*b[6+j]
		}
	}
	return m
}

// inverse of m, unless it is singular.
func inverse(m [9]float64) (inv [9]float64, ok bool) {
	inv = [9]float64{
		m[4]*m[8] - m[5]*m[7], m[2]*m[7] - m[1]*m[8], m[1]*m[5] - m[2]*m[4],
		m[5]*m[6] - m[3]*m[8], m[0]*m[8] - m[2]*m[6], m[2]*m[3] - m[0]*m[5],
		m[3]*m[7] - m[4]*m[6], m[1]*m[6] - m[0]*m[7], m[0]*m[4] - m[1]*m[3],
	}
	det := m[0]*inv[0] + m[1]*inv[3] + m[2]*inv[6]
	for i := range inv {
		inv[i] /= det
		if math.IsNaN(inv[i]) || math.IsInf(inv[i], 0) {
			return inv, false
		}
	}
	return inv, true
}
