package handeye

import (
	"fmt"
	"strings"
	"time"

	"hyt/calib/geom"
	"hyt/msgs/builtin_interfaces"
	"hyt/msgs/geometry_msgs"
	"hyt/msgs/std_msgs"
)

// Frames are the names of what the transform joins.
type Frames struct {
	// Parent is the hand's frame (eye in hand), as tool0, or the base's, as base_link.
	Parent string
	// Camera is the camera's body frame: x forward, y left, z up, by REP-103. Its
	// optical frame is Optical, turned so that z looks forward.
	Camera, Optical string
}

// DefaultFrames returns the customary names for the mount.
func DefaultFrames(m Mount) Frames {
	f := Frames{Parent: "tool0", Camera: "camera_link", Optical: "camera_optical_frame"}
	if m == EyeToHand {
		f.Parent = "base_link"
	}
	return f
}

// Check returns nil when the names can be used in TF, else one sentence.
func (f Frames) Check() error {
	for _, n := range []string{f.Parent, f.Camera, f.Optical} {
		if n == "" || strings.HasPrefix(n, "/") || strings.ContainsAny(n, " \t\n\"<>&'") {
			return fmt.Errorf("frame name %q: TF wants a name without leading slash, spaces, quotes or brackets", n)
		}
	}
	if f.Parent == f.Camera || f.Camera == f.Optical || f.Parent == f.Optical {
		return fmt.Errorf("frames %s, %s and %s must have different names", f.Parent, f.Camera, f.Optical)
	}
	return nil
}

// Link is parentTlink: where the camera's body is, as opposed to its optical frame.
func (res *Result) Link() geom.Pose { return res.Camera.Mul(geom.Optical.Inv()) }

// Transforms returns the two static transforms that place the camera: parent to
// body, and body to optical frame.
func (res *Result) Transforms(f Frames, stamp time.Time) []geometry_msgs.TransformStamped {
	return f.Transforms(res.Camera, stamp)
}

// Transforms are those of a camera whose optical frame is at parentToptical.
func (f Frames) Transforms(camera geom.Pose, stamp time.Time) []geometry_msgs.TransformStamped {
	at := builtin_interfaces.Time{Sec: int32(stamp.Unix()), Nanosec: uint32(stamp.Nanosecond())}
	one := func(parent, child string, p geom.Pose) geometry_msgs.TransformStamped {
		return geometry_msgs.TransformStamped{
			Header:       std_msgs.Header{Stamp: at, FrameId: parent},
			ChildFrameId: child,
			Transform:    p.Message(),
		}
	}
	return []geometry_msgs.TransformStamped{one(f.Parent, f.Camera, camera.Mul(geom.Optical.Inv())), one(f.Camera, f.Optical, geom.Optical)}
}

// Launch returns nodes for a ROS 2 XML launch file that publish Transforms.
func (res *Result) Launch(f Frames) string {
	var b strings.Builder
	for _, t := range res.Transforms(f, time.Unix(0, 0)) {
		v, q := t.Transform.Translation, t.Transform.Rotation
		fmt.Fprintf(&b, "<node pkg=\"tf2_ros\" exec=\"static_transform_publisher\" name=\"%s_broadcaster\"\n", t.ChildFrameId)
		fmt.Fprintf(&b, "  args=\"--x %.6f --y %.6f --z %.6f --qx %.9f --qy %.9f --qz %.9f --qw %.9f --frame-id %s --child-frame-id %s\"/>\n",
			v.X, v.Y, v.Z, q.X, q.Y, q.Z, q.W, t.Header.FrameId, t.ChildFrameId)
	}
	return b.String()
}

// URDF returns the joints that hold the camera in a robot description.
func (res *Result) URDF(f Frames) string {
	var b strings.Builder
	for _, j := range []struct {
		parent, child string
		p             geom.Pose
	}{{f.Parent, f.Camera, res.Link()}, {f.Camera, f.Optical, geom.Optical}} {
		roll, pitch, yaw := j.p.R.RPY()
		fmt.Fprintf(&b, "<joint name=\"%s_joint\" type=\"fixed\">\n  <parent link=\"%s\"/>\n  <child link=\"%s\"/>\n", j.child, j.parent, j.child)
		fmt.Fprintf(&b, "  <origin xyz=\"%.6f %.6f %.6f\" rpy=\"%.9f %.9f %.9f\"/>\n</joint>\n", j.p.T[0], j.p.T[1], j.p.T[2], roll, pitch, yaw)
	}
	return b.String()
}
