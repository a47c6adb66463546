package calibcmd

import (
	"context"
	"fmt"

	"github.com/spf13/pflag"

	"hyt/calib/geom"
	"hyt/nodes/handpose"
)

// handFlags say where the hand's poses come from. The base's frame is the command's.
type handFlags struct {
	poses string
	arm   handpose.Source
}

func (f *handFlags) add(flags *pflag.FlagSet) {
	flags.StringVar(&f.poses, "poses", "", "CSV file with the hand's pose for each image")
	flags.StringVar(&f.arm.Topic, "pose-topic", "/ee_pose", "bag or live: topic of the hand's pose, geometry_msgs/PoseStamped, or /tf")
	flags.StringVar(&f.arm.Hand, "hand-frame", "tool0", "the hand: in /tf, and in what places a camera on it")
}

// recorded are the poses of a source that is not live.
func (f *handFlags) recorded(s source) (handPoses, error) {
	switch {
	case f.poses != "":
		return readPoses(f.poses)
	case s.film():
		return readTrack(s.paths[0], f.arm)
	}
	return nil, usagef("name the file with the hand's poses: --poses")
}

// liveHand is a hand that is listened to.
type liveHand struct {
	ctx context.Context // of the command
	*handpose.History
}

// at waits until the poses around an image are there, and is where the hand rested.
func (h liveHand) at(l look) (geom.Pose, error) {
	h.Await(h.ctx, l.stamp.Add(stillFor), poseWait)
	track, err := h.Track()
	if err != nil {
		return geom.Pose{}, err
	}
	return poseTrack(track).at(l)
}

// handStop is where the hand stands while all images of a source are taken.
type handStop struct {
	poses handPoses
	pose  geom.Pose
	known bool
}

// look refuses an image that was taken from elsewhere, and passes over one of which
// that is not known.
func (s *handStop) look(f frame) error {
	p, err := s.poses.at(look{name: f.name, stamp: f.stamp})
	if err != nil {
		return passError{fmt.Errorf("%s: %w", f.name, err)}
	}
	if !s.known {
		s.pose, s.known = p, true
	}
	if d := s.pose.Inv().Mul(p); d.T.Norm() > stillMetres || d.R.Angle() > stillRadians {
		return fmt.Errorf("%s: the hand has moved since the first image: measure tags from one stop", f.name)
	}
	return nil
}
