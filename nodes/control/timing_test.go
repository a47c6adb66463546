package control

import (
	"testing"
	"testing/synctest"
	"time"
)

func TestPeriodsAndExecutionHaveTheirPercentiles(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := 0
		loop := movingLoop(t, func(Command) error {
			switch n++; {
			case n == 500:
				time.Sleep(15 * time.Millisecond)
			case n%50 == 0: // 2 %
				time.Sleep(5 * time.Millisecond)
			default:
				time.Sleep(time.Millisecond)
			}
			return nil
		})
		runFor(loop, 2000*tick+tick/2)
		timing := loop.Timing()
		want := Execution{P50: 1 * ms, P99: 5 * ms, P999: 5 * ms, Max: 15 * ms}
		if timing.Execution != want {
			t.Errorf("execution %+v, want %+v", timing.Execution, want)
		}
		if timing.P50 != tick || timing.P999 != tick || timing.Max != tick || timing.Missed != 0 {
			t.Errorf("periods %+v", timing)
		}
	})
}

func TestEachMissedDeadlineHasItsCause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		published, slept := 0, 0
		loop := movingLoop(t, func(Command) error {
			if published++; published == 10 {
				time.Sleep(50 * time.Millisecond)
			}
			return nil
		})
		loop.Sleep = func(until time.Time) {
			switch slept++; slept {
			case 20:
				until = until.Add(65 * time.Millisecond)
			case 30:
				until = until.Add(time.Second)
			}
			fakeSleep(until)
		}
		runFor(loop, 3*time.Second)
		if got, want := loop.Timing().Misses, (Misses{Publishing: 1, Busy: 3, Paused: 50}); got != want {
			t.Errorf("%+v, want %+v", got, want)
		}
		if got := loop.Timing().Missed; got != 54 {
			t.Errorf("%d missed", got)
		}
	})
}

func TestTheTimeBetweenTwoRunsIsNoPeriod(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		loop := movingLoop(t, func(Command) error { return nil })
		for range 2 {
			runFor(loop, 5*tick+tick/2)
			time.Sleep(time.Hour)
		}
		if timing := loop.Timing(); timing.Max != tick || timing.Missed != 0 {
			t.Errorf("%+v", timing)
		}
	})
}

func TestATickAllocatesNothing(t *testing.T) {
	now := epoch
	for _, b := range []Blending{BlendSwitch, BlendRealTime, BlendEnsemble} {
		for _, r := range []Resampling{Stepped, Linear} {
			s := settings()
			s.Chunking = Chunking{Blending: b, Resampling: r, CatchUp: action}
			s.Limits.Workspace = box(0.1)
			c := NewController(s)
			c.SetInstruction(true)
			c.SawPose(now, [3]float64{})
			if err := c.Arm(now); err != nil {
				t.Fatal(err)
			}
			l := &Loop{Controller: c, Period: tick, Now: func() time.Time { return now },
				Publish: func(Command) error { return nil }}
			plan := rows(8)
			beat := beat{deadline: time.Now()}
			moved := 0
			allocations := testing.AllocsPerRun(500, func() {
				now = now.Add(tick)
				c.SawImage(now)
				c.SawPose(now, [3]float64{})
				_ = c.Offer(Chunk{Stamp: now, Period: action, Rows: plan})
				beat.deadline = beat.deadline.Add(-time.Hour) // missed ones included
				beat = l.tick(beat)
				if !c.sent.Hold {
					moved++
				}
			})
			if allocations != 0 || moved < 500 {
				t.Errorf("%v, %v: %v allocations a tick, %d ticks moved", b, r, allocations, moved)
			}
		}
	}
}

func BenchmarkTick(b *testing.B) {
	s := settings()
	s.Chunking = Chunking{Blending: BlendRealTime, Resampling: Linear, CatchUp: action}
	s.ImageTimeout = time.Hour
	c := NewController(s)
	c.SawImage(epoch)
	c.SetInstruction(true)
	if err := c.Arm(epoch); err != nil {
		b.Fatal(err)
	}
	plan := rows(8)
	now := epoch
	b.ReportAllocs()
	for b.Loop() {
		if now = now.Add(2 * ms); now.UnixNano()%int64(action) == 0 {
			_ = c.Offer(Chunk{Stamp: now, Period: action, Rows: plan})
		}
		c.Tick(now)
	}
}
