package calibcmd

import (
	"context"
	"fmt"
	"io"
	"math"
	"time"

	"hyt/calib/geom"
	"hyt/calib/handeye"
	"hyt/calib/target"
	"hyt/nodes/handpose"
)

const (
	// A stop counts that is this far from all others, one way or the other.
	stopMetres, stopRadians = 0.02, 5 * math.Pi / 180
	// poseWait is how long the poses after an image are waited for.
	poseWait = time.Second
)

// watchStops takes the arm's stops until they determine the mount, or until ctx is
// done: what was taken then counts.
func (f *handeyeFlags) watchStops(ctx context.Context, b target.Board, o handeye.Options, out io.Writer) ([]look, handPoses, error) {
	n, end, err := f.openNode()
	if err != nil {
		return nil, nil, err
	}
	defer end()
	images, err := newTap(n, f.topic)
	if err != nil {
		return nil, nil, err
	}
	heard, err := handpose.Listen(n, f.arm)
	if err != nil {
		return nil, nil, err
	}
	hand := liveHand{ctx, heard}
	fmt.Fprintf(out, "looking at %s for a %s, and for the hand on %s; Ctrl-C ends and calibrates\n", f.topic, b, f.arm.Topic)
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
		pose, err := hand.at(l)
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
