package policynode

import (
	"hyt/nodes/calibmonitor"
	"hyt/nodes/observe"
)

// calibrate takes what is known of the first camera: images are rectified by it, and
// a monitor watches that it stays true.
func (s *session) calibrate(how *observe.Cameras) error {
	camera, err := observe.Calibrated(s.config.Camera, s.config.BaseFrame)
	if err != nil {
		return err
	}
	hear := func() (calibmonitor.Hand, error) { return observe.Hand(s.node, camera, s.config.Camera) }
	s.calibration, err = calibmonitor.Open(camera, hear, s.config.Monitor, s.config.BaseFrame, s.node.Now)
	if err != nil || s.calibration == nil {
		return err
	}
	how.Info, how.First = camera.Lens.Info(), s.calibration
	s.node.Diagnose("calibration", s.calibration.Fill)
	return nil
}
