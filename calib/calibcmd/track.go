package calibcmd

import (
	"fmt"
	"slices"

	"hyt/msgs"
	"hyt/msgs/bag"
	"hyt/msgs/geometry_msgs"
	"hyt/msgs/tf2_msgs"
	"hyt/nodes/handpose"
)

const (
	poseType = "geometry_msgs/msg/PoseStamped"
	tfType   = "tf2_msgs/msg/TFMessage"
)

// readTrack reads the hand's poses from a bag.
func readTrack(file string, h handpose.Source) (poseTrack, error) {
	r, err := bag.Open(file)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	info, ok := r.Topic(h.Topic)
	if !ok || info.Type != poseType && info.Type != tfType {
		return nil, fmt.Errorf("the bag has no %s and no %s on %s: name the hand's pose with --pose-topic", poseType, tfType, h.Topic)
	}
	f := handpose.NewFollower(h)
	// Links that never move are told once, maybe after the first that move.
	if _, ok := r.Topic("/tf_static"); ok && info.Type == tfType {
		for m, err := range r.Messages("/tf_static") {
			if err != nil {
				continue
			}
			if _, _, err := read(f, m); err != nil {
				return nil, err
			}
		}
	}
	var t poseTrack
	for m, err := range r.Messages(h.Topic) {
		if err != nil {
			continue // damage: images near it find no pose, and say so
		}
		p, ok, err := read(f, m)
		if err != nil {
			return nil, fmt.Errorf("%s at %s: %w", h.Topic, stampName(m.LogTime), err)
		}
		if ok {
			t = append(t, p)
		}
	}
	if len(t) == 0 {
		return nil, fmt.Errorf("%s never connects frame %q with %q; it has %s: name them with --base-frame and --hand-frame", h.Topic, h.Base, h.Hand, f.Frames())
	}
	slices.SortStableFunc(t, func(a, b handpose.Point) int { return a.Compare(b.Stamp) })
	return t, nil
}

// read takes a message of either type.
func read(f *handpose.Follower, m bag.Message) (handpose.Point, bool, error) {
	if m.Type == tfType {
		var t tf2_msgs.TFMessage
		if err := msgs.Unmarshal(m.Data, &t); err != nil {
			return handpose.Point{}, false, err
		}
		return f.Transforms(&t)
	}
	p := geometry_msgs.NewPoseStamped()
	if err := msgs.Unmarshal(m.Data, p); err != nil {
		return handpose.Point{}, false, err
	}
	point, err := f.Pose(p)
	return point, err == nil, err
}
