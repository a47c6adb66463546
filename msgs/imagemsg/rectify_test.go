package imagemsg

import (
	"errors"
	"math"
	"testing"

	"hyt/msgs/sensor_msgs"
)

// pinhole is a camera with the distortion d of model, whose rectified image has the
// same intrinsics.
func pinhole(width, height int, model string, d ...float64) *sensor_msgs.CameraInfo {
	f, cx, cy := 0.8*float64(width), float64(width)/2-0.5, float64(height)/2-0.5
	return &sensor_msgs.CameraInfo{
		Width: uint32(width), Height: uint32(height), DistortionModel: model, D: d,
		K: [9]float64{f, 0, cx, 0, f, cy, 0, 0, 1},
		R: [9]float64{1, 0, 0, 0, 1, 0, 0, 0, 1},
		P: [12]float64{f, 0, cx, 0, 0, f, cy, 0, 0, 0, 1, 0},
	}
}

func fisheye(width, height int) *sensor_msgs.CameraInfo {
	return pinhole(width, height, "equidistant", 0.1, -0.02, 0.01, 0.001)
}

// ramp is a picture whose red is its column and whose green is its row, so that it
// tells where each of its pixels came from.
func ramp(width, height int) *sensor_msgs.Image {
	m := &sensor_msgs.Image{Encoding: "rgb8", Width: uint32(width), Height: uint32(height), Step: uint32(3 * width)}
	for y := range height {
		for x := range width {
			m.Data = append(m.Data, byte(x), byte(y), 255)
		}
	}
	return m
}

func TestACameraWithoutDistortionIsLeftAsItIs(t *testing.T) {
	for _, l := range layouts {
		for _, size := range []int{60, 20} { // copied, and three by three pixels each
			plain, _ := NewDecoder(size, size, whole)
			d, _ := NewDecoder(size, size, whole)
			m := noise(l.name, 60, 60, 3)
			want, got := make([]byte, 3*size*size), make([]byte, 3*size*size)
			err := errors.Join(plain.Image(m, want), d.Rectify(pinhole(60, 60, "plumb_bob", 0, 0, 0, 0, 0)), d.Image(m, got))
			if err != nil {
				t.Fatal(err)
			}
			for i := range got {
				if got[i] != want[i] {
					t.Errorf("%s to %d: value %d is %d, not %d", l.name, size, i, got[i], want[i])
					break
				}
			}
		}
	}
}

