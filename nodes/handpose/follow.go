// Package handpose knows where a robot's hand was when an image was taken, from what
// the robot tells of it: geometry_msgs/PoseStamped, or the transforms of /tf.
package handpose

import (
	"fmt"
	"path"
	"strings"
	"time"

	"hyt/calib/geom"
	"hyt/calib/tf"
	"hyt/msgs/geometry_msgs"
	"hyt/msgs/tf2_msgs"
)

// Source is where the hand's poses come from: a topic of poses, or of transforms and
// the two frames that count.
type Source struct {
	Topic      string // transforms when its last element is tf
	Base, Hand string // frames; without Base, poses in any frame are taken
}

// isTF tells by its name whether a topic carries transforms.
func (s Source) isTF() bool { return path.Base(s.Topic) == "tf" }

// Point is where the hand was at a time.
type Point struct {
	Stamp time.Time
	Pose  geom.Pose // baseThand
}

// Compare orders points by time, for searches.
func (p Point) Compare(t time.Time) int { return p.Stamp.Compare(t) }

// Follower turns messages into points. It is not safe for concurrent use.
type Follower struct {
	Source
	tree tf.Tree
}

// NewFollower has heard nothing yet.
func NewFollower(s Source) *Follower { return &Follower{s, tf.NewTree()} }

// Frames lists the transforms that were heard, for errors.
func (f *Follower) Frames() string { return f.tree.String() }

// Pose takes a pose of the hand. One that names no frame is in Base.
func (f *Follower) Pose(m *geometry_msgs.PoseStamped) (Point, error) {
	p, err := geom.FromPoseMessage(m.Pose)
	if frame := strings.TrimPrefix(m.Header.FrameId, "/"); err == nil && frame != "" && f.Base != "" && frame != f.Base {
		err = fmt.Errorf("it is told in frame %q, not in %q: name the right base frame", frame, f.Base)
	}
	return Point{m.Header.Stamp.AsTime(), p}, err
}

// Transforms returns where the hand is once the frames are connected; ok is false for
// messages that say nothing of it.
func (f *Follower) Transforms(m *tf2_msgs.TFMessage) (p Point, ok bool, err error) {
	told, err := f.tree.Update(m, f.Base, f.Hand)
	if err != nil || !told || len(m.Transforms) == 0 {
		return p, false, err
	}
	pose, err := f.tree.Lookup(f.Base, f.Hand)
	if err != nil {
		return p, false, nil // a part of the arm is still to come
	}
	p.Pose = pose
	for _, t := range m.Transforms {
		if at := t.Header.Stamp.AsTime(); at.After(p.Stamp) {
			p.Stamp = at
		}
	}
	return p, true, nil
}
