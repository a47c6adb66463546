package control

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"testing"
	"time"
)

// BenchmarkPeriod prints how well 50 Hz is kept, by the loop and by a bare ticker
// beside it, with the processors idle and with all of them computing.
func BenchmarkPeriod(b *testing.B) {
	ReserveProcessors() // as the node does
	for _, load := range []int{0, runtime.NumCPU()} {
		b.Run(fmt.Sprintf("computing=%d", load), func(b *testing.B) {
			for b.Loop() {
				ctx, cancel := context.WithTimeout(b.Context(), 4*time.Second)
				for range load {
					go compute(ctx)
				}
				ticker := make(chan []time.Duration)
				go func() { ticker <- tickerPeriods(ctx, 20*time.Millisecond) }()
				loop := &Loop{
					Controller: NewController(Settings{Period: 20 * time.Millisecond}), Period: 20 * time.Millisecond,
					Now: time.Now, Publish: func(Command) error { return nil },
				}
				loop.Run(ctx)
				cancel()
				periods := <-ticker
				_, p50, p99 := summary(periods)
				t := loop.Timing()
				b.Logf("loop   p50 %v p99 %v max %v missed %d", t.P50, t.P99, t.Max, t.Missed)
				b.Logf("ticker p50 %v p99 %v max %v", p50, p99, slices.Max(periods))
				b.ReportMetric(float64(t.P99.Microseconds())/1e3, "loop-p99-ms")
				b.ReportMetric(float64(p99.Microseconds())/1e3, "ticker-p99-ms")
			}
		})
	}
}

func tickerPeriods(ctx context.Context, period time.Duration) []time.Duration {
	var t timing
	ticker := time.NewTicker(period)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return t.recent()
		case <-ticker.C:
			t.woke(time.Now())
		}
	}
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
