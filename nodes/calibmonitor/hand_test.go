//go:build cgo && !noapriltag

package calibmonitor

import (
	"context"
	"errors"
	"image"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"hyt/calib/geom"
	"hyt/calib/mounted"
	"hyt/calib/photo"
	"hyt/msgs/builtin_interfaces"
	"hyt/nodes/node"
)

// mount is where calibration has the camera on the hand.
var mount = geom.Pose{R: geom.FromRPY(0.1, -0.1, 1.2), T: geom.Vec{0.05, 0.02, 0.03}}

// arm carries the camera.
type arm struct {
	mu   sync.Mutex
	pose geom.Pose // baseThand
	turn geom.Vec  // rad/s, since
	from time.Time
	mute bool
}

func (a *arm) Await(context.Context, time.Time, time.Duration) bool { return true }

func (a *arm) At(t time.Time) (geom.Pose, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.mute {
		return geom.Pose{}, errors.New("no pose of the hand came on ee_pose yet")
	}
	return geom.Pose{R: geom.Exp(a.turn.Scale(t.Sub(a.from).Seconds())).Mul(a.pose.R), T: a.pose.T}, nil
}

// stop puts the hand where the camera sees the sheet at camTsheet, turning on.
func (a *arm) stop(camTsheet geom.Pose, turn geom.Vec) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.pose, a.turn, a.from, a.mute = baseTsheet.Mul(camTsheet.Inv()).Mul(mount.Inv()), turn, time.Now(), false
}

// seenFrom is the sheet as a camera sees it that was knocked: turned about its y axis.
func seenFrom(camTsheet geom.Pose, knock float64) *image.Gray {
	s := photo.Scene{Camera: lens, Board: sheet, Pose: geom.Pose{R: geom.FromRPY(0, knock, 0)}.Mul(camTsheet), Black: 30, White: 210, Blur: 0.6, Noise: 2}
	return s.Take(rand.New(rand.NewPCG(1, 2)))
}

// carried is a monitor of a camera on the hand. show has it see an image for some seconds.
func carried(t *testing.T, test func(a *arm, show func(img *image.Gray, seconds int) (node.Level, string))) {
	t.Helper()
	a := &arm{}
	camera := &mounted.Camera{Lens: lens, Frame: "eye", Base: "base_link", OnHand: true, Hand: "tool0", Mount: mount}
	running(t, camera, a, func(m *Monitor) {
		test(a, func(img *image.Gray, seconds int) (node.Level, string) {
			for range 10 * seconds {
				msg := message(img)
				msg.Header.Stamp = builtin_interfaces.FromTime(time.Now())
				m.Image(msg)
				time.Sleep(time.Second / 10)
			}
			synctest.Wait()
			return m.summary()
		})
	})
}

// Places from which the camera sees the sheet, and one from which it does not.
var (
	near  = geom.Pose{R: geom.FromRPY(0.3, -0.2, 0.1), T: geom.Vec{-0.08, -0.02, 0.5}}
	aside = geom.Pose{R: geom.FromRPY(-0.2, 0.3, -0.4), T: geom.Vec{0.02, 0.01, 0.45}}
	off   = geom.Pose{R: geom.Identity, T: geom.Vec{3, 0, 0.5}}
)

func TestACameraOnTheHandIsWatchedWhereverItRests(t *testing.T) {
	const knock = 0.02 // about 6 px
	nearGood, asideGood, nothing := seenFrom(near, 0), seenFrom(aside, 0), seenFrom(off, 0)
	nearBad, asideBad := seenFrom(near, knock), seenFrom(aside, knock)
	carried(t, func(a *arm, show func(*image.Gray, int) (node.Level, string)) {
		for i, s := range []struct {
			at    geom.Pose
			img   *image.Gray
			level node.Level
			says  string
		}{
			{near, nearGood, node.OK, "all 2 tags are where calibration says"},
			{aside, asideGood, node.OK, "all 2 tags are where calibration says"},
			{off, nothing, node.OK, "tags 0, 1 are out of the camera's view here, which says nothing of the calibration"},
			{aside, asideBad, node.OK, ""}, // twice: a third look decides
			{near, nearBad, node.Warn, "tags 0, 1 are no longer where calibration says"},
			{off, nothing, node.Warn, "no longer"}, // what is known stands
			{aside, asideGood, node.Warn, "no longer"},
			{near, nearGood, node.OK, "all 2 tags are where calibration says"},
		} {
			a.stop(s.at, geom.Vec{})
			level, says := show(s.img, 2)
			if level != s.level || !strings.Contains(says, s.says) {
				t.Errorf("stop %d: level %d, %q; want %d, %q", i, level, says, s.level, s.says)
			}
		}
	})
}

func TestWhileTheHandMovesNothingIsJudged(t *testing.T) {
	carried(t, func(a *arm, show func(*image.Gray, int) (node.Level, string)) {
		img := seenFrom(near, 0.05) // wherever the tags are in it
		a.stop(near, geom.Vec{0, 0, 0.2})
		if level, says := show(img, 4); level != node.OK || says != "the hand moves: tags are looked at when it rests" {
			t.Errorf("moving: level %d, %q", level, says)
		}
		if level, says := show(img, 8); level != node.Warn || !strings.Contains(says, "the hand has moved for 12s whenever tags were to be looked at") {
			t.Errorf("moving for long: level %d, %q", level, says)
		}
		a.stop(near, geom.Vec{})
		if level, says := show(seenFrom(near, 0), 1); level != node.OK || !strings.Contains(says, "all 2 tags") {
			t.Errorf("resting: level %d, %q", level, says)
		}
	})
}

func TestAnUnknownPlaceOfTheHandIsSaid(t *testing.T) {
	carried(t, func(a *arm, show func(*image.Gray, int) (node.Level, string)) {
		a.stop(near, geom.Vec{})
		a.mute = true
		if level, says := show(seenFrom(near, 0), 1); level != node.Warn || !strings.Contains(says, "no pose of the hand came on ee_pose") {
			t.Errorf("level %d, %q", level, says)
		}
		a.stop(near, geom.Vec{0, 0, 0.2})
		if level, says := show(seenFrom(near, 0), 2); level != node.OK || says != "the hand moves: tags are looked at when it rests" {
			t.Errorf("known again: level %d, %q", level, says)
		}
	})
}

func TestNoImagesForLongIsSaid(t *testing.T) {
	carried(t, func(a *arm, show func(*image.Gray, int) (node.Level, string)) {
		a.stop(near, geom.Vec{})
		show(seenFrom(near, 0), 1)
		time.Sleep(20 * time.Second)
		if level, says := show(nil, 0); level != node.Warn || !strings.Contains(says, "no image was searched for tags for 21s") {
			t.Errorf("level %d, %q", level, says)
		}
	})
}
