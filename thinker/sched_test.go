package thinker_test

import (
	"context"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"hyt/policy"
	"hyt/thinker"
)

// BenchmarkPolicyLatencyBesideTheThinker runs the policy at 50 Hz on the model that
// ships, in blocks with and without a thinker that writes a fixed number of tokens a
// second, in turns that are short beside what else a machine does. It reports both 99th
// percentiles and a 95 % bootstrap interval of their ratio, blocks drawn with
// replacement. The bar is an upper end of 1.15.
//
// HYT_BLOCKS sets how many pairs of blocks (default 100, of 1 s each).
func BenchmarkPolicyLatencyBesideTheThinker(b *testing.B) {
	const (
		block  = time.Second
		period = 20 * time.Millisecond // a frame, and a plan
		tokens = 100                   // a second
	)
	pairs := 100
	if n, err := strconv.Atoi(os.Getenv("HYT_BLOCKS")); err == nil {
		pairs = n
	}
	e, err := policy.Open("../policy/models/tabletop", policy.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer e.Close()
	th, err := thinker.New(e, thinker.Options{TokenRate: tokens})
	if err != nil {
		b.Fatal(err)
	}
	obs := policy.Observation{Images: [][]byte{make([]byte, 64*64*3)}, Proprio: make([]float32, 5)}
	p, ctx := policy.NewPolicy(e), context.Background()
	const asked = "push the red cube into the left zone"
	var on, off [][]time.Duration
	for b.Loop() {
		for i := range 2 * pairs {
			thinks := i%4 == 1 || i%4 == 2 // off on on off: a drift favours neither
			measured := runBlock(b, e, p, th, ctx, obs, asked, block, period, thinks)
			if thinks {
				on = append(on, measured)
			} else {
				off = append(off, measured)
			}
		}
	}
	b.ReportMetric(0, "ns/op")
	lo, hi := ratioInterval(on, off)
	b.ReportMetric(percentile(slices.Concat(off...), 0.99), "off-p99-ms")
	b.ReportMetric(percentile(slices.Concat(on...), 0.99), "on-p99-ms")
	b.ReportMetric(percentile(slices.Concat(off...), 0.5), "off-p50-ms")
	b.ReportMetric(percentile(slices.Concat(on...), 0.5), "on-p50-ms")
	b.ReportMetric(percentile(slices.Concat(on...), 0.99)/percentile(slices.Concat(off...), 0.99), "ratio")
	b.ReportMetric(lo, "ratio-lo")
	b.ReportMetric(hi, "ratio-hi")
	b.ReportMetric(float64(e.Stats().Thinker.Extends)/(float64(pairs*b.N)*block.Seconds()), "thinker-steps/s")
}

// runBlock is the policy's latencies during one block.
func runBlock(b *testing.B, e *policy.Engine, p *policy.Policy, th *thinker.Thinker, ctx context.Context,
	obs policy.Observation, asked string, block, period time.Duration, thinks bool) []time.Duration {
	ctx, stop := context.WithCancel(ctx)
	done := make(chan struct{})
	var failed atomic.Value
	go func() {
		defer close(done)
		for thinks && ctx.Err() == nil {
			f := e.Latest()
			if f == nil {
				continue
			}
			if _, err := th.Think(ctx, f, asked); err != nil && ctx.Err() == nil {
				failed.Store(err)
				return
			}
			f.Release()
		}
	}()
	var measured []time.Duration
	var c policy.Chunk
	next := time.Now()
	for end := next.Add(block); next.Before(end); next = next.Add(period) {
		time.Sleep(time.Until(next))
		start := time.Now()
		if err := p.ActInto(ctx, obs, asked, &c); err != nil {
			b.Fatal(err)
		}
		measured = append(measured, time.Since(start))
	}
	stop()
	<-done
	if err, ok := failed.Load().(error); ok {
		b.Fatal(err)
	}
	return measured
}

func percentile(d []time.Duration, q float64) (ms float64) {
	slices.Sort(d)
	return 1e3 * d[int(math.Round(q*float64(len(d)-1)))].Seconds()
}

// ratioInterval is the 95 % bootstrap interval of the ratio of 99th percentiles.
func ratioInterval(on, off [][]time.Duration) (lo, hi float64) {
	random := rand.New(rand.NewPCG(1, 0))
	draw := func(blocks [][]time.Duration) float64 {
		var all []time.Duration
		for range blocks {
			all = append(all, blocks[random.IntN(len(blocks))]...)
		}
		return percentile(all, 0.99)
	}
	ratios := make([]float64, 1000)
	for i := range ratios {
		ratios[i] = draw(on) / draw(off)
	}
	slices.Sort(ratios)
	return ratios[24], ratios[974]
}