// Each model's own formula, written out from its definition for a ray.
func TestRectifiedPixelsComeFromWhereTheLensPutThem(t *testing.T) {
	const w, h = 200, 160
	for _, c := range []struct {
		info *sensor_msgs.CameraInfo
		lens func(x, y float64) (u, v float64)
	}{
		{pinhole(w, h, "plumb_bob", -0.3, 0.1, 0.001, -0.002, -0.01), func(x, y float64) (float64, float64) {
			r := math.Hypot(x, y)
			k := 1 - 0.3*math.Pow(r, 2) + 0.1*math.Pow(r, 4) - 0.01*math.Pow(r, 6)
			return k*x + 2*0.001*x*y - 0.002*(r*r+2*x*x), k*y + 0.001*(r*r+2*y*y) - 2*0.002*x*y
		}},
		{pinhole(w, h, "rational_polynomial", 0.2, -0.1, 0.001, 0.002, 0.03, 0.4, 0.05, -0.01), func(x, y float64) (float64, float64) {
			r := math.Hypot(x, y)
			k := (1 + 0.2*math.Pow(r, 2) - 0.1*math.Pow(r, 4) + 0.03*math.Pow(r, 6)) / (1 + 0.4*math.Pow(r, 2) + 0.05*math.Pow(r, 4) - 0.01*math.Pow(r, 6))
			return k*x + 2*0.001*x*y + 0.002*(r*r+2*x*x), k*y + 0.001*(r*r+2*y*y) + 2*0.002*x*y
		}},
		{fisheye(w, h), func(x, y float64) (float64, float64) {
			r := math.Hypot(x, y)
			a := math.Atan(r)
			k := a * (1 + 0.1*math.Pow(a, 2) - 0.02*math.Pow(a, 4) + 0.01*math.Pow(a, 6) + 0.001*math.Pow(a, 8)) / r
			return k * x, k * y
		}},
	} {
		t.Run(c.info.DistortionModel, func(t *testing.T) {
			d, _ := NewDecoder(w, h, whole)
			got := make([]byte, w*h*3)
			if err := errors.Join(d.Rectify(c.info), d.Image(ramp(w, h), got)); err != nil {
				t.Fatal(err)
			}
			f, cx, cy := c.info.K[0], c.info.K[2], c.info.K[5]
			seen := 0
			for y := range h {
				for x := range w {
					u, v := c.lens((float64(x)-cx)/f, (float64(y)-cy)/f)
					u, v = f*u+cx, f*v+cy
					q := got[(y*w+x)*3:][:3]
					inside := u >= 0 && v >= 0 && u <= w-1 && v <= h-1
					if outside := u < -0.51 || v < -0.51 || u > w-0.49 || v > h-0.49; outside && [3]byte(q) != [3]byte{} {
						t.Fatalf("pixel %d, %d is %v, and the camera saw nothing at %v, %v", x, y, q, u, v)
					}
					if !inside {
						continue
					}
					seen++
					if math.Abs(float64(q[0])-u) > 0.51 || math.Abs(float64(q[1])-v) > 0.51 || q[2] != 255 {
						t.Fatalf("pixel %d, %d came from %v, want %v, %v", x, y, q, u, v)
					}
				}
			}
			if seen < w*h/2 {
				t.Errorf("only %d pixels were seen", seen)
			}
		})
	}
}

func TestCameraInfoIsForTheFullImage(t *testing.T) {
	// The same camera, sent whole, and as the right lower part with 2 x 2 pixels joined.
	full := pinhole(200, 160, "plumb_bob", -0.2, 0.05, 0, 0, 0)
	part := pinhole(200, 160, "plumb_bob", -0.2, 0.05, 0, 0, 0)
	part.BinningX, part.BinningY = 2, 2
	part.Roi = sensor_msgs.RegionOfInterest{XOffset: 100, YOffset: 80, Width: 100, Height: 80}
	a, errA := newLens(full)
	b, errB := newLens(part)
	if err := errors.Join(errA, errB); err != nil {
		t.Fatal(err)
	}
	u, v, _ := a.raw(140, 100)
	pu, pv, _ := b.raw((140-100)/2, (100-80)/2)
	if math.Abs(pu-(u-100)/2) > 1e-9 || math.Abs(pv-(v-80)/2) > 1e-9 {
		t.Errorf("%v, %v in the full image is %v, %v in the part", u, v, pu, pv)
	}
	if b.width != 50 || b.height != 40 {
		t.Errorf("the part has %dx%d pixels, want 50x40", b.width, b.height)
	}
}

func TestARectifiedCropIsShrunkByArea(t *testing.T) {
	d, _ := NewDecoder(20, 20, [4]float64{0.25, 0.25, 0.75, 0.75})
	got := make([]byte, 20*20*3)
	if err := errors.Join(d.Rectify(fisheye(160, 160)), d.Image(ramp(160, 160), got)); err != nil {
		t.Fatal(err)
	}
	l, err := newLens(fisheye(160, 160))
	if err != nil {
		t.Fatal(err)
	}
	for y := range 20 {
		for x := range 20 { // each covers 4 x 4 pixels, and the lens is almost flat over those
			u, v, _ := l.raw(40+4*float64(x)+1.5, 40+4*float64(y)+1.5)
			if q := got[(y*20+x)*3:]; math.Abs(float64(q[0])-u) > 0.6 || math.Abs(float64(q[1])-v) > 0.6 {
				t.Fatalf("pixel %d, %d came from %v, want %v, %v", x, y, q[:2], u, v)
			}
		}
	}
}

