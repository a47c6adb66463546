package bagcheck

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"hyt/msgs"
	"hyt/msgs/bag"
	"hyt/msgs/builtin_interfaces"
	"hyt/msgs/geometry_msgs"
	"hyt/msgs/std_msgs"
)

// t0 is when the tests' recordings start.
var t0 = time.Unix(1_700_000_000, 0)

func at(ms int) time.Time { return t0.Add(time.Duration(ms) * time.Millisecond) }

// recording is a bag that a test writes.
type recording struct {
	t *testing.T
	w *bag.Writer
	d string
}

func record(t *testing.T) *recording {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "demo")
	w, err := bag.Create(dir, bag.Options{FlushEvery: -1})
	if err != nil {
		t.Fatal(err)
	}
	r := &recording{t, w, dir}
	r.must(w.Topic("/pose", "geometry_msgs/msg/PoseStamped", ""))
	r.must(w.Topic("/text", "std_msgs/msg/String", ""))
	return r
}

func (r *recording) must(err error) {
	r.t.Helper()
	if err != nil {
		r.t.Fatal(err)
	}
}

// pose records a pose with a stamp, received when it was stamped or at received.
func (r *recording) pose(stamp time.Time, received ...time.Time) {
	r.t.Helper()
	p := &geometry_msgs.PoseStamped{}
	p.Header.Stamp = builtin_interfaces.Time{Sec: int32(stamp.Unix()), Nanosec: uint32(stamp.Nanosecond())}
	log := append(received, stamp)[0]
	r.must(r.w.Write("/pose", msgs.Marshal(p), log, log))
}

func (r *recording) text(when time.Time) {
	r.t.Helper()
	r.must(r.w.Write("/text", msgs.Marshal(&std_msgs.String{Data: "go"}), when, when))
}

// check closes the bag and checks it.
func (r *recording) check() *Report {
	r.t.Helper()
	r.must(r.w.Close())
	b, err := bag.Open(r.d)
	r.must(err)
	defer b.Close()
	report, err := Check(r.t.Context(), b, nil)
	r.must(err)
	return report
}

func (r *Report) topic(name string) Topic {
	for _, t := range r.Topics {
		if t.Name == name {
			return t
		}
	}
	return Topic{}
}

func expectSentences(t *testing.T, what string, got []string, want ...string) {
	t.Helper()
	ok := len(got) == len(want)
	for i := range min(len(got), len(want)) {
		ok = ok && strings.Contains(got[i], want[i])
	}
	if !ok {
		t.Errorf("%s are %q, want %q", what, got, want)
	}
}

func TestAGoodBagHasNothingToSay(t *testing.T) {
	r := record(t)
	for i := range 100 {
		r.pose(at(20 * i))
		if i%37 == 0 {
			r.text(at(20*i + i))
		}
	}
	report := r.check()
	expectSentences(t, "problems", report.Problems)
	expectSentences(t, "notes", report.Notes)
	pose, text := report.topic("/pose"), report.topic("/text")
	if !pose.Regular || pose.Clock != "stamp" || pose.PeriodMS < 19.8 || pose.PeriodMS > 20.2 || pose.Hz < 49.5 || pose.Hz > 50.5 || pose.Dropped != 0 {
		t.Errorf("poses %+v", pose)
	}
	if text.Regular || text.Clock != "receipt" || text.Count != 3 {
		t.Errorf("texts %+v", text)
	}
}

func TestDropsAndGapsAreCounted(t *testing.T) {
	r := record(t)
	for i := range 200 {
		switch {
		case i == 50 || i == 60: // one message each
		case i >= 100 && i < 120: // a gap
		default:
			r.pose(at(20 * i))
		}
	}
	report := r.check()
	pose := report.topic("/pose")
	if pose.Dropped != 2 || len(pose.Gaps) != 1 || pose.Gaps[0].Seconds != 0.42 || !pose.Gaps[0].After.Equal(at(20*99)) {
		t.Errorf("poses %+v", pose)
	}
	expectSentences(t, "problems", report.Problems)
	expectSentences(t, "notes", report.Notes,
		"/pose: about 2 messages are missing", "/pose: 1 gaps of more than 5 periods, the longest 0.420 s after 2023-11-14T22:13:21.98Z",
		"/text: no messages")
}

// Instructions every two seconds or so lack nothing where one took twice as long.
func TestEventsAreNoStreamWithDrops(t *testing.T) {
	r := record(t)
	when := 0
	for i := range 40 {
		r.pose(at(when))
		r.text(at(when + 1))
		when += 2000 + 50*(i%5)
		if i%10 == 9 {
			when += 2000
		}
	}
	report := r.check()
	for _, name := range []string{"/pose", "/text"} {
		if topic := report.topic(name); topic.Regular || topic.Dropped != 0 || len(topic.Gaps) != 0 {
			t.Errorf("%+v", topic)
		}
	}
}

func TestJumpsOfTheRecordersClockAreFound(t *testing.T) {
	r := record(t)
	for i := range 90 {
		log := at(100 * i)
		switch {
		case i >= 60:
			log = log.Add(30 * time.Second)
		case i >= 30:
			log = log.Add(-2 * time.Second)
		}
		r.pose(at(100*i), log)
	}
	report := r.check()
	if len(report.Jumps) != 2 || report.Jumps[0].Seconds != -1.9 || report.Jumps[1].Seconds != 32.1 {
		t.Errorf("jumps %+v", report.Jumps)
	}
	expectSentences(t, "problems", report.Problems, "the recorder's clock was set back by 1.900 s at 2023-11-14T22:13:22.9Z")
	expectSentences(t, "notes", report.Notes, "/text: no messages", "nothing was recorded for 32.1 s")
}

// A simulation that is reset starts its stamps again.
func TestStampsThatRunBackwardsAreAProblem(t *testing.T) {
	r := record(t)
	for i := range 60 {
		r.pose(at(50*(i%30)), at(50*i))
	}
	report := r.check()
	if pose := report.topic("/pose"); pose.Back != 1 {
		t.Errorf("poses %+v", pose)
	}
	expectSentences(t, "problems", report.Problems, "/pose: its stamp times run backwards 1 times")
}

func TestMessagesThatAreNotOfTheirTypeAreAProblem(t *testing.T) {
	r := record(t)
	r.must(r.w.Topic("/odd", "odd_msgs/msg/Odd", ""))
	for i := range 10 {
		r.text(at(i))
		r.must(r.w.Write("/odd", []byte("??"), at(i), at(i)))
		r.pose(time.Unix(0, 0), at(i))
	}
	r.must(r.w.Write("/text", []byte{0, 1, 0, 0, 255, 255, 255, 255}, at(11), at(11)))
	report := r.check()
	if text := report.topic("/text"); text.Undecodable != 1 || text.Count != 11 {
		t.Errorf("texts %+v", text)
	}
	expectSentences(t, "problems", report.Problems, "/text: 1 of 11 messages are no std_msgs/msg/String (")
	expectSentences(t, "notes", report.Notes, "/odd: hyt does not know the type odd_msgs/msg/Odd", "/pose: 10 of 10 messages bear no stamp")
}

func TestCheckStopsWhenTold(t *testing.T) {
	r := record(t)
	for i := range 3000 {
		r.text(at(i))
	}
	r.must(r.w.Close())
	b, err := bag.Open(r.d)
	r.must(err)
	defer b.Close()
	ctx, cancel := context.WithCancel(t.Context())
	if _, err := Check(ctx, b, func(uint64) { cancel() }); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}
