package observe

import (
	"errors"
	"fmt"
	"image"
	"math"
	"sync"
	"time"

	"hyt/msgs/geometry_msgs"
	"hyt/msgs/imagemsg"
	"hyt/msgs/sensor_msgs"
	"hyt/policy"
	"hyt/policy/spec"
)

// Settings of an Observer.
type Settings struct {
	Cameras       []spec.Camera
	Proprio       []string // names, in the model's order
	PoseTimeout   time.Duration
	GripperJoints []string
	GripperTravel float64 // m, position of a gripper joint when fully open
}

// Observer turns messages into observations. Its methods may be called from any
// goroutine.
type Observer struct {
	settings Settings
	updated  chan struct{} // in: first camera; one token at most

	mu       sync.Mutex
	cameras  []camera
	poses    history[[6]float64] // x y z roll pitch yaw
	openings history[float64]
}

// camera is the newest good image and what was wrong with the newest bad one.
type camera struct {
	decoding sync.Mutex // guards decoder; taken before Observer.mu
	decoder  *imagemsg.Decoder
	view     *View // nil: none

	stamp  time.Time
	pixels []byte // replaced, never modified: observations share it
	fault  error  // of the newest message; nil when it was good
	bad    int64
}

// New checks that the node can give the model what it wants.
func New(s Settings) (*Observer, error) {
	if len(s.Cameras) == 0 {
		return nil, errors.New("the model's spec names no camera")
	}
	for _, name := range s.Proprio {
		if _, known := poseIndex[name]; !known && name != "gripper" {
			return nil, fmt.Errorf("the model wants proprio %q; this node knows x y z roll pitch yaw gripper", name)
		}
	}
	o := &Observer{settings: s, updated: make(chan struct{}, 1), cameras: make([]camera, len(s.Cameras))}
	for i, c := range s.Cameras {
		d, err := imagemsg.NewDecoder(c.Width, c.Height, c.Crop)
		if err != nil {
			return nil, fmt.Errorf("camera %s of the model: %w", c.Name, err)
		}
		o.cameras[i].decoder = d
	}
	return o, nil
}

var poseIndex = map[string]int{"x": 0, "y": 1, "z": 2, "roll": 3, "pitch": 4, "yaw": 5}

// NeedsPose says whether the model takes any part of ee_pose.
func (o *Observer) NeedsPose() bool {
	for _, name := range o.settings.Proprio {
		if _, ok := poseIndex[name]; ok {
			return true
		}
	}
	return false
}

// NeedsGripper says whether the model takes the gripper's opening.
func (o *Observer) NeedsGripper() bool {
	for _, name := range o.settings.Proprio {
		if name == "gripper" {
			return true
		}
	}
	return false
}

// Updated receives when the first camera has a new good image.
func (o *Observer) Updated() <-chan struct{} { return o.updated }

// Image takes an image of the i-th camera. A bad one is not used; the error says
// what is wrong with it. stamp is when it was taken; now stands in for messages
// without a stamp.
func (o *Observer) Image(i int, m *sensor_msgs.Image, now time.Time) (stamp time.Time, err error) {
	return o.saw(i, stampOr(m.Header.Stamp, now), func() image.Point { return sizeOf(m) },
		func(d *imagemsg.Decoder, pixels []byte) error { return d.Image(m, pixels) })
}

// Compressed is Image for JPEG and PNG.
func (o *Observer) Compressed(i int, m *sensor_msgs.CompressedImage, now time.Time) (stamp time.Time, err error) {
	return o.saw(i, stampOr(m.Header.Stamp, now), func() image.Point { return compressedSize(m) },
		func(d *imagemsg.Decoder, pixels []byte) error { return d.Compressed(m, pixels) })
}

// Rectify makes the i-th camera's images lose what its lens does to them. After an
// error they are used as before.
func (o *Observer) Rectify(i int, m *sensor_msgs.CameraInfo) error {
	cam := &o.cameras[i]
	cam.decoding.Lock()
	defer cam.decoding.Unlock()
	err := cam.decoder.Rectify(m)
	if err == nil {
		cam.view.rectify(m)
	}
	return err
}

