package control

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

func fakeSleep(until time.Time) { time.Sleep(time.Until(until)) }

func TestLoopKeepsAbsoluteDeadlines(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		var sent []time.Duration
		loop := movingLoop(t, func(Command) error {
			sent = append(sent, time.Since(start))
			time.Sleep(7 * time.Millisecond) // work that must not add to the period
			return nil
		})
		runFor(loop, 100*time.Millisecond+tick/2)
		for i, at := range sent[:5] {
			if want := time.Duration(i+1) * tick; at != want {
				t.Errorf("command %d left at %v, want %v", i, at, want)
			}
		}
		timing := loop.Timing()
		if timing.Missed != 0 || timing.P50 != tick || timing.P99 != tick || timing.Rate != 50 {
			t.Errorf("%+v", timing)
		}
	})
}

func TestMissedDeadlinesAreCountedWithTheirCause(t *testing.T) {
	tests := []struct {
		name   string
		slow   func() (sleep func(time.Time), publish func(Command) error)
		missed int64
		cause  string
	}{
		{"publishing took 50 ms", func() (func(time.Time), func(Command) error) {
			first := true
			return fakeSleep, func(Command) error {
				if first {
					time.Sleep(50 * time.Millisecond)
				}
				first = false
				return nil
			}
		}, 1, "publishing ended 30ms after the next deadline"},
		{"woken 45 ms late", func() (func(time.Time), func(Command) error) {
			n := 0
			return func(until time.Time) {
				if n++; n == 2 {
					until = until.Add(45 * time.Millisecond)
				}
				fakeSleep(until)
			}, func(Command) error { return nil }
		}, 2, "woke 45ms late: the processor was busy elsewhere"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				start := time.Now()
				sleep, publish := tt.slow()
				var sent []time.Duration
				loop := movingLoop(t, func(c Command) error {
					sent = append(sent, time.Since(start))
					return publish(c)
				})
				loop.Sleep = sleep
				runFor(loop, 190*time.Millisecond)
				timing := loop.Timing()
				if timing.Missed != tt.missed || timing.Cause != tt.cause {
					t.Errorf("missed %d, cause %q", timing.Missed, timing.Cause)
				}
				if last := sent[len(sent)-2]; last%tick != 0 {
					t.Errorf("the schedule moved off its deadlines: %v", sent)
				}
			})
		})
	}
}

func TestLoopLeavesTheRobotStanding(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var last Command
		loop := movingLoop(t, func(c Command) error { last = c; return nil })
		runFor(loop, 90*time.Millisecond)
		if last.Velocity != (Vector{}) {
			t.Errorf("the last command was %v", last.Velocity)
		}
	})
}

func TestLoopPublishesNothingWhileDisarmed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		loop := &Loop{Controller: NewController(settings()), Period: tick, Now: time.Now, Sleep: fakeSleep,
			Publish: func(Command) error { t.Error("published"); return nil }}
		runFor(loop, time.Second+tick/2)
		if got := loop.Controller.Report(time.Now()).Counts.Ticks; got != 50 {
			t.Errorf("%d ticks", got)
		}
	})
}

func TestPublishErrorsShowInTiming(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		broken := errors.New("cable cut")
		loop := movingLoop(t, func(Command) error { return broken })
		runFor(loop, 90*time.Millisecond)
		if got := loop.Timing().Failed; !errors.Is(got, broken) {
			t.Errorf("got %v", got)
		}
	})
}

// movingLoop is armed and has a plan that lasts for a second.
func movingLoop(t *testing.T, publish func(Command) error) *Loop {
	s := settings()
	s.ImageTimeout = time.Minute
	c := NewController(s)
	now := time.Now()
	c.SawImage(now)
	c.SetInstruction(true)
	if err := errors.Join(c.Arm(now), c.Offer(Chunk{Stamp: now, Period: action, Rows: rows(10)})); err != nil {
		t.Fatal(err)
	}
	return &Loop{Controller: c, Period: tick, Now: time.Now, Sleep: fakeSleep, Publish: publish}
}
