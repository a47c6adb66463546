package observe

import (
	"path"
	"time"

	"hyt/msgs/bus"
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