func (o *Observer) saw(i int, stamp time.Time, size func() image.Point, decode func(*imagemsg.Decoder, []byte) error) (time.Time, error) {
	c, cam := o.settings.Cameras[i], &o.cameras[i]
	pixels := make([]byte, c.Width*c.Height*3)
	cam.decoding.Lock()
	defer cam.decoding.Unlock()
	err := decode(cam.decoder, pixels)
	if err == nil {
		cam.view.see(stamp, size, c.Crop, decode)
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if cam.fault = err; err != nil {
		cam.bad++
		return stamp, err
	}
	cam.stamp, cam.pixels = stamp, pixels
	if i == 0 {
		select {
		case o.updated <- struct{}{}:
		default:
		}
	}
	return stamp, nil
}

// Pose takes the end effector's measured pose in base_link.
func (o *Observer) Pose(m *geometry_msgs.PoseStamped, now time.Time) (stamp time.Time, position [3]float64) {
	p, q := m.Pose.Position, m.Pose.Orientation
	roll, pitch, yaw := angles(q.X, q.Y, q.Z, q.W)
	stamp = stampOr(m.Header.Stamp, now)
	o.mu.Lock()
	defer o.mu.Unlock()
	o.poses.add(stamp, [6]float64{p.X, p.Y, p.Z, roll, pitch, yaw})
	return stamp, [3]float64{p.X, p.Y, p.Z}
}

// Joints takes joint_states. Messages without the gripper's joints are ignored:
// several nodes may publish there.
func (o *Observer) Joints(m *sensor_msgs.JointState, now time.Time) {
	sum, found := 0.0, 0
	for i, name := range m.Name {
		for _, want := range o.settings.GripperJoints {
			if name == want && i < len(m.Position) {
				sum += m.Position[i]
				found++
			}
		}
	}
	if found == 0 || found != len(o.settings.GripperJoints) {
		return
	}
	opening := min(1, max(0, sum/float64(found)/o.settings.GripperTravel))
	o.mu.Lock()
	defer o.mu.Unlock()
	o.openings.add(stampOr(m.Header.Stamp, now), opening)
}

// Latest is the newest observation, or what is missing for one. Its images are
// shared and must not be modified.
func (o *Observer) Latest() (policy.Observation, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	obs := policy.Observation{Stamp: o.cameras[0].stamp}
	for i := range o.cameras {
		c := &o.cameras[i]
		if c.pixels == nil {
			return obs, errors.Join(fmt.Errorf("no usable image on %s yet", Topic(i, o.settings.Cameras[i].Name)), c.fault)
		}
		obs.Images = append(obs.Images, c.pixels)
	}
	obs.Proprio = make([]float32, len(o.settings.Proprio))
	for i, name := range o.settings.Proprio {
		v, err := o.proprio(name, obs.Stamp)
		if err != nil {
			return obs, err
		}
		obs.Proprio[i] = float32(v)
	}
	return obs, nil
}

func (o *Observer) proprio(name string, at time.Time) (float64, error) {
	if name == "gripper" {
		opening, age, ok := o.openings.nearest(at)
		if !ok || age > o.settings.PoseTimeout {
			return 0, fmt.Errorf("the model takes the gripper's opening, and no joint_states with %v came within %v of the image",
				o.settings.GripperJoints, o.settings.PoseTimeout)
		}
		return opening, nil
	}
	pose, age, ok := o.poses.nearest(at)
	if !ok || age > o.settings.PoseTimeout {
		return 0, fmt.Errorf("the model takes the end effector's pose, and no ee_pose came within %v of the image", o.settings.PoseTimeout)
	}
	v := pose[poseIndex[name]]
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return 0, errors.New("ee_pose holds a value that is not a finite number")
	}
	return v, nil
}

// Fault is how many bad images came since the start, and what is wrong with the
// newest image of any camera; nil when nothing is.
func (o *Observer) Fault() (bad int64, fault error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for i := range o.cameras {
		c := &o.cameras[i]
		bad += c.bad
		if c.fault != nil && fault == nil {
			fault = fmt.Errorf("%s: %w", Topic(i, o.settings.Cameras[i].Name), c.fault)
		}
	}
	return bad, fault
}

// Topic is the relative name that the i-th camera's images come on.
func Topic(i int, camera string) string {
	if i == 0 {
		return "image"
	}
	return "image_" + camera
}
