package observe

import (
	"hyt/calib/mounted"
	"hyt/config"
)

// Calibrated is what the parameters say of the first camera; nil where they say
// nothing. base is the frame that it is placed in.
func Calibrated(c config.Camera, base string) (*mounted.Camera, error) {
	return mounted.Open(mounted.Files{InfoURL: c.CameraInfoURL, TransformURL: c.CameraTransformURL, Frame: c.CameraFrame, Base: base})
}
