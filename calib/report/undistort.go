package report

import (
	"fmt"
	"image"

	"hyt/calib/camera"
)

// Undistort is the image that the ideal camera c.Rectified would have taken;
// black where c saw nothing.
func Undistort(c camera.Camera, img *image.Gray) (*image.Gray, error) {
	out := image.NewGray(image.Rect(0, 0, c.Width, c.Height))
	tight := image.NewGray(out.Rect)
	if img.Rect.Size() != out.Rect.Size() {
		return nil, fmt.Errorf("the image has %v pixels, and the camera %v", img.Rect.Size(), out.Rect.Size())
	}
	for y := range c.Height {
		copy(tight.Pix[y*tight.Stride:][:c.Width], img.Pix[y*img.Stride:])
	}
	return out, camera.NewRemap(c, c.Rectified()).Gray(out.Pix, tight.Pix)
}
