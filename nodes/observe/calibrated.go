package observe

import (
	"hyt/calib/mounted"
	"hyt/config"
	"hyt/nodes/handpose"
	"hyt/nodes/node"
)

// Calibrated is what the parameters say of the first camera; nil where they say
// nothing. base is the frame that it is placed in.
func Calibrated(c config.Camera, base string) (*mounted.Camera, error) {
	return mounted.Open(mounted.Files{InfoURL: c.CameraInfoURL, TransformURL: c.CameraTransformURL, Frame: c.CameraFrame, Base: base, Hand: c.HandFrame})
}

// Hand hears where the hand is that a camera is mounted on.
func Hand(n *node.Node, camera *mounted.Camera, c config.Camera) (*handpose.History, error) {
	return handpose.Listen(n, handpose.Source{Topic: c.HandPoseTopic, Base: camera.Base, Hand: camera.Hand})
}
