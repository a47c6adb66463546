package observe

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hyt/msgs/builtin_interfaces"
	"hyt/msgs/geometry_msgs"
	"hyt/msgs/sensor_msgs"
	"hyt/policy/spec"
)

var epoch = time.Unix(1000, 0)

func settings() Settings {
	return Settings{
		Cameras:     []spec.Camera{{Name: "overhead", Width: 1, Height: 1, Crop: [4]float64{0, 0, 1, 1}}},
		Proprio:     []string{"x", "y", "z", "yaw", "gripper"},
		PoseTimeout: 300 * time.Millisecond, GripperJoints: []string{"l", "r"}, GripperTravel: 0.04,
	}
}

func plain(at time.Time, value byte) *sensor_msgs.Image {
	m := &sensor_msgs.Image{Height: 1, Width: 1, Encoding: "rgb8", Step: 3, Data: []byte{value, value, value}}
	m.Header.Stamp = builtin_interfaces.FromTime(at)
	return m
}

func pose(at time.Time, x, yaw float64) *geometry_msgs.PoseStamped {
	m := &geometry_msgs.PoseStamped{}
	m.Header.Stamp = builtin_interfaces.FromTime(at)
	m.Pose.Position = geometry_msgs.Point{X: x, Y: 2, Z: 3}
	m.Pose.Orientation = geometry_msgs.Quaternion{Z: math.Sin(yaw / 2), W: math.Cos(yaw / 2)}
	return m
}

func joints(at time.Time, names []string, positions ...float64) *sensor_msgs.JointState {
	m := &sensor_msgs.JointState{Name: names, Position: positions}
	m.Header.Stamp = builtin_interfaces.FromTime(at)
	return m
}

func newObserver(t *testing.T) *Observer {
	t.Helper()
	o, err := New(settings())
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func TestImagesArePairedWithTheStateAtTheirTime(t *testing.T) {
	o := newObserver(t)
	for i := range 40 { // the robot's state at 50 Hz, before and after the image
		at := epoch.Add(time.Duration(i-20) * 20 * time.Millisecond)
		o.Pose(pose(at, float64(i), 0.5), at)
		o.Joints(joints(at, []string{"other", "l", "r"}, 9, 0.01, 0.03), at)
	}
	if _, err := o.Image(0, plain(epoch, 7), epoch); err != nil {
		t.Fatal(err)
	}
	got, err := o.Latest()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]float32{20, 2, 3, 0.5, 0.5}, got.Proprio); diff != "" {
		t.Error(diff)
	}
	if !got.Stamp.Equal(epoch) || got.Images[0][0] != 7 {
		t.Errorf("%v, %v", got.Stamp, got.Images)
	}
}

func TestObservationsKeepTheirPixels(t *testing.T) {
	s := settings()
	s.Proprio = nil
	o, err := New(s)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = o.Image(0, plain(epoch, 1), epoch)
	first, _ := o.Latest()
	_, _ = o.Image(0, plain(epoch.Add(time.Second), 2), epoch)
	if first.Images[0][0] != 1 {
		t.Error("a new image changed an observation that was handed out")
	}
}

