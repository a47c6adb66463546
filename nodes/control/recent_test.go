package control

import (
	"testing"
	"testing/synctest"
	"time"
)

func TestRecentFiguresSpeakOfTheTimeSinceTheMark(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow := false
		loop := movingLoop(t, func(Command) error {
			if slow {
				time.Sleep(3*tick + ms)
			}
			return nil
		})
		_, mark := loop.Since(Mark{}, time.Now())
		runFor(loop, 100*tick+ms)
		steady, mark := loop.Since(mark, time.Now())
		if steady.Jitter != 0 || steady.P50 != tick || steady.Max != tick || steady.Misses.Total() != 0 || steady.Rate < 0.98/tick.Seconds() || steady.Rate > 1/tick.Seconds() {
			t.Errorf("steady: %+v", steady)
		}
		slow = true
		_ = loop.Controller.Arm(time.Now()) // the end of a run disarms
		runFor(loop, 40*tick)
		late, mark := loop.Since(mark, time.Now())
		if late.P50 != 3*tick+ms || late.Jitter != 2*tick+ms || late.Execution != 3*tick+ms || late.Rate > 0.4/tick.Seconds() || late.Misses.Publishing < 20 {
			t.Errorf("slow: %+v", late)
		}
		time.Sleep(time.Second)
		if none, _ := loop.Since(mark, time.Now()); none != (Recent{}) {
			t.Errorf("without a tick: %+v", none)
		}
	})
}

func TestRecentFiguresOfALongTimeAreThoseOfItsEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		loop := movingLoop(t, func(Command) error { return nil })
		_, mark := loop.Since(Mark{}, time.Now())
		runFor(loop, (2*window+7)*tick)
		r, _ := loop.Since(mark, time.Now())
		if r.P99 != tick || r.Jitter != 0 || r.Rate < 0.99/tick.Seconds() {
			t.Errorf("%+v", r)
		}
	})
}
