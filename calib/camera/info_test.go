package camera

import (
	"math"
	"path/filepath"
	"strings"
	"testing"

	"hyt/calib/geom"
	"hyt/calib/view"
	"hyt/msgs/sensor_msgs"
)

func TestYAMLAndMessageGoBothWaysExactly(t *testing.T) {
	for name, c := range lenses {
		c.Name = "camera: " + name
		path := filepath.Join(t.TempDir(), "camera.yaml")
		if err := c.Save(path); err != nil {
			t.Fatal(err)
		}
		back, err := Load(path)
		if err != nil || back != c {
			t.Errorf("%s: YAML gives %+v, %v", name, back, err)
		}
		c.Name = ""
		if back, err := FromInfo(c.Info()); err != nil || back != c {
			t.Errorf("%s: message gives %+v, %v", name, back, err)
		}
	}
}

// The layout below is what camera_calibration writes.
const narrow = `image_width: 640
image_height: 480
camera_name: narrow_stereo
camera_matrix:
  rows: 3
  cols: 3
  data: [438.783367, 0.000000, 305.593336, 0.000000, 437.302876, 243.738352, 0.000000, 0.000000, 1.000000]
distortion_model: plumb_bob
distortion_coefficients:
  rows: 1
  cols: 5
  data: [-0.361976, 0.110510, 0.001014, 0.000505, 0.000000]
rectification_matrix:
  rows: 3
  cols: 3
  data: [1, 0, 0, 0, 1, 0, 0, 0, 1]
projection_matrix:
  rows: 3
  cols: 4
  data: [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0]
`

func TestReadsWhatROSToolsWrite(t *testing.T) {
	c, err := ParseYAML([]byte(narrow))
	want := Camera{Name: "narrow_stereo", Width: 640, Height: 480, Fx: 438.783367, Fy: 437.302876, Cx: 305.593336, Cy: 243.738352,
		D: [8]float64{-0.361976, 0.110510, 0.001014, 0.000505}}
	if err != nil || c != want {
		t.Fatalf("got %+v, %v", c, err)
	}
}

func TestBadCameraInfoIsNamed(t *testing.T) {
	for says, text := range map[string]string{
		"not known":             strings.Replace(narrow, "plumb_bob", "double_sphere", 1),
		"has 3 numbers, not 9":  strings.Replace(narrow, "438.783367, 0.000000, 305.593336, 0.000000, 437.302876, 243.738352,", "", 1),
		"must be positive":      strings.Replace(narrow, "438.783367", "0", 1),
		"is NaN":                strings.Replace(narrow, "438.783367", ".nan", 1),
		"not positive":          strings.Replace(narrow, "image_width: 640", "image_width: 0", 1),
		"is not one":            strings.Replace(narrow, "image_width: 640", "image_width: -1", 1),
		"distortion coefficien": strings.Replace(narrow, "0.001014, 0.000505, 0.000000", "1", 1),
		"camera info":           "camera_matrix: 7",
	} {
		if _, err := ParseYAML([]byte(text)); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("got %v, want %q", err, says)
		}
	}
}

func TestBinningAndRegionShiftTheCamera(t *testing.T) {
	full := lenses["webcam"]
	m := full.Info()
	m.Roi = sensor_msgs.RegionOfInterest{XOffset: 200, YOffset: 100, Width: 800, Height: 400}
	m.BinningX, m.BinningY = 2, 2
	c, err := FromInfo(m)
	if err != nil || c.Width != 400 || c.Height != 200 {
		t.Fatalf("got %+v, %v", c, err)
	}
	p := geom.Vec{0.1, -0.05, 0.8}
	a, _ := full.Project(p)
	b, _ := c.Project(p)
	// Full pixels 200 and 201 make the first joint pixel: 200.5 is its centre.
	if dx, dy := (a.X-200.5)/2-b.X, (a.Y-100.5)/2-b.Y; math.Hypot(dx, dy) > 1e-9 {
		t.Errorf("the same point lands (%g, %g) px apart", dx, dy)
	}
	half := full.Resized(640, 360)
	h, _ := half.Project(p)
	if dx, dy := (a.X-0.5)/2-h.X, (a.Y-0.5)/2-h.Y; math.Hypot(dx, dy) > 1e-9 {
		t.Errorf("resized: (%g, %g) px apart", dx, dy)
	}
}

func TestRectifiedImageHasNoBlackBorder(t *testing.T) {
	for name, c := range lenses {
		if name == "ideal fisheye" {
			continue // sees 90° and more: no rectified picture holds it
		}
		ideal := c.Rectified()
		for y := 0; y < c.Height; y += 31 {
			for x := 0; x < c.Width; x += 31 {
				ray, err := ideal.Unproject(view.Point2{X: float64(x), Y: float64(y)})
				if err != nil {
					t.Fatal(err)
				}
				px, ok := c.Project(ray)
				if !ok || px.X < -0.6 || px.Y < -0.6 || px.X > float64(c.Width)-0.4 || px.Y > float64(c.Height)-0.4 {
					t.Fatalf("%s: rectified (%d, %d) comes from outside the image: %v", name, x, y, px)
				}
			}
		}
	}
}

func FuzzParseYAML(f *testing.F) {
	f.Add([]byte(narrow))
	f.Add(lenses["fisheye"].YAML())
	f.Add([]byte("camera_matrix: {data: [1, 0, 1e400]}"))
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := ParseYAML(data)
		if err != nil {
			return
		}
		if back, err := ParseYAML(c.YAML()); err != nil || back.K() != c.K() || back.D != c.D {
			t.Fatalf("what was read cannot be written again: %+v, %v", back, err)
		}
	})
}
