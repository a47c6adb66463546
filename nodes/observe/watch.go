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
	// Info (optional) is the first camera's: no topic is heard for it.
	Info *sensor_msgs.CameraInfo
	// First (optional) sees each message of the first camera, good or bad.
	First Onlooker
	// Saw (optional) hears of each image that can be used.
	Saw func(camera int, stamp time.Time)
}

// Onlooker sees messages of a camera, on the goroutine of the subscription. It keeps
// nothing of a message.
type Onlooker interface {
	Image(*sensor_msgs.Image)
	Compressed(*sensor_msgs.CompressedImage)
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
		if how.Rectify && how.Info != nil && i == 0 {
			if err := o.Rectify(i, how.Info); err != nil {
				return err
			}
		} else if how.Rectify {
			if err := o.watchInfo(n, i, path.Join(path.Dir(topic), "camera_info")); err != nil {
				return err
			}
		}
		looks := i == 0 && how.First != nil
		heard := func(stamp time.Time, err error) { // a bad image shows in diagnostics
			if err == nil && how.Saw != nil {
				how.Saw(i, stamp)
			}
		}
		if how.Compressed {
			_, err = node.Subscribe(n, topic+"/compressed", bus.SensorData(), func(m *sensor_msgs.CompressedImage) {
				heard(o.Compressed(i, m, n.Now()))
				if looks {
					how.First.Compressed(m)
				}
			})
		} else {
			_, err = node.Subscribe(n, topic, bus.SensorData(), func(m *sensor_msgs.Image) {
				heard(o.Image(i, m, n.Now()))
				if looks {
					how.First.Image(m)
				}
			})
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
