package calibcmd

import (
	"fmt"
	"path"
	"slices"

	"hyt/calib/geom"
	"hyt/calib/tf"
	"hyt/msgs"
	"hyt/msgs/bag"
	"hyt/msgs/geometry_msgs"
	"hyt/msgs/tf2_msgs"
)

const (
	poseType = "geometry_msgs/msg/PoseStamped"
	tfType   = "tf2_msgs/msg/TFMessage"
)

// handTopic is where the hand's poses come from: a topic of poses, or of transforms
// and the two frames that count.
type handTopic struct {
	name       string
	base, hand string
}

// isTF tells by its name whether a live topic carries transforms.
func (h handTopic) isTF() bool { return path.Base(h.name) == "tf" }

// follower turns messages into points of a track.
type follower struct {
	handTopic
	tree tf.Tree
}

func newFollower(h handTopic) *follower { return &follower{h, tf.NewTree()} }

func (f *follower) pose(m *geometry_msgs.PoseStamped) (trackPoint, error) {
	p, err := geom.FromPoseMessage(m.Pose)
	return trackPoint{m.Header.Stamp.AsTime(), p}, err
}

// transforms returns where the hand is once the frames are connected; ok is false for
// messages that say nothing of it.
func (f *follower) transforms(m *tf2_msgs.TFMessage) (p trackPoint, ok bool, err error) {
	told, err := f.tree.Update(m, f.base, f.hand)
	if err != nil || !told || len(m.Transforms) == 0 {
		return p, false, err
	}
	pose, err := f.tree.Lookup(f.base, f.hand)
	if err != nil {
		return p, false, nil // a part of the arm is still to come
	}
	p.pose = pose
	for _, t := range m.Transforms {
		if at := t.Header.Stamp.AsTime(); at.After(p.stamp) {
			p.stamp = at
		}
	}
	return p, true, nil
}

// readTrack reads the hand's poses from a bag.
func readTrack(file string, h handTopic) (poseTrack, error) {
	r, err := bag.Open(file)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	info, ok := r.Topic(h.name)
	if !ok || info.Type != poseType && info.Type != tfType {
		return nil, fmt.Errorf("the bag has no %s and no %s on %s: name the hand's pose with --pose-topic", poseType, tfType, h.name)
	}
	f := newFollower(h)
	// Links that never move are told once, maybe after the first that move.
	if _, ok := r.Topic("/tf_static"); ok && info.Type == tfType {
		for m, err := range r.Messages("/tf_static") {
			if err != nil {
				continue
			}
			if _, _, err := f.read(m); err != nil {
				return nil, err
			}
		}
	}
	var t poseTrack
	for m, err := range r.Messages(h.name) {
		if err != nil {
			continue // damage: images near it find no pose, and say so
		}
		p, ok, err := f.read(m)
		if err != nil {
			return nil, fmt.Errorf("%s at %s: %w", h.name, stampName(m.LogTime), err)
		}
		if ok {
			t = append(t, p)
		}
	}
	if len(t) == 0 {
		return nil, fmt.Errorf("%s never connects frame %q with %q; it has %s: name them with --base-frame and --hand-frame", h.name, h.base, h.hand, f.tree)
	}
	slices.SortStableFunc(t, func(a, b trackPoint) int { return a.stamp.Compare(b.stamp) })
	return t, nil
}

// read takes a message of either type.
func (f *follower) read(m bag.Message) (trackPoint, bool, error) {
	if m.Type == tfType {
		var t tf2_msgs.TFMessage
		if err := msgs.Unmarshal(m.Data, &t); err != nil {
			return trackPoint{}, false, err
		}
		return f.transforms(&t)
	}
	p := geometry_msgs.NewPoseStamped()
	if err := msgs.Unmarshal(m.Data, p); err != nil {
		return trackPoint{}, false, err
	}
	point, err := f.pose(p)
	return point, err == nil, err
}
