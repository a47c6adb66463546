package data

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"hyt/msgs/hyt_msgs"
	"hyt/trainer/contract"
	"hyt/trainer/data/datatest"
)

// sent is one message on its way to the recorder.
type sent struct {
	topic     string
	published time.Duration
	arrives   time.Duration
	record    func(p *datatest.Tape)
}

// demonstrations are six episodes, recorded 50 times as fast as their stamps go. With
// anew each begins at 0 s.
func demonstrations(anew bool) (messages []sent) {
	const frames, speed = 12, 50
	now, stamp := time.Duration(0), 0.0
	say := func(topic string, record func(p *datatest.Tape)) {
		now += 20 * time.Microsecond
		messages = append(messages, sent{topic: topic, published: now, record: record})
	}
	for e := range 6 {
		if anew {
			stamp = 0
		}
		id := fmt.Sprint("touch-", e)
		say("instruction", func(p *datatest.Tape) { p.Instruction("touch " + id) })
		start, first := stamp, now
		say("episode", func(p *datatest.Tape) { p.Start(start, id) })
		for k := range frames {
			s := start + float64(k)/10
			now = first + time.Duration(k+1)*time.Second/10/speed
			say("image", func(p *datatest.Tape) { p.Image(s, byte(20*e+k)) })
			say("pose", func(p *datatest.Tape) { p.Pose(s, float64(e)+float64(k)/100, 0) })
			say("joints", func(p *datatest.Tape) { p.Joints(s, float64(k)/frames) })
			say("thought", func(p *datatest.Tape) { p.Thought(s, hyt_msgs.Thought_ORACLE, fmt.Sprintf("sub touch %d;", k)) })
			say("gripper", func(p *datatest.Tape) { p.Gripper(float64(k) / frames) })
			say("action", func(p *datatest.Tape) { p.Action(s, 0.1+float64(k)/100, float64(e)) })
		}
		stamp = start + frames/10.
		end := stamp
		say("episode", func(p *datatest.Tape) { p.End(end, id, true) })
		stamp += 2 // the arm goes home
		now += 4 * time.Millisecond
	}
	return messages
}

// recordLate records messages after delays of up to most, each topic in order.
func recordLate(t testing.TB, messages []sent, r *rand.Rand, most time.Duration) string {
	last := map[string]time.Duration{}
	messages = slices.Clone(messages)
	for i := range messages {
		m := &messages[i]
		m.arrives = max(last[m.topic], m.published+time.Duration(r.Int64N(int64(most)+1)))
		last[m.topic] = m.arrives
	}
	slices.SortStableFunc(messages, func(a, b sent) int { return cmp.Compare(a.arrives, b.arrives) })
	p, zero := newTape(t, "demo"), time.Unix(1_700_000_000, 0)
	p.Step = 0
	for _, m := range messages {
		p.When, p.Published = zero.Add(m.arrives), zero.Add(m.published)
		m.record(p)
	}
	return p.Close()
}

// contents are all samples of a bag.
func contents(t testing.TB, dir string) (samples []Sample, report Report) {
	set, report := load(t, contract.Default(), dir)
	for i := range set.Len() {
		s := set.At(i)
		s.Image, s.Images = slices.Clone(s.Image[:1]), nil
		samples = append(samples, s)
	}
	return samples, report
}

// Topics overtake each other, most of all large images, and a fast simulation is
// ahead by whole frames then. At the borders of episodes nothing may get lost, and
// nothing of one episode into another.
func TestNothingIsLostAtTheBordersOfFastRecordings(t *testing.T) {
	for name, anew := range map[string]bool{"the clock goes on": false, "the clock is set back": true} {
		t.Run(name, func(t *testing.T) {
			messages := demonstrations(anew)
			want, _ := contents(t, recordLate(t, messages, rand.New(rand.NewPCG(0, 0)), 0))
			if len(want) != 6*12 {
				t.Fatalf("%d samples without delays", len(want))
			}
			for seed := range uint64(8) {
				most := time.Duration(seed) * 3 * time.Millisecond / 4 // a frame is 2 ms
				got, report := contents(t, recordLate(t, messages, rand.New(rand.NewPCG(1, seed)), most))
				if diff := gocmp.Diff(want, got); diff != "" {
					t.Errorf("delays of up to %v: %s\n%s", most, diff, report.String())
				}
			}
		})
	}
}
