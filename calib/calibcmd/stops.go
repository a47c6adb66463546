package calibcmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"sync"
	"time"

	"hyt/calib/geom"
	"hyt/calib/handeye"
	"hyt/calib/target"
	"hyt/msgs/bus"
	"hyt/msgs/geometry_msgs"
	"hyt/msgs/tf2_msgs"
	"hyt/nodes/node"
)

const (
	// A stop counts that is this far from all others, one way or the other.
	stopMetres, stopRadians = 0.02, 5 * math.Pi / 180
	// trackFor is how much of the hand's way is kept.
	trackFor = 5 * time.Second
	// poseWait is how long the poses after an image are waited for.
	poseWait = time.Second
)

// liveTrack is the hand's way up to now.
type liveTrack struct {
	follower
	mu    sync.Mutex
	track poseTrack
	fault error
}

func (l *liveTrack) add(p trackPoint, ok bool, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.fault = err; err != nil || !ok {
		return
	}
	// Poses come in order but for rare ones.
	at, _ := slices.BinarySearchFunc(l.track, p.stamp, trackPoint.compare)
	l.track = slices.Insert(l.track, at, p)
	if old := l.track[len(l.track)-1].stamp.Add(-trackFor); l.track[0].stamp.Before(old) {
		n, _ := slices.BinarySearchFunc(l.track, old, trackPoint.compare)
		l.track = slices.Delete(l.track, 0, n)
	}
}

// at waits until the poses around an image are there.
func (l *liveTrack) at(ctx context.Context, k look) (geom.Pose, error) {
	for end := time.Now().Add(poseWait); ; {
		l.mu.Lock()
		there := len(l.track) > 0 && l.track[len(l.track)-1].stamp.After(k.stamp.Add(stillFor))
		p, err := l.track.at(k)
		if l.fault != nil {
			err = l.fault
		}
		l.mu.Unlock()
		if there || err == nil || ctx.Err() != nil || time.Now().After(end) {
			return p, err
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// listen subscribes to the hand's topic.
func (l *liveTrack) listen(n *node.Node) error {
	if !l.isTF() {
		_, err := node.Subscribe(n, l.name, bus.SensorData(), func(m *geometry_msgs.PoseStamped) {
			p, err := l.pose(m)
			l.add(p, true, err)
		})
		return err
	}
	var mu sync.Mutex // static and moving frames come on two goroutines
	hear := func(m *tf2_msgs.TFMessage) {
		mu.Lock()
		defer mu.Unlock()
		l.add(l.transforms(m))
	}
	_, moving := node.Subscribe(n, l.name, bus.QoS{Depth: 100}, hear)
	_, static := node.Subscribe(n, "/tf_static", bus.Latched(100), hear)
	return errors.Join(moving, static)
}

// watchStops takes the arm's stops until they determine the mount, or until ctx is
// done: what was taken then counts.
func (f *handeyeFlags) watchStops(ctx context.Context, b target.Board, o handeye.Options, out io.Writer) ([]look, handPoses, error) {
	n, end, err := f.openNode()
	if err != nil {
		return nil, nil, err
	}
	defer end()
	hand := &liveTrack{follower: *newFollower(f.arm)}
	images, err := newTap(n, f.topic)
	if err == nil {
		err = hand.listen(n)
	}
	if err != nil {
		return nil, nil, err
	}
	fmt.Fprintf(out, "looking at %s for a %s, and for the hand on %s; Ctrl-C ends and calibrates\n", f.topic, b, f.arm.name)
	var looks []look
	poses := poseTable{}
	said := teller{out: out}
	for {
		frame, ok := images.patient(ctx, f.topic, out)
		if !ok {
			return looks, poses, nil
		}
		l, err := lookAtOne(frame, nil, b)
		if err != nil {
			return nil, nil, err
		}
		l.image = nil
		if l.reason != "" {
			said.hint(l.reason)
			continue
		}
		pose, err := hand.at(ctx, l)
		switch {
		case ctx.Err() != nil:
			return looks, poses, nil
		case err != nil:
			said.hint(err.Error())
			continue
		case !poses.news(pose):
			said.hint("move the arm to another stop")
			continue
		}
		looks, poses[l.name] = append(looks, l), pose
		missing := f.missing(pair(looks, poses), o)
		said.say(fmt.Sprintf("stop %d taken; missing: %s", len(looks), missing))
		if missing == nothing {
			return looks, poses, nil
		}
	}
}

// news says whether a pose is far from all that are there.
func (t poseTable) news(p geom.Pose) bool {
	for _, q := range t {
		if d := q.Inv().Mul(p); d.T.Norm() < stopMetres && d.R.Angle() < stopRadians {
			return false
		}
	}
	return true
}

const nothing = "nothing"

// missing says what the stops lack.
func (f *handeyeFlags) missing(samples []handeye.Sample, o handeye.Options) string {
	_, err := handeye.Solve(samples, o)
	switch n := f.stops - len(samples); {
	case len(samples) >= handeye.MinSamples && err != nil:
		return err.Error()
	case n > 0:
		return fmt.Sprintf("%d more stops", n)
	}
	return nothing
}
