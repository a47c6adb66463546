package thinkernode

import (
	"context"
	"fmt"
	"time"

	"hyt/calib/geom"
	"hyt/calib/mounted"
	"hyt/config"
	"hyt/msgs/builtin_interfaces"
	"hyt/msgs/bus"
	"hyt/msgs/geometry_msgs"
	"hyt/msgs/sensor_msgs"
	"hyt/nodes/handpose"
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
	part   mounted.Part      // of the camera's image that the model sees
	height float64           // m, of the table
	hand   *handpose.History // of a camera on the hand
	target *bus.Publisher[*geometry_msgs.PointStamped]
}

// handWait is how long the hand's pose after a frame is waited for, once its thought is
// out.
const handWait = 300 * time.Millisecond

// openPlaces checks what is known of the camera. info is what images are rectified
// by; nil: camera_info.
func openPlaces(n *node.Node, c *config.Thinker, view spec.Camera) (p *places, info *sensor_msgs.CameraInfo, err error) {
	camera, err := observe.Calibrated(c.Camera, c.BaseFrame)
	if err != nil || camera == nil {
		return nil, nil, err
	}
	info = camera.Lens.Info()
	p = &places{camera: camera, part: mounted.Part{Crop: view.Crop, Rectified: c.Rectify}, height: c.TableHeight}
	switch {
	case camera.OnHand:
		if p.hand, err = observe.Hand(n, camera, c.Camera); err != nil {
			return nil, nil, err
		}
	case !camera.Placed:
		return nil, info, nil
	default:
		if err := camera.CheckTable(c.TableHeight); err != nil {
			return nil, nil, fmt.Errorf("camera_transform_url: %w", err)
		}
	}
	p.target, err = node.Advertise[*geometry_msgs.PointStamped](n, "target", bus.Latched(1))
	return p, info, err
}

// spot is where a thought's target lies in the base frame. Without a place in the
// thought, or a camera whose place is known, there is none.
type spot struct {
	known bool
	at    geom.Vec // m
	why   error    // it is not known
}

// find looks for the target of a thought about the frame of that time, for a camera on
// the hand as soon as it is known where that was.
func (p *places) find(ctx context.Context, t thought.Thought, frame time.Time) (s spot) {
	if p == nil || t.TargetAt == nil {
		return s
	}
	camera := p.camera
	if p.hand != nil {
		p.hand.Await(ctx, frame, handWait)
		hand, err := p.hand.At(frame)
		if err != nil {
			return spot{why: err}
		}
		camera = camera.At(hand)
	}
	x, y := t.TargetAt.Centre()
	s.at, s.why = camera.OnPlane(x, y, p.part, p.height)
	s.known = s.why == nil
	return s
}

// show publishes where the target is.
func (p *places) show(s spot, frame time.Time) error {
	if !s.known {
		return nil
	}
	m := &geometry_msgs.PointStamped{Point: geometry_msgs.Point{X: s.at[0], Y: s.at[1], Z: s.at[2]}}
	m.Header.FrameId, m.Header.Stamp = p.camera.Base, builtin_interfaces.FromTime(frame)
	return p.target.Publish(m)
}

// fill adds the target's place in metres, or why it is not known.
func (p *places) fill(d *node.Status, s spot) {
	switch {
	case s.known:
		d.Add("target_m", fmt.Sprintf("%.4f %.4f %.4f in %s", s.at[0], s.at[1], s.at[2], p.camera.Base))
	case s.why != nil:
		d.Add("target_m", s.why.Error())
	}
}
