package simnode

import (
	"fmt"
	"path"
	"time"

	"hyt/calib/handeye"
	"hyt/calib/mounted"
	"hyt/config"
	"hyt/gazebo/lens"
	"hyt/gazebo/sdf/stage"
	"hyt/gazebo/sim"
	"hyt/msgs/bus"
	"hyt/msgs/sensor_msgs"
	"hyt/msgs/tf2_msgs"
	"hyt/nodes/node"
	"hyt/nodes/robotmsg"
)

// eye is the simulated camera as ROS knows cameras: camera_info beside its images,
// its place on /tf_static. With camera_info_url the pictures are what that camera
// would see of the world; otherwise they are the simulator's own, and what is told
// of them is the truth.
type eye struct {
	info  *sensor_msgs.CameraInfo
	infos *bus.Publisher[*sensor_msgs.CameraInfo]
	frame string
	eye   *lens.Eye // nil: the simulator's own camera
}

// newEye describes the camera of a simulator that runs the world of that name. One
// that cannot be drawn from outside keeps its own pictures; a calibration must fit
// their size then.
func newEye(n *node.Node, c *config.Sim, s sim.Sim) (*eye, error) {
	real, err := mounted.Open(mounted.Files{InfoURL: c.CameraInfoURL, TransformURL: c.CameraTransformURL, Frame: c.CameraFrame, Base: c.BaseFrame})
	if err != nil {
		return nil, err
	}
	var room *stage.Stage
	staged, drawn := s.(interface{ Stage() *stage.Stage })
	if drawn {
		room = staged.Stage()
	} else if room, err = stage.Load(c.World); err != nil {
		return nil, err
	}
	e := &eye{frame: c.CameraFrame}
	seen, at := lens.Overhead(room)
	transforms := handeye.Frames{Parent: c.BaseFrame, Camera: "camera_link", Optical: c.CameraFrame}.Transforms(at, time.Unix(0, 0))
	if real != nil {
		if real.Placed {
			at, transforms = real.Pose, real.Transforms.Messages()
		}
		if drawn {
			e.eye, err = lens.New(room, real.Lens, at)
		} else {
			err = real.FitImage(seen.Width, seen.Height)
		}
		if err != nil {
			return nil, fmt.Errorf("camera_info_url: %w", err)
		}
		seen = real.Lens
	}
	e.info = seen.Info()
	return e, e.connect(n, &tf2_msgs.TFMessage{Transforms: transforms})
}

// connect says where the camera is, once, and opens camera_info beside the images.
func (e *eye) connect(n *node.Node, place *tf2_msgs.TFMessage) error {
	static, err := node.Advertise[*tf2_msgs.TFMessage](n, "/tf_static", bus.Latched(1))
	if err != nil {
		return err
	}
	if err := static.Publish(place); err != nil {
		return err
	}
	topic, err := n.Topic("image")
	if err != nil {
		return err
	}
	e.infos, err = node.Advertise[*sensor_msgs.CameraInfo](n, path.Join(path.Dir(topic), "camera_info"), bus.SensorData())
	return err
}

// look is the camera's picture of the present state.
func (e *eye) look(s sim.Sim, state sim.State) (sim.Frame, error) {
	if e.eye == nil {
		return s.Render(sim.Overhead)
	}
	return e.eye.Draw(state)
}

// tell publishes camera_info for a picture of that stamp.
func (e *eye) tell(stamp time.Time) error {
	e.info.Header = robotmsg.Header(stamp, e.frame)
	return e.infos.Publish(e.info)
}

// scene follows a reset.
func (e *eye) scene(s sim.Scene) error {
	if e == nil || e.eye == nil {
		return nil
	}
	return e.eye.SetScene(s)
}
