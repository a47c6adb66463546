package data_test

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"hyt/msgs"
	"hyt/msgs/bag"
	"hyt/msgs/geometry_msgs"
	"hyt/msgs/sensor_msgs"
	"hyt/nodes/observe"
	"hyt/policy"
	"hyt/policy/spec"
	"hyt/trainer/contract"
	"hyt/trainer/data"
	"hyt/trainer/data/datatest"
)

// lens is what a real camera's calibration looks like.
func lens(width, height uint32) *sensor_msgs.CameraInfo {
	f, cx, cy := 0.8*float64(width), float64(width)/2, float64(height)/2
	return &sensor_msgs.CameraInfo{
		Width: width, Height: height, DistortionModel: "plumb_bob", D: []float64{-0.2, 0.05, 0.001, -0.001, 0},
		K: [9]float64{f, 0, cx, 0, f, cy, 0, 0, 1}, R: [9]float64{1, 0, 0, 0, 1, 0, 0, 0, 1},
		P: [12]float64{f, 0, cx, 0, 0, f, cy, 0, 0, 0, 1, 0},
	}
}

// noise is a picture without two equal corners.
func noise(seed uint64, width, height int) *image.RGBA {
	r := rand.New(rand.NewPCG(seed, 7))
	m := image.NewRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			m.Set(x, y, color.RGBA{byte(x*3) + byte(r.IntN(40)), byte(y * 5), byte(seed*20) + byte(r.IntN(40)), 255})
		}
	}
	return m
}

// raw is a picture as an Image message in some encoding.
func raw(s float64, encoding string, m *image.RGBA) *sensor_msgs.Image {
	size := m.Bounds().Size()
	v := &sensor_msgs.Image{Header: datatest.Header(s, "camera"), Width: uint32(size.X), Height: uint32(size.Y), Encoding: encoding}
	for y := range size.Y {
		for x := range size.X {
			p := m.RGBAAt(x, y)
			switch encoding {
			case "bgr8":
				v.Data = append(v.Data, p.B, p.G, p.R)
			case "mono8":
				v.Data = append(v.Data, p.G)
			default:
				v.Data = append(v.Data, p.R, p.G, p.B)
			}
		}
	}
	v.Step = uint32(len(v.Data) / size.Y)
	return v
}

func compressed(t *testing.T, s float64, m *image.RGBA) *sensor_msgs.CompressedImage {
	var file bytes.Buffer
	if err := jpeg.Encode(&file, m, &jpeg.Options{Quality: 80}); err != nil {
		t.Fatal(err)
	}
	return &sensor_msgs.CompressedImage{Header: datatest.Header(s, "camera"), Format: "rgb8; jpeg compressed bgr8", Data: file.Bytes()}
}

// live gives a bag's messages to what observes for the policy, and takes an
// observation at each image, as the policy does.
func live(t *testing.T, dir string, o *observe.Observer, rectify bool) (seen []policy.Observation) {
	r, err := bag.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	now := time.Unix(1, 0)
	var last sensor_msgs.CameraInfo
	for m, err := range r.Messages() {
		if err != nil {
			t.Fatal(err)
		}
		must := func(err error) {
			if err != nil {
				t.Fatal(m.Topic, err)
			}
		}
		switch m.Type {
		case "sensor_msgs/msg/CameraInfo":
			must(msgs.Unmarshal(m.Data, &last))
			if rectify {
				must(o.Rectify(0, &last))
			}
		case "sensor_msgs/msg/Image":
			var v sensor_msgs.Image
			must(msgs.Unmarshal(m.Data, &v))
			_, err := o.Image(0, &v, now)
			must(err)
		case "sensor_msgs/msg/CompressedImage":
			var v sensor_msgs.CompressedImage
			must(msgs.Unmarshal(m.Data, &v))
			_, err := o.Compressed(0, &v, now)
			must(err)
		case "geometry_msgs/msg/PoseStamped":
			var v geometry_msgs.PoseStamped
			must(msgs.Unmarshal(m.Data, &v))
			o.Pose(&v, now)
		case "sensor_msgs/msg/JointState":
			var v sensor_msgs.JointState
			must(msgs.Unmarshal(m.Data, &v))
			o.Joints(&v, now)
		case "geometry_msgs/msg/TwistStamped": // the last message of a frame
			observation, err := o.Latest()
			must(err)
			seen = append(seen, observation)
		}
	}
	return seen
}

