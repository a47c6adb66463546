package calibmonitor

import (
	"context"
	"errors"
	"math"
	"time"

	"hyt/calib/mounted"
)

const (
	// unsure is how far the clocks of the camera and of the robot may be apart.
	unsure = 50 * time.Millisecond
	// poseWait is how long the poses after an image are waited for.
	poseWait = 500 * time.Millisecond
)

// errMoving says that an image cannot be judged.
var errMoving = errors.New("the hand moves")

// resting is a camera on the hand as it was when the image that waits was taken.
// errMoving: within the time that is not sure, a tag moves in the image by more than
// half of what it may be off.
func (m *Monitor) resting(ctx context.Context) (*mounted.Camera, error) {
	o := m.options
	o.Hand.Await(ctx, m.stamp.Add(unsure), poseWait)
	at := func(d time.Duration) (*mounted.Camera, error) {
		hand, err := o.Hand.At(m.stamp.Add(d))
		if err != nil {
			return nil, err
		}
		return o.Camera.At(hand), nil
	}
	before, err := at(-unsure)
	if err != nil {
		return nil, err
	}
	after, err := at(unsure)
	if err != nil {
		return nil, err
	}
	if shift(o.Tags, before, after) > o.Threshold/2 {
		return nil, errMoving
	}
	return at(0)
}

// shift is how far a tag's corner moves in the image at most, in pixels, while the
// camera goes from a to b. What neither sees does not count.
func shift(tags []mounted.Tag, a, b *mounted.Camera) (most float64) {
	for _, t := range tags {
		for _, p := range t.Corners {
			pa, seenA := a.See(p)
			pb, seenB := b.See(p)
			if seenA || seenB {
				most = max(most, math.Hypot(pa.X-pb.X, pa.Y-pb.Y))
			}
		}
	}
	return most
}
