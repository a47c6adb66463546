package imagemsg

import (
	"hyt/msgs/sensor_msgs"
)

func fisheye(width, height int) *sensor_msgs.CameraInfo {
	f := float64(width)
	return &sensor_msgs.CameraInfo{
		Width: uint32(width), Height: uint32(height), DistortionModel: "equidistant", D: []float64{0.1, -0.02, 0.01, 0},
		K: [9]float64{f, 0, f / 2, 0, f, float64(height) / 2, 0, 0, 1},
		R: [9]float64{1, 0, 0, 0, 1, 0, 0, 0, 1},
		P: [12]float64{f, 0, f / 2, 0, 0, f, float64(height) / 2, 0, 0, 0, 1, 0},
	}
}
