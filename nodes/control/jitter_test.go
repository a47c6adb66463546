package control

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// BenchmarkPeriod prints how well 100 Hz is kept: by the loop with a plan that it
// blends, and by a loop that does nothing, at the same time, half a period apart, so that
// what the machine does meanwhile meets both; with the processors idle and computing,
// with and without SCHED_FIFO. Figures are of all iterations, 20 s each: the 99.9th
// percentile of one is its second longest period.
func BenchmarkPeriod(b *testing.B) {
	ReserveProcessors()                           // as the node does
	runtime.GOMAXPROCS(runtime.GOMAXPROCS(0) + 1) // for the other loop
	const period, length = 10 * time.Millisecond, 20 * time.Second
	for _, load := range []int{0, runtime.NumCPU()} {
		for _, priority := range []int{0, 50} {
			b.Run(fmt.Sprintf("computing=%d/fifo=%d", load, priority), func(b *testing.B) {
				want := Realtime{Priority: priority}
				if denied := tryRealtime(want); denied != nil {
					b.Logf("no right: %v", denied)
					return
				}
				var ours, theirs []time.Duration
				var timing Timing
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
					ours, theirs = append(ours, loop.timing.periods.recent()...), append(theirs, bare.recent()...)
					timing = loop.Timing()
				}
				report(b, ours, theirs, timing)
			})
		}
	}
}

func report(b *testing.B, ours, bare []time.Duration, t Timing) {
	b.ReportMetric(0, "ns/op")
	tail := func(name string, periods []time.Duration) time.Duration {
		_, p50, p99, p999 := summary(periods)
		b.Logf("%s  p50 %v p99 %v p99.9 %v max %v of %d periods", name, p50, p99, p999, slices.Max(periods), len(periods))
		b.ReportMetric(p999.Seconds()*1e3, strings.ReplaceAll(name, " ", "-")+"-p999-ms")
		return p999
	}
	above := tail("this loop", ours) - tail("bare loop", bare)
	b.ReportMetric(above.Seconds()*1e3, "above-ms") // the bar is 2
	b.Logf("the last time: %s, missed %d, execution p99 %v max %v", t.Granted, t.Missed, t.Execution.P99, t.Execution.Max)
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
