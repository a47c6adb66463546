package thinkernode

import (
	"fmt"
	"time"

	"hyt/calib/geom"
	"hyt/calib/mounted"
	"hyt/config"
	"hyt/msgs/builtin_interfaces"
	"hyt/msgs/bus"
	"hyt/msgs/geometry_msgs"
	"hyt/msgs/sensor_msgs"
	"hyt/nodes/node"
	"hyt/nodes/observe"
	"hyt/policy/spec"
	"hyt/policy/thought"
)

// places turns places in the first camera's image into metres on the table, for
// topic target and for diagnostics. It is read only; nil: the camera's place is not
// known.
type places struct {
	camera *mounted.Camera
	part   mounted.Part // of the camera's image that the model sees
	height float64      // m, of the table
	target *bus.Publisher[*geometry_msgs.PointStamped]
}

// openPlaces checks what is known of the camera. info is what images are rectified
// by; nil: camera_info.
func openPlaces(n *node.Node, c *config.Thinker, view spec.Camera) (p *places, info *sensor_msgs.CameraInfo, err error) {
	camera, err := observe.Calibrated(c.Camera, c.BaseFrame)
	if err != nil || camera == nil {
		return nil, nil, err
	}
	info = camera.Lens.Info()
	if !camera.Placed {
		return nil, info, nil
	}
	if err := camera.CheckTable(c.TableHeight); err != nil {
		return nil, nil, fmt.Errorf("camera_transform_url: %w", err)
	}
	p = &places{camera: camera, part: mounted.Part{Crop: view.Crop, Rectified: c.Rectify}, height: c.TableHeight}
	p.target, err = node.Advertise[*geometry_msgs.PointStamped](n, "target", bus.Latched(1))
	return p, info, err
}

// metres is where a place of the image is on the table, in the base frame. ok is
// false where that is not known, and for what is seen beside the table's plane.
func (p *places) metres(at *thought.Place) (v geom.Vec, ok bool) {
	if p == nil || at == nil {
		return v, false
	}
	x, y := at.Centre()
	v, err := p.camera.OnPlane(x, y, p.part, p.height)
	return v, err == nil
}

// show publishes where the thought's target is.
func (p *places) show(t thought.Thought, frame time.Time) error {
	v, ok := p.metres(t.TargetAt)
	if !ok {
		return nil
	}
	m := &geometry_msgs.PointStamped{Point: geometry_msgs.Point{X: v[0], Y: v[1], Z: v[2]}}
	m.Header.FrameId, m.Header.Stamp = p.camera.Base, builtin_interfaces.FromTime(frame)
	return p.target.Publish(m)
}

// fill adds the target's place in metres.
func (p *places) fill(s *node.Status, t thought.Thought) {
	if v, ok := p.metres(t.TargetAt); ok {
		s.Add("target_m", fmt.Sprintf("%.4f %.4f %.4f in %s", v[0], v[1], v[2], p.camera.Base))
	}
}