func TestRectificationIsTurnedOffAgain(t *testing.T) {
	d, _ := NewDecoder(60, 60, whole)
	m, got, want := noise("rgb8", 60, 60, 0), make([]byte, 60*60*3), make([]byte, 60*60*3)
	err := errors.Join(d.Image(m, want), d.Rectify(fisheye(60, 60)), d.Image(m, got))
	if err != nil || string(got) == string(want) {
		t.Fatalf("rectified: %v, changed %v", err, string(got) != string(want))
	}
	if err := errors.Join(d.Rectify(nil), d.Image(m, got)); err != nil || string(got) != string(want) {
		t.Errorf("%v, or the image is still rectified", err)
	}
}

func TestRefusesBadCameraInfo(t *testing.T) {
	for _, c := range []struct {
		spoil func(*sensor_msgs.CameraInfo)
		want  string
	}{
		{func(i *sensor_msgs.CameraInfo) { i.DistortionModel = "ftheta" }, `camera_info: distortion model "ftheta" is not supported: use plumb_bob, rational_polynomial or equidistant`},
		{func(i *sensor_msgs.CameraInfo) { i.D = make([]float64, 6); i.D[5] = 1 }, `camera_info: D has 6 values, and of distortion model "plumb_bob" only the first 5 are supported: calibrate with those`},
		{func(i *sensor_msgs.CameraInfo) { i.DistortionModel = ""; i.D = []float64{1} }, `camera_info: D has 1 values, and of distortion model "" only the first 0 are supported: calibrate with those`},
		{func(i *sensor_msgs.CameraInfo) { i.D[1] = math.NaN() }, "camera_info: it holds a value that is not a finite number"},
		{func(i *sensor_msgs.CameraInfo) { i.K = [9]float64{} }, "camera_info: K or P has no focal length: calibrate the camera"},
		{func(i *sensor_msgs.CameraInfo) { i.P = [12]float64{} }, "camera_info: K or P has no focal length: calibrate the camera"},
		{func(i *sensor_msgs.CameraInfo) { i.R = [9]float64{} }, "camera_info: R or the left part of P has no inverse: calibrate the camera"},
	} {
		info := pinhole(60, 60, "plumb_bob", 0.1, 0, 0, 0, 0)
		c.spoil(info)
		d, _ := NewDecoder(60, 60, whole)
		err := d.Rectify(info)
		if as := new(CalibrationError); err == nil || err.Error() != c.want || !errors.As(err, &as) {
			t.Errorf("error %#v, want %q", err, c.want)
		}
	}
	d, _ := NewDecoder(60, 60, whole)
	err := errors.Join(d.Rectify(fisheye(80, 60)), d.Image(noise("rgb8", 60, 60, 0), make([]byte, 60*60*3)))
	want := "image size: the camera_info is for 80x60 pixels, and the image has 60x60: publish the one that belongs to it"
	if err == nil || err.Error() != want {
		t.Errorf("error %v, want %q", err, want)
	}
}

func FuzzRectify(f *testing.F) {
	f.Add("plumb_bob", uint32(8), uint32(6), 0.1, -0.3, 8.0, 4.0, 0.0, uint32(1), uint32(0))
	f.Add("equidistant", uint32(8), uint32(6), 1e300, -1e300, 1e-300, 1e300, 0.5, uint32(2), uint32(1<<31))
	f.Add("rational_polynomial", uint32(0), uint32(1<<31), 0.1, -1.0, -8.0, 4.0, 1.0, uint32(1<<31), uint32(3))
	f.Fuzz(func(t *testing.T, model string, width, height uint32, k1, k2, focal, centre, turn float64, binning, offset uint32) {
		info := pinhole(8, 6, model, k1, k2)
		info.Width, info.Height, info.BinningX, info.BinningY, info.Roi.XOffset = width, height, binning, binning, offset
		info.K[0], info.P[0], info.P[2], info.R[1] = focal, focal, centre, turn
		d, _ := NewDecoder(3, 2, whole)
		if d.Rectify(info) == nil {
			_ = d.Image(noise("rgb8", 8, 6, 0), make([]byte, 18))
		}
	})
}
