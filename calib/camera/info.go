package camera

import (
	"fmt"
	"math"

	"hyt/calib/view"
	"hyt/msgs/sensor_msgs"
)

// Check returns nil when c can be used, else one sentence.
func (c Camera) Check() error {
	for i, p := range c.Params() {
		if math.IsNaN(p) || math.IsInf(p, 0) {
			return fmt.Errorf("camera %s: %s is %g", c.Name, c.Model.ParamNames()[i], p)
		}
	}
	if c.Fx <= 0 || c.Fy <= 0 {
		return fmt.Errorf("camera %s: focal lengths (%g, %g) must be positive; zeros mean an uncalibrated camera", c.Name, c.Fx, c.Fy)
	}
	if c.Width <= 0 || c.Height <= 0 {
		return fmt.Errorf("camera %s: image size %dx%d is not positive", c.Name, c.Width, c.Height)
	}
	return nil
}

// K returns the intrinsic matrix row by row.
func (c Camera) K() [9]float64 { return [9]float64{c.Fx, 0, c.Cx, 0, c.Fy, c.Cy, 0, 0, 1} }

// Rectified returns the ideal camera whose image, of the same size, shows the
// largest upright rectangle that the lens fills without black borders: the P that
// image_proc rectifies with. A lens that sees 90° off its axis has no such
// picture; its K stands in.
func (c Camera) Rectified() Camera {
	ideal := Camera{Name: c.Name, Width: c.Width, Height: c.Height, Fx: c.Fx, Fy: c.Fy, Cx: c.Cx, Cy: c.Cy}
	w, h := float64(c.Width-1), float64(c.Height-1)
	left, right, top, bottom := math.Inf(-1), math.Inf(1), math.Inf(-1), math.Inf(1)
	const steps = 64
	for i := 0; i <= steps; i++ {
		f := float64(i) / steps
		l, e1 := c.Normalise(view.Point2{X: 0, Y: f * h})
		r, e2 := c.Normalise(view.Point2{X: w, Y: f * h})
		t, e3 := c.Normalise(view.Point2{X: f * w, Y: 0})
		b, e4 := c.Normalise(view.Point2{X: f * w, Y: h})
		if e1 != nil || e2 != nil || e3 != nil || e4 != nil {
			return ideal
		}
		left, right, top, bottom = max(left, l.X), min(right, r.X), max(top, t.Y), min(bottom, b.Y)
	}
	if right <= left || bottom <= top {
		return ideal
	}
	ideal.Fx, ideal.Fy = w/(right-left), h/(bottom-top)
	ideal.Cx, ideal.Cy = -left*ideal.Fx, -top*ideal.Fy
	return ideal
}

// Info returns c as a message without header, as camera drivers send it. R is the
// identity: one camera alone needs no turning.
func (c Camera) Info() *sensor_msgs.CameraInfo {
	p := c.Rectified()
	return &sensor_msgs.CameraInfo{
		Width: uint32(c.Width), Height: uint32(c.Height),
		DistortionModel: c.Model.String(),
		D:               append([]float64(nil), c.D[:c.Model.NumD()]...),
		K:               c.K(),
		R:               [9]float64{0: 1, 4: 1, 8: 1},
		P:               [12]float64{p.Fx, 0, p.Cx, 0, 0, p.Fy, p.Cy, 0, 0, 0, 1, 0},
	}
}

// FromInfo reads a message. The camera is that of the image sent beside it:
// binning and region of interest, which the message gives relative to the full
// sensor, are worked into it.
func FromInfo(m *sensor_msgs.CameraInfo) (Camera, error) {
	name := m.DistortionModel
	if name == "" && len(m.D) == 0 { // simulated cameras without distortion send this
		name = PlumbBob.String()
	}
	model, err := ParseModel(name)
	if err != nil {
		return Camera{}, err
	}
	c := Camera{Width: int(m.Width), Height: int(m.Height), Model: model, Fx: m.K[0], Fy: m.K[4], Cx: m.K[2], Cy: m.K[5]}
	if m.K[1] != 0 {
		return Camera{}, fmt.Errorf("camera info has skew %g in K; the models of ROS have none", m.K[1])
	}
	n := model.NumD()
	switch {
	case len(m.D) <= n && (len(m.D) == 0 || len(m.D) >= 4):
	default:
		return Camera{}, fmt.Errorf("camera info has %d distortion coefficients; %s takes %d", len(m.D), model, n)
	}
	copy(c.D[:n], m.D)
	if r := m.Roi; r.Width > 0 && r.Height > 0 {
		c.Cx, c.Cy = c.Cx-float64(r.XOffset), c.Cy-float64(r.YOffset)
		c.Width, c.Height = int(r.Width), int(r.Height)
	}
	return c.binned(int(max(1, m.BinningX)), int(max(1, m.BinningY))), c.Check()
}

// binned joins bx × by pixels into one. The centre of the first joint pixel lies
// between those of its parts, hence the halves.
func (c Camera) binned(bx, by int) Camera {
	c.Fx, c.Fy = c.Fx/float64(bx), c.Fy/float64(by)
	c.Cx, c.Cy = (c.Cx+0.5)/float64(bx)-0.5, (c.Cy+0.5)/float64(by)-0.5
	c.Width, c.Height = c.Width/bx, c.Height/by
	return c
}

// Resized returns the camera of the same view scaled to width × height pixels.
func (c Camera) Resized(width, height int) Camera {
	sx, sy := float64(width)/float64(c.Width), float64(height)/float64(c.Height)
	c.Fx, c.Fy = c.Fx*sx, c.Fy*sy
	c.Cx, c.Cy = (c.Cx+0.5)*sx-0.5, (c.Cy+0.5)*sy-0.5
	c.Width, c.Height = width, height
	return c
}
