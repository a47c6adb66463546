package control

import (
	"context"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// testClock simulates time that a test sets.
type testClock struct {
	mu      sync.Mutex
	now     time.Time
	machine bool
	moved   chan struct{}
}

func newTestClock() *testClock { return &testClock{moved: make(chan struct{})} }

func (c *testClock) read() (time.Time, bool, chan struct{}) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now, !c.machine, c.moved
}

func (c *testClock) Simulated() bool { _, simulated, _ := c.read(); return simulated }
func (c *testClock) Now() time.Time  { now, _, _ := c.read(); return now }

func (c *testClock) Await(ctx context.Context, last, until time.Time) time.Time {
	for {
		now, simulated, moved := c.read()
		if !simulated {
			return time.Time{}
		}
		if !now.IsZero() && (!now.Before(until) || now.Before(last)) {
			return now
		}
		select {
		case <-moved:
		case <-ctx.Done():
			return time.Time{}
		}
	}
}

func (c *testClock) change(f func()) {
	c.mu.Lock()
	f()
	close(c.moved)
	c.moved = make(chan struct{})
	c.mu.Unlock()
	synctest.Wait()
}

// at is a simulated time, ms after its beginning.
func at(ms int) time.Time { return time.Unix(1000, 0).Add(time.Duration(ms) * time.Millisecond) }

// simulate runs an armed loop that has nothing to do, shows it readings of a clock and
// returns at which of them it spoke, in ms.
func simulate(t *testing.T, readings ...int) (spoke []int, timing Timing) {
	synctest.Test(t, func(t *testing.T) {
		clock := newTestClock()
		c := NewController(Settings{Period: tick, ImageTimeout: time.Minute})
		if err := c.Arm(at(0)); err != nil {
			t.Fatal(err)
		}
		loop := &Loop{Controller: c, Period: tick, Now: clock.Now, Clock: clock, Publish: func(Command) error {
			spoke = append(spoke, int(clock.Now().Sub(at(0))/time.Millisecond))
			return nil
		}}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { defer close(done); loop.Run(ctx) }()
		began := time.Now()
		for _, ms := range readings {
			clock.change(func() { clock.now = at(ms) })
		}
		if slept := time.Since(began); slept != 0 {
			t.Errorf("the loop slept for %v on the machine's clock", slept)
		}
		cancel()
		<-done
		timing = loop.Timing()
	})
	return spoke[:max(0, len(spoke)-1)], timing // without the farewell
}

func TestInLockstepEachStepOfTheSimulatedClockIsADeadline(t *testing.T) {
	spoke, timing := simulate(t, 0, 20, 40, 60)
	if !slices.Equal(spoke, []int{0, 20, 40, 60}) || timing.Missed != 0 || timing.P50 != tick || timing.Rate != 50 {
		t.Errorf("spoke at %v, %+v", spoke, timing)
	}
}

func TestAFinerClockLeavesAPeriodBetweenCommands(t *testing.T) {
	if spoke, _ := simulate(t, 3, 7, 11, 15, 19, 23, 27, 43, 44, 62, 63); !slices.Equal(spoke, []int{3, 23, 43, 63}) {
		t.Errorf("spoke at %v", spoke)
	}
}

func TestAStandingClockIsSilence(t *testing.T) {
	if spoke, _ := simulate(t, 20, 20, 20); !slices.Equal(spoke, []int{20}) {
		t.Errorf("spoke at %v", spoke)
	}
}

func TestDeadlinesThatTheSimulatedClockSkippedAreCounted(t *testing.T) {
	spoke, timing := simulate(t, 0, 20, 90, 100)
	if !slices.Equal(spoke, []int{0, 20, 90, 100}) || timing.Misses != (Misses{Skipped: 2}) {
		t.Errorf("spoke at %v, %+v", spoke, timing.Misses)
	}
	if want := "was passed over: /clock went on to 50ms after it at once"; timing.Cause != want {
		t.Errorf("cause %q, want %q", timing.Cause, want)
	}
}

func TestAClockThatIsSetBackStartsNewDeadlines(t *testing.T) {
	spoke, timing := simulate(t, 1000, 1020, 5, 10, 25)
	if !slices.Equal(spoke, []int{1000, 1020, 5, 25}) || timing.Missed != 0 {
		t.Errorf("spoke at %v, %+v", spoke, timing)
	}
}

func TestDeadlinesAreTheMachinesAgainWhenTimeIsNotSimulated(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		clock, sent := newTestClock(), 0
		loop := movingLoop(t, func(Command) error { sent++; return nil })
		loop.Clock = clock
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { defer close(done); loop.Run(ctx) }()
		time.Sleep(time.Second)
		synctest.Wait()
		if sent != 0 {
			t.Errorf("%d commands before the first /clock", sent)
		}
		clock.change(func() { clock.machine = true })
		time.Sleep(10*tick + tick/2)
		synctest.Wait()
		if sent != 10 {
			t.Errorf("%d commands in 10 periods", sent)
		}
		clock.change(func() { clock.machine, clock.now = false, at(0) })
		time.Sleep(time.Second)
		synctest.Wait()
		cancel()
		<-done
		if sent != 12 { // one at the clock's reading, and the farewell
			t.Errorf("%d commands in all", sent)
		}
	})
}
