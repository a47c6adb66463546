package label

import (
	"errors"

	"hyt/msgs/sensor_msgs"
	"hyt/policy/thought"
)

// Camera says where points are in the pictures that the model sees.
type Camera struct {
	Position    [3]float64 // m
	Orientation [4]float64 // x y z w of its optical frame: z forward, x right, y down; need not be of length 1
	Crop        [4]float64 // left, top, right, bottom as fractions of the picture

	// of a picture: focal lengths and centre, as fractions of its width and height
	fx, fy, cx, cy float64
}

// Look takes what a camera_info says. rectified tells whether the pictures have lost
// what the lens does to them; else it is neglected.
func (c *Camera) Look(info *sensor_msgs.CameraInfo, rectified bool) error {
	fx, fy, cx, cy := info.K[0], info.K[4], info.K[2], info.K[5]
	if rectified && info.P[0] > 0 {
		fx, fy, cx, cy = info.P[0], info.P[5], info.P[2], info.P[6]
	}
	w, h := float64(info.Width), float64(info.Height)
	if !(fx > 0 && fy > 0 && w > 0 && h > 0) {
		return errors.New("camera_info has no focal lengths: calibrate the camera (hyt calib intrinsics)")
	}
	c.fx, c.fy, c.cx, c.cy = fx/w, fy/h, cx/w, cy/h
	return nil
}

// Place is the bin of a point, m; nil where it is not in the picture, or not known.
func (c *Camera) Place(p [3]float64) *thought.Place {
	if c.fx == 0 {
		return nil // no camera_info yet
	}
	x, y, z := c.turn(p[0]-c.Position[0], p[1]-c.Position[1], p[2]-c.Position[2])
	if !(z > 0) { // also NaN
		return nil
	}
	u, v := c.fx*x/z+c.cx, c.fy*y/z+c.cy
	u = (u - c.Crop[0]) / (c.Crop[2] - c.Crop[0])
	v = (v - c.Crop[1]) / (c.Crop[3] - c.Crop[1])
	if !(u >= 0 && u < 1 && v >= 0 && v < 1) {
		return nil
	}
	at := thought.At(u, v)
	return &at
}

// turn brings a direction into the optical frame: by the inverse of the orientation.
func (c *Camera) turn(x, y, z float64) (float64, float64, float64) {
	qx, qy, qz, qw := c.Orientation[0], c.Orientation[1], c.Orientation[2], c.Orientation[3]
	n := qx*qx + qy*qy + qz*qz + qw*qw
	s := 2 / n
	return x*(1-s*(qy*qy+qz*qz)) + y*s*(qx*qy+qz*qw) + z*s*(qx*qz-qy*qw),
		x*s*(qx*qy-qz*qw) + y*(1-s*(qx*qx+qz*qz)) + z*s*(qy*qz+qx*qw),
		x*s*(qx*qz+qy*qw) + y*s*(qy*qz-qx*qw) + z*(1-s*(qx*qx+qy*qy))
}