func TestWhatIsMissingIsSaid(t *testing.T) {
	late := epoch.Add(time.Second)
	fingers := joints(epoch, []string{"l", "r"}, 0.04, 0.04)
	tests := []struct {
		name string
		feed func(*Observer)
		want string
	}{
		{"nothing", func(*Observer) {}, "no usable image on image yet"},
		{"a bad image", func(o *Observer) {
			bad := plain(epoch, 1)
			bad.Encoding = "16UC1"
			_, _ = o.Image(0, bad, epoch)
		}, `image encoding "16UC1" is not supported`},
		{"no pose", func(o *Observer) { _, _ = o.Image(0, plain(epoch, 1), epoch) }, "no ee_pose came within 300ms"},
		{"an old pose", func(o *Observer) {
			o.Pose(pose(epoch, 1, 0), epoch)
			_, _ = o.Image(0, plain(late, 1), late)
		}, "no ee_pose came within 300ms"},
		{"a pose that is not a number", func(o *Observer) {
			o.Pose(pose(epoch, math.NaN(), 0), epoch)
			_, _ = o.Image(0, plain(epoch, 1), epoch)
		}, "not a finite number"},
		{"other joints only", func(o *Observer) {
			o.Pose(pose(epoch, 1, 0), epoch)
			o.Joints(joints(epoch, []string{"l"}, 0.04), epoch)
			o.Joints(joints(epoch, []string{"l", "r"}, 0.04), epoch) // positions are missing
			_, _ = o.Image(0, plain(epoch, 1), epoch)
		}, "no joint_states with [l r]"},
		{"all there", func(o *Observer) {
			o.Pose(pose(epoch, 1, 0), epoch)
			o.Joints(fingers, epoch)
			_, _ = o.Image(0, plain(epoch, 1), epoch)
		}, ""},
	}
	for _, tt := range tests {
		o := newObserver(t)
		tt.feed(o)
		_, err := o.Latest()
		if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
			t.Errorf("%s: %v, want %q", tt.name, err, tt.want)
		}
	}
}

func TestBadImagesAreCountedAndForgottenWithTheNextGoodOne(t *testing.T) {
	o := newObserver(t)
	bad := plain(epoch, 1)
	bad.Data = bad.Data[:1]
	for range 3 {
		_, _ = o.Image(0, bad, epoch)
	}
	if n, fault := o.Fault(); fault == nil || n != 3 {
		t.Errorf("%v, %d", fault, n)
	}
	_, _ = o.Image(0, plain(epoch, 1), epoch)
	if n, fault := o.Fault(); fault != nil || n != 3 {
		t.Errorf("%v, %d", fault, n)
	}
}

func TestMessagesWithoutAStampCountAsOfNow(t *testing.T) {
	o := newObserver(t)
	stamp, err := o.Image(0, &sensor_msgs.Image{Height: 1, Width: 1, Encoding: "rgb8", Step: 3, Data: make([]byte, 3)}, epoch)
	if err != nil || !stamp.Equal(epoch) {
		t.Errorf("%v, %v", stamp, err)
	}
}

func TestAnglesOfQuaternions(t *testing.T) {
	for _, want := range [][3]float64{{0, 0, 0}, {0.3, 0, 0}, {0, -0.4, 0}, {0, 0, 3}, {0.1, 0.2, -0.3}} {
		cr, sr := math.Cos(want[0]/2), math.Sin(want[0]/2)
		cp, sp := math.Cos(want[1]/2), math.Sin(want[1]/2)
		cy, sy := math.Cos(want[2]/2), math.Sin(want[2]/2)
		roll, pitch, yaw := angles(sr*cp*cy-cr*sp*sy, cr*sp*cy+sr*cp*sy, cr*cp*sy-sr*sp*cy, cr*cp*cy+sr*sp*sy)
		for i, got := range []float64{roll, pitch, yaw} {
			if math.Abs(got-want[i]) > 1e-12 {
				t.Errorf("got %v %v %v, want %v", roll, pitch, yaw, want)
				break
			}
		}
	}
	if _, _, yaw := angles(0, 0, 0, 0); yaw != 0 {
		t.Errorf("the zero quaternion turns by %v", yaw)
	}
}

func TestModelsThatWantMoreAreRefused(t *testing.T) {
	s := settings()
	s.Proprio = []string{"x", "wrist_torque"}
	if _, err := New(s); err == nil || !strings.Contains(err.Error(), `"wrist_torque"`) {
		t.Errorf("got %v", err)
	}
	s = settings()
	s.Cameras = nil
	if _, err := New(s); err == nil {
		t.Error("took a model without cameras")
	}
}

func TestMeansHold(t *testing.T) {
	for text, want := range map[string]bool{"": true, "stop": true, "STOP": true, "stop the red cube": false, "touch": false} {
		if got := MeansHold(text); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
}
