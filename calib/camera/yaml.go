package camera

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"

	"hyt/msgs/sensor_msgs"
)

// YAML returns the file that camera_info_manager loads from its URL and that
// camera_calibration writes (format of camera_calibration_parsers).
func (c Camera) YAML() []byte {
	m := c.Info()
	var b strings.Builder
	fmt.Fprintf(&b, "image_width: %d\nimage_height: %d\ncamera_name: %s\n", c.Width, c.Height, strconv.Quote(c.Name))
	matrix := func(name string, rows, cols int, data []float64) {
		fmt.Fprintf(&b, "%s:\n  rows: %d\n  cols: %d\n  data: [", name, rows, cols)
		for i, v := range data {
			if i > 0 {
				b.WriteString(", ")
			}
			s := strconv.FormatFloat(v, 'g', -1, 64)
			if !strings.ContainsAny(s, ".e") {
				s += ".0" // some readers are particular about the type
			}
			b.WriteString(s)
		}
		b.WriteString("]\n")
	}
	matrix("camera_matrix", 3, 3, m.K[:])
	fmt.Fprintf(&b, "distortion_model: %s\n", m.DistortionModel)
	matrix("distortion_coefficients", 1, len(m.D), m.D)
	matrix("rectification_matrix", 3, 3, m.R[:])
	matrix("projection_matrix", 3, 4, m.P[:])
	return []byte(b.String())
}

type yamlMatrix struct {
	Rows, Cols int
	Data       []float64
}

// ParseYAML reads a camera-info YAML file. Keys that it does not know are left
// alone, because drivers add their own.
func ParseYAML(data []byte) (Camera, error) {
	var f struct {
		Width  int        `yaml:"image_width"`
		Height int        `yaml:"image_height"`
		Name   string     `yaml:"camera_name"`
		K      yamlMatrix `yaml:"camera_matrix"`
		Model  string     `yaml:"distortion_model"`
		D      yamlMatrix `yaml:"distortion_coefficients"`
	}
	if err := yaml.Unmarshal(data, &f); err != nil {
		return Camera{}, fmt.Errorf("camera info: %w", err)
	}
	if len(f.K.Data) != 9 {
		return Camera{}, fmt.Errorf("camera info: camera_matrix has %d numbers, not 9", len(f.K.Data))
	}
	if f.Width < 0 || f.Height < 0 || f.Width > math.MaxInt32 || f.Height > math.MaxInt32 {
		return Camera{}, fmt.Errorf("camera info: image size %dx%d is not one", f.Width, f.Height)
	}
	m := sensor_msgs.CameraInfo{Width: uint32(f.Width), Height: uint32(f.Height), DistortionModel: f.Model, D: f.D.Data, K: [9]float64(f.K.Data)}
	c, err := FromInfo(&m)
	c.Name = f.Name
	return c, err
}

// Load reads the camera-info YAML file at path.
func Load(path string) (Camera, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return Camera{}, err
	}
	c, err := ParseYAML(data)
	if err != nil {
		return Camera{}, fmt.Errorf("%s: %w", path, err)
	}
	return c, nil
}

// Save writes the camera-info YAML file at path: first beside it, then renamed,
// so that a driver never reads half of one.
func (c Camera) Save(path string) error {
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.Write(c.YAML())
	if err == nil {
		err = f.Chmod(0o644)
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}
