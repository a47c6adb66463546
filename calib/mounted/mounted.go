// Package mounted is a calibrated camera in its place on a robot: what the files of
// `hyt calib intrinsics` and `hyt calib handeye` say, put together and checked.
package mounted

import (
	"errors"
	"fmt"
	"math"

	"hyt/calib/camera"
	"hyt/calib/geom"
	"hyt/calib/tf"
	"hyt/calib/view"
)

// Files say where the results lie. URLs are as camera drivers take them:
// file:///home/me/wrist.yaml, or a path; None for none.
type Files struct {
	InfoURL      string // camera info (YAML of camera_calibration_parsers)
	TransformURL string // static transforms (YAML of tf2_msgs/msg/TFMessage)
	Frame        string // the camera's optical frame: z forward, x right, y down
	Base         string // the frame that places are meant in, such as base_link
	Hand         string // (optional) the frame of the hand, which the camera may be mounted on
}

// None stands for no file: parameters that are empty strings trip ROS tools.
const None = "none"

// Camera is a calibrated camera. It is read only.
type Camera struct {
	Lens camera.Camera
	Frame,
	Base string
	// Placed says whether it is known where the camera is; Pose is baseToptical then.
	Placed bool
	Pose   geom.Pose
	// OnHand says that the camera moves with frame Hand; Mount is handToptical then, and
	// At places it.
	OnHand     bool
	Hand       string
	Mount      geom.Pose
	Transforms tf.Tree
}

// At is the camera where it is while the hand is at baseThand. One that does not move
// with the hand is where it was.
func (c *Camera) At(baseThand geom.Pose) *Camera {
	if !c.OnHand {
		return c
	}
	placed := *c
	placed.Placed, placed.Pose = true, baseThand.Mul(c.Mount)
	return &placed
}

// placed returns nil where the camera's place is known.
func (c *Camera) placed() error {
	switch {
	case c.Placed:
		return nil
	case c.OnHand:
		return fmt.Errorf("the camera moves with %q, and it is not known where that is", c.Hand)
	}
	return errors.New("the camera has no place: give camera_transform_url")
}

// Open reads and checks the files; nil without an error where none are given.
func Open(f Files) (*Camera, error) {
	info, err := path("camera_info_url", f.InfoURL)
	if err != nil {
		return nil, err
	}
	transform, err := path("camera_transform_url", f.TransformURL)
	if err != nil {
		return nil, err
	}
	if info == "" {
		if transform != "" {
			return nil, errors.New("camera_transform_url says where the camera is, but camera_info_url does not say what it sees: give both")
		}
		return nil, nil
	}
	c := &Camera{Frame: f.Frame, Base: f.Base}
	if c.Lens, err = camera.Load(info); err != nil {
		return nil, fmt.Errorf("camera_info_url: %w; hyt calib intrinsics makes it", err)
	}
	if transform == "" {
		return c, nil
	}
	if c.Transforms, err = tf.Load(transform); err != nil {
		return nil, fmt.Errorf("camera_transform_url: %w; hyt calib handeye makes it", err)
	}
	if c.Pose, err = c.Transforms.Lookup(f.Base, f.Frame); err == nil {
		c.Placed = true
		return c, nil
	}
	if f.Hand == "" {
		return nil, fmt.Errorf("camera_transform_url: %s: %w (parameters base_frame and camera_frame name the two)", transform, err)
	}
	if mount, none := c.Transforms.Lookup(f.Hand, f.Frame); none == nil {
		c.OnHand, c.Hand, c.Mount = true, f.Hand, mount
		return c, nil
	}
	return nil, fmt.Errorf("camera_transform_url: %s: %w, and none the hand's frame %q (parameters base_frame, camera_frame and hand_frame name the three)", transform, err, f.Hand)
}

// See returns the pixel of a point in the base frame, metres. ok is false for a
// camera that is not placed, and for a point out of its sight or its image.
func (c *Camera) See(p geom.Vec) (px view.Point2, ok bool) {
	if !c.Placed {
		return px, false
	}
	px, ok = c.Lens.Project(c.Pose.Inv().Apply(p))
	inside := px.X >= -0.5 && px.Y >= -0.5 && px.X <= float64(c.Lens.Width)-0.5 && px.Y <= float64(c.Lens.Height)-0.5
	return px, ok && inside
}

// FitImage returns nil where an image of that size is one of this camera.
func (c *Camera) FitImage(width, height int) error {
	if width == c.Lens.Width && height == c.Lens.Height {
		return nil
	}
	return fmt.Errorf("the image has %dx%d pixels, and the calibration of %q is for %dx%d: calibrate at the size that the camera is run at",
		width, height, c.Lens.Name, c.Lens.Width, c.Lens.Height)
}

// Part is how another picture was made from the camera's image.
type Part struct {
	// Crop is left, top, right, bottom as fractions of the image's size.
	Crop [4]float64
	// Rectified: the lens was taken out before.
	Rectified bool
}

// ErrNoPlane says that a line of sight misses the plane.
var ErrNoPlane = errors.New("the line of sight does not meet the plane")

// OnPlane returns the point of the plane z = height, in the base frame, that is seen
// at (u, v), fractions 0 to 1 of the picture's width and height: metres.
func (c *Camera) OnPlane(u, v float64, part Part, height float64) (geom.Vec, error) {
	if err := c.placed(); err != nil {
		return geom.Vec{}, err
	}
	lens := c.Lens
	if part.Rectified {
		lens = lens.Rectified()
	}
	k := part.Crop
	// The picture's edge is half a pixel beyond the middle of its first pixel.
	px := view.Point2{
		X: (k[0]+u*(k[2]-k[0]))*float64(lens.Width) - 0.5,
		Y: (k[1]+v*(k[3]-k[1]))*float64(lens.Height) - 0.5,
	}
	ray, err := lens.Unproject(px)
	if err != nil {
		return geom.Vec{}, err
	}
	d := c.Pose.R.Apply(ray)
	t := (height - c.Pose.T[2]) / d[2]
	if !(t > 0) || math.IsInf(t, 0) {
		return geom.Vec{}, ErrNoPlane
	}
	return c.Pose.T.Add(d.Scale(t)), nil
}

// CheckTable returns nil where the camera looks at the plane z = height, else a
// sentence with the usual reasons.
func (c *Camera) CheckTable(height float64) error {
	if _, err := c.OnPlane(0.5, 0.5, Part{Crop: [4]float64{0, 0, 1, 1}}, height); err != nil {
		z := c.Pose.R.Col(2)
		return fmt.Errorf("the camera in frame %q looks along (%.2f, %.2f, %.2f) in %q, which misses the table at z = %g m: is %[1]q the optical frame (z forward), not the body's (x forward)?",
			c.Frame, z[0], z[1], z[2], c.Base, height)
	}
	return nil
}