// What a model learned from is, bit for bit, what it gets when it runs.
func TestTrainingSeesWhatThePolicySees(t *testing.T) {
	for name, c := range map[string]struct {
		shoot   func(t *testing.T, s float64, i int) msgs.Message
		crop    [4]float64
		rectify bool
	}{
		"rgb8 of the model's size": {shoot: func(_ *testing.T, s float64, i int) msgs.Message { return raw(s, "rgb8", noise(uint64(i), 64, 64)) }},
		"rgb8 resized":             {shoot: func(_ *testing.T, s float64, i int) msgs.Message { return raw(s, "rgb8", noise(uint64(i), 160, 120)) }},
		"bgr8 cropped":             {shoot: func(_ *testing.T, s float64, i int) msgs.Message { return raw(s, "bgr8", noise(uint64(i), 161, 97)) }, crop: [4]float64{0.1, 0, 0.9, 0.77}},
		"mono8":                    {shoot: func(_ *testing.T, s float64, i int) msgs.Message { return raw(s, "mono8", noise(uint64(i), 100, 80)) }},
		"JPEG":                     {shoot: func(t *testing.T, s float64, i int) msgs.Message { return compressed(t, s, noise(uint64(i), 160, 120)) }},
		"JPEG rectified": {shoot: func(t *testing.T, s float64, i int) msgs.Message { return compressed(t, s, noise(uint64(i), 160, 120)) },
			rectify: true, crop: [4]float64{0.1, 0.1, 0.9, 0.9}},
	} {
		t.Run(name, func(t *testing.T) {
			p := datatest.New(t, "demo")
			p.Instruction("go")
			p.Start(0, "a")
			p.Write("/camera_info", lens(160, 120))
			const frames = 6
			for i := range frames {
				s := 1 + float64(i)/10
				m := c.shoot(t, s, i)
				topic := "/image"
				if m.TypeName() == "sensor_msgs/msg/CompressedImage" {
					topic = "/image/compressed"
				}
				p.Write(topic, m)
				p.Pose(s+0.007, 0.1*float64(i)+0.0123, 2.9+0.1*float64(i)) // near, not at the image's time
				p.Joints(s-0.005, 0.3+0.1*float64(i))
				p.Action(s, 0.1, 0)
				p.Gripper(1)
			}
			p.End(2, "a", true)
			dir := p.Close()
			crop := c.crop
			if crop == [4]float64{} {
				crop = [4]float64{0, 0, 1, 1}
			}
			contract := contract.Default()
			contract.Topics[0].Crop = crop
			if c.rectify {
				contract.Topics[0].CameraInfo = "/camera_info"
			}
			set, _, err := data.Open(t.Context(), []string{dir}, data.Options{Contract: contract})
			if err != nil {
				t.Fatal(err)
			}
			defer set.Close()
			o, err := observe.New(observe.Settings{
				Cameras: []spec.Camera{{Name: "image", Width: 64, Height: 64, Crop: crop}}, Proprio: []string{"x", "y", "z", "yaw", "gripper"},
				PoseTimeout: 50 * time.Millisecond, GripperJoints: []string{"left_finger_joint", "right_finger_joint"}, GripperTravel: 0.04,
			})
			if err != nil {
				t.Fatal(err)
			}
			seen := live(t, dir, o, c.rectify)
			if set.Len() != frames || len(seen) != frames {
				t.Fatalf("%d samples, %d observations", set.Len(), len(seen))
			}
			for i, live := range seen {
				sample := set.At(i)
				if live.Stamp.UnixNano() != sample.Time || !bytes.Equal(live.Images[0], sample.Image) || !slices.Equal(live.Proprio, sample.Proprio) {
					t.Errorf("frame %d: stamps %d and %d, same pixels %v, proprio %v and %v", i, live.Stamp.UnixNano(), sample.Time,
						bytes.Equal(live.Images[0], sample.Image), live.Proprio, sample.Proprio)
				}
			}
		})
	}
}
