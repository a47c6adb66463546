package observe

import (
	"path"
	"time"

	"hyt/msgs/bus"
	"hyt/msgs/geometry_msgs"
	"hyt/msgs/sensor_msgs"
	"hyt/nodes/node"
)

// Cameras says how a node watches the model's cameras.
type Cameras struct {
	Compressed bool // sensor_msgs/CompressedImage instead of Image
	Rectify    bool // take the lens out, as camera_info says
	// Saw (optional) hears of each image that can be used.
	Saw func(camera int, stamp time.Time)
}

// Watch subscribes to the images of all cameras. By the convention of image_transport
// compressed ones are on TOPIC/compressed, where TOPIC is the image topic after all
// remaps, and camera_info is beside TOPIC.
func (o *Observer) Watch(n *node.Node, how Cameras) error {
	for i, camera := range o.settings.Cameras {
		topic, err := n.Topic(Topic(i, camera.Name))
		if err != nil {
			return err
		}
		if how.Rectify {
			if err := o.watchInfo(n, i, path.Join(path.Dir(topic), "camera_info")); err != nil {
				return err
			}
		}
		heard := func(stamp time.Time, err error) { // a bad image shows in diagnostics
			if err == nil && how.Saw != nil {
				how.Saw(i, stamp)
			}
		}
		if how.Compressed {
			_, err = node.Subscribe(n, topic+"/compressed", bus.SensorData(), func(m *sensor_msgs.CompressedImage) { heard(o.Compressed(i, m, n.Now())) })
		} else {
			_, err = node.Subscribe(n, topic, bus.SensorData(), func(m *sensor_msgs.Image) { heard(o.Image(i, m, n.Now())) })
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// WatchRobot subscribes to what the model takes of the robot's own state. sawPose
// (optional) hears each pose, also where only it needs them.
func (o *Observer) WatchRobot(n *node.Node, sawPose func(stamp time.Time, position [3]float64)) error {
	if o.NeedsPose() || sawPose != nil {
		_, err := node.Subscribe(n, "ee_pose", bus.SensorData(), func(m *geometry_msgs.PoseStamped) {
			stamp, position := o.Pose(m, n.Now())
			if sawPose != nil {
				sawPose(stamp, position)
			}
		})
		if err != nil {
			return err
		}
	}
	if !o.NeedsGripper() {
		return nil
	}
	_, err := node.Subscribe(n, "joint_states", bus.SensorData(), func(m *sensor_msgs.JointState) { o.Joints(m, n.Now()) })
	return err
}

func (o *Observer) watchInfo(n *node.Node, i int, topic string) error {
	told := false
	_, err := node.Subscribe(n, topic, bus.SensorData(), func(m *sensor_msgs.CameraInfo) {
		err := o.Rectify(i, m)
		if err != nil && !told {
			n.Log().Error("images are not rectified", "topic", topic, "error", err)
		}
		told = err != nil
	})
	return err
}
