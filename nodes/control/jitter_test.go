package control

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"
)

// BenchmarkPeriod prints how well 100 Hz is kept: by the loop with a plan that it
// blends, and by a loop that does nothing, at the same time, half a period apart, so that
// what the machine does meanwhile meets both; with the processors idle and computing,
// with and without SCHED_FIFO.
func BenchmarkPeriod(b *testing.B) {
	ReserveProcessors() // as the node does
	const period, length = 10 * time.Millisecond, 20 * time.Second
	for _, load := range []int{0, runtime.NumCPU()} {
		for _, priority := range []int{0, 50} {
			b.Run(fmt.Sprintf("computing=%d/fifo=%d", load, priority), func(b *testing.B) {
				want := Realtime{Priority: priority}
				if denied := tryRealtime(want); denied != nil {
					b.Logf("no right: %v", denied)
					return
				}
				for b.Loop() {
					ctx, cancel := context.WithCancel(b.Context())
					for range load {
						go compute(ctx)
					}
					var bare durations
					loop := planningLoop(period, want)
					var beside sync.WaitGroup
					beside.Go(func() {
						time.Sleep(period / 2)
						bareLoop(&bare, period, length, want)
					})
					runFor(loop, length)
					beside.Wait()
					cancel()
					report(b, loop.Timing(), bare.recent())
				}
			})
		}
	}
}

func report(b *testing.B, t Timing, bare []time.Duration) {
	_, p50, p99, p999 := summary(bare)
	b.Logf("bare loop  p50 %v p99 %v p99.9 %v max %v", p50, p99, p999, slices.Max(bare))
	b.Logf("this loop  p50 %v p99 %v p99.9 %v max %v, missed %d, %s", t.P50, t.P99, t.P999, t.Max, t.Missed, t.Granted)
	b.Logf("execution  p50 %v p99 %v p99.9 %v max %v", t.Execution.P50, t.Execution.P99, t.Execution.P999, t.Execution.Max)
	b.ReportMetric(float64(p999.Microseconds())/1e3, "bare-p999-ms")
	b.ReportMetric(float64(t.P999.Microseconds())/1e3, "loop-p999-ms")
	b.ReportMetric(float64((t.P999-p999).Microseconds())/1e3, "difference-ms")
}

// tryRealtime says whether a thread of this process may have it.
func tryRealtime(want Realtime) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	_, restore, denied := want.ask()
	restore()
	return denied
}

func bareLoop(periods *durations, period, d time.Duration, want Realtime) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	_, restore, _ := want.ask()
	defer restore()
	last := time.Now()
	end := last.Add(d)
	for next := last.Add(period); next.Before(end); next = next.Add(period) {
		PreciseSleep(next)
		now := time.Now()
		periods.add(now.Sub(last))
		last = now
		next = next.Add(now.Sub(next) / period * period) // deadlines that passed
	}
}

// planningLoop is armed and blends chunks that come at each tick.
func planningLoop(period time.Duration, want Realtime) *Loop {
	c := NewController(Settings{Period: period, ImageTimeout: time.Hour, HasGripper: true,
		Limits: settings().Limits, Chunking: Chunking{Blending: BlendRealTime, Resampling: Linear, CatchUp: action}})
	c.SetInstruction(true)
	c.SawImage(time.Now())
	return &Loop{Controller: c, Period: period, Realtime: want, Publish: func(Command) error { return nil },
		Now: func() time.Time {
			now := time.Now()
			_ = c.Arm(now) // the end of each run disarms
			_ = c.Offer(Chunk{Stamp: now, Period: action, Rows: plannedRows})
			return now
		}}
}

var plannedRows = rows(8)

func runFor(l *Loop, d time.Duration) {
	ctx, cancel := context.WithTimeout(context.Background(), d)
	defer cancel()
	l.Run(ctx)
}

func compute(ctx context.Context) {
	x := 1.0
	for ctx.Err() == nil {
		for range 1_000_000 {
			x = x*1.0000001 + 1e-9
		}
	}
	runtime.KeepAlive(x)
}
