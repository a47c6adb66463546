package calibmonitor

import (
	"strings"
	"testing"
	"time"

	"hyt/calib/apriltag"
	"hyt/calib/view"
)

// at is where a tag is seen, its corners moved to the right.
func at(id int, right float64) apriltag.Tag {
	t := apriltag.Tag{ID: id}
	for i, p := range [4]view.Point2{{X: 10, Y: 10}, {X: 50, Y: 10}, {X: 50, Y: 50}, {X: 10, Y: 50}} {
		t.Corners[i] = view.Point2{X: p.X + right, Y: p.Y}
	}
	return t
}

func watching(ids ...int) *judge {
	j := &judge{threshold: 3, timeout: 30 * time.Second, lastSight: time.Unix(0, 0)}
	for _, id := range ids {
		j.marks = append(j.marks, mark{id: id, want: at(id, 0).Corners})
	}
	return j
}

// step is one look, a second after the one before.
type step struct {
	tags []apriltag.Tag
	warn bool
	says string
}

func run(t *testing.T, j *judge, steps []step) {
	t.Helper()
	for i, s := range steps {
		now := time.Unix(int64(i+1), 0)
		j.look(s.tags, now)
		if warn, says := j.verdict(now); warn != s.warn || !strings.Contains(says, s.says) {
			t.Errorf("look %d: %v, %q; want %v, %q", i, warn, says, s.warn, s.says)
		}
	}
}

func seen(tags ...apriltag.Tag) []apriltag.Tag { return tags }

func TestThreeLooksDecideAndAPeakDoesNot(t *testing.T) {
	run(t, watching(4), []step{
		{seen(at(4, 0.5)), false, "where calibration says"},
		{seen(at(4, 9)), false, ""}, // a shock
		{seen(at(4, 9)), false, ""},
		{seen(at(4, 0.5)), false, ""},
		{seen(at(4, 3.5)), false, ""},
		{seen(at(4, 3.5)), false, ""},
		{seen(at(4, 3.5)), true, "tag 4 is no longer where calibration says (3.5 px off, 3 are allowed): the camera has moved"},
		{seen(at(4, 2.5)), true, "no longer"}, // below the threshold, not calm
		{seen(at(4, 2.5)), true, ""},
		{seen(at(4, 2.5)), true, ""},
		{seen(at(4, 1)), true, ""},
		{seen(at(4, 1)), true, ""},
		{seen(at(4, 1)), false, "where calibration says"},
		{seen(at(4, 2.5)), false, ""}, // and the other way
		{seen(at(4, 2.5)), false, ""},
		{seen(at(4, 2.5)), false, ""},
		{seen(at(4, 2.5)), false, ""},
	})
}

func TestAHiddenTagIsNotAMovedOne(t *testing.T) {
	j := watching(4)
	run(t, j, []step{
		{seen(at(4, 0)), false, "where calibration says"},
		{nil, false, "tag 4 is not seen in the last image"},
		{seen(at(7, 0)), false, "tag 4 is not seen"},
		{seen(at(4, 8)), false, ""},
		{nil, false, "not seen"},
		{seen(at(4, 8)), false, ""},
		{seen(at(4, 8)), true, "no longer where"},
		{nil, true, "no longer where"}, // what is known stands
	})
	j = watching(4)
	j.look(nil, time.Unix(20, 0))
	if warn, says := j.verdict(time.Unix(40, 0)); !warn || !strings.Contains(says, "not seen for 40s: nothing is known") {
		t.Errorf("%v, %q", warn, says)
	}
}

func TestOneTagOfSeveralThatMovedIsNotTheCamera(t *testing.T) {
	run(t, watching(1, 2, 3), []step{
		{seen(at(1, 0), at(2, 9), at(3, 0)), false, ""},
		{seen(at(1, 0), at(2, 9), at(3, 0)), false, ""},
		{seen(at(1, 0), at(2, 9), at(3, 0)), true, "tag 2 is no longer where calibration says (9.0 px off, 3 are allowed), and tags 1, 3 are still"},
	})
}

func TestCopiesOfATagAreNotBelieved(t *testing.T) {
	run(t, watching(1), []step{
		{seen(at(1, 0), at(1, 200)), true, "tags [1] are seen twice"},
		{seen(at(1, 0)), false, "where calibration says"},
	})
}
