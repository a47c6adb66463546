package calibmonitor

import (
	"fmt"
	"math"
	"strings"
	"time"

	"hyt/calib/apriltag"
	"hyt/calib/mounted"
	"hyt/calib/view"
)

const (
	// inARow is how many looks must agree before a tag is called moved, or back: one
	// may be blurred by a shock.
	inARow = 3
	// calm is the part of the threshold below which a moved tag counts as back. Between
	// the two it stays what it was.
	calm = 0.6
)

// mark is one tag and what the looks said of it.
type mark struct {
	id     int
	want   [4]view.Point2
	away   bool    // a camera on the hand: out of its view in the last look
	off    float64 // pixels, at the last sight; RMS over its corners
	seen   bool    // in the last look
	sights int
	moved  bool
	streak int // looks in a row that speak for the other state
}

// see takes a sight of the tag.
func (m *mark) see(corners [4]view.Point2, threshold float64) {
	var sum float64
	for i, p := range corners {
		sum += (p.X-m.want[i].X)*(p.X-m.want[i].X) + (p.Y-m.want[i].Y)*(p.Y-m.want[i].Y)
	}
	m.off, m.seen = math.Sqrt(sum/4), true
	m.sights++
	if other := m.off > threshold; m.moved {
		m.count(m.off < calm*threshold)
	} else {
		m.count(other)
	}
}

func (m *mark) count(other bool) {
	if !other {
		m.streak = 0
	} else if m.streak++; m.streak == inARow {
		m.moved, m.streak = !m.moved, 0
	}
}

// judge decides from look to look. A tag that is hidden says nothing: what was
// decided about it stands.
type judge struct {
	threshold float64 // pixels
	timeout   time.Duration
	marks     []mark
	looks     int
	lastSight time.Time // of any tag; at first, when watching began
	twice     []int     // ids that the last look had more than once
	moving    bool      // a camera on the hand: it moved when it was last to look
}

// aim says where tags are to be seen by a camera that has moved with the hand. While
// none is to be seen, no sight is missed.
func (j *judge) aim(c *mounted.Camera, tags []mounted.Tag, now time.Time) {
	j.moving = false
	none := true
	for i, t := range tags {
		m := &j.marks[i]
		var err error
		m.want, err = c.SeeTag(t)
		m.away = err != nil
		none = none && m.away
	}
	if none {
		j.lastSight = now
	}
}

// look takes what one image shows.
func (j *judge) look(tags []apriltag.Tag, now time.Time) {
	j.looks++
	once, twice := apriltag.Unique(tags)
	j.twice = j.twice[:0]
	for i := range j.marks {
		m := &j.marks[i]
		m.seen = false
		for _, t := range once {
			if t.ID == m.id && !m.away {
				m.see(t.Corners, j.threshold)
				j.lastSight = now
			}
		}
		for _, id := range twice {
			if id == m.id {
				j.twice = append(j.twice, id)
			}
		}
	}
}

// verdict is what the looks come to. A warning says what to do.
func (j *judge) verdict(now time.Time) (warn bool, sentence string) {
	var moved, hidden, still, away []string
	worst := 0.0
	for _, m := range j.marks {
		name := fmt.Sprint(m.id)
		switch {
		case m.moved:
			moved, worst = append(moved, name), max(worst, m.off)
		case m.seen:
			still = append(still, name)
		case m.away:
			away = append(away, name)
		default:
			hidden = append(hidden, name)
		}
	}
	switch {
	case len(moved) > 0 && len(still) > 0:
		return true, fmt.Sprintf("%s no longer where calibration says (%.1f px off, %.3g are allowed), and %s still: put the moved back, or measure anew with hyt calib tags",
			plural(moved, "is", "are"), worst, j.threshold, plural(still, "is", "are"))
	case len(moved) > 0:
		return true, fmt.Sprintf("%s no longer where calibration says (%.1f px off, %.3g are allowed): the camera has moved; put it back, or calibrate anew",
			plural(moved, "is", "are"), worst, j.threshold)
	case len(j.twice) > 0:
		return true, fmt.Sprintf("tags %v are seen twice: cover the copies, or nothing is known of them", j.twice)
	case now.Sub(j.lastSight) > j.timeout && j.moving:
		return true, fmt.Sprintf("the hand has moved for %v whenever tags were to be looked at: nothing is known of the calibration until it rests", now.Sub(j.lastSight).Round(time.Second))
	case now.Sub(j.lastSight) > j.timeout && len(hidden) == 0:
		return true, fmt.Sprintf("no image was searched for tags for %v: nothing is known of the calibration; does the camera run?", now.Sub(j.lastSight).Round(time.Second))
	case now.Sub(j.lastSight) > j.timeout:
		return true, fmt.Sprintf("%s not seen for %v: nothing is known of the calibration; clear the view, or light it", plural(hidden, "is", "are"), now.Sub(j.lastSight).Round(time.Second))
	case j.moving:
		return false, "the hand moves: tags are looked at when it rests"
	case j.looks == 0:
		return false, "no image has been looked at yet"
	case len(hidden) > 0:
		return false, fmt.Sprintf("%s not seen in the last image, which says nothing of the calibration", plural(hidden, "is", "are"))
	case len(still) == 0:
		return false, fmt.Sprintf("%s out of the camera's view here, which says nothing of the calibration", plural(away, "is", "are"))
	case len(away) > 0:
		return false, fmt.Sprintf("%s where calibration says, and %s out of the camera's view here", plural(still, "is", "are"), plural(away, "is", "are"))
	}
	return false, fmt.Sprintf("all %d tags are where calibration says", len(j.marks))
}

// plural is "tag 3 is" or "tags 3, 4 are".
func plural(ids []string, is, are string) string {
	if len(ids) == 1 {
		return "tag " + ids[0] + " " + is
	}
	return "tags " + strings.Join(ids, ", ") + " " + are
}
