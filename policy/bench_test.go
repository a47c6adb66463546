package policy_test

import (
	"context"
	"os"
	"slices"
	"testing"
	"time"

	"hyt/policy"
	"hyt/policy/policytest"
	"hyt/policy/prompt"
)

// benchModel is the environment variable that names the model directory to
// measure. Without it the benchmarks measure the tiny one, that is, everything
// but the network.
const benchModel = "HYT_BENCH_MODEL"

func openBench(b *testing.B) (*policy.Engine, policy.Observation) {
	b.Helper()
	dir := os.Getenv(benchModel)
	if dir == "" {
		dir = policytest.New(b, policytest.Options{}).Dir
	}
	e, err := policy.Open(dir, policy.Options{Threads: 1})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { e.Close() })
	obs := policy.Observation{Proprio: make([]float32, len(e.Spec().Proprio))}
	for _, c := range e.Spec().Cameras {
		obs.Images = append(obs.Images, make([]byte, c.Width*c.Height*3))
	}
	return e, obs
}

// report adds the latencies' median and 99th percentile to the benchmark.
func report(b *testing.B, latencies []time.Duration) {
	slices.Sort(latencies)
	at := func(q float64) float64 {
		return 1e3 * latencies[int(q*float64(len(latencies)-1))].Seconds()
	}
	b.ReportMetric(at(0.50), "p50-ms")
	b.ReportMetric(at(0.99), "p99-ms")
}

// Image to chunk in direct mode, one ONNX Runtime thread.
func BenchmarkAct(b *testing.B) {
	e, obs := openBench(b)
	p := policy.NewPolicy(e)
	var latencies []time.Duration
	b.ReportAllocs()
	for b.Loop() {
		c, err := p.Act(context.Background(), obs, "push the red cube into the left zone")
		if err != nil {
			b.Fatal(err)
		}
		latencies = append(latencies, c.Latency)
	}
	report(b, latencies)
}

// One token of a thought, averaged over the lengths that a thought goes through.
func BenchmarkToken(b *testing.B) {
	e, obs := openBench(b)
	ctx := context.Background()
	f, err := e.Prefill(ctx, obs)
	if err != nil {
		b.Fatal(err)
	}
	defer f.Release()
	text := prompt.Think(e.Tokenizer(), "push the red cube into the left zone")
	var d *policy.Decoder
	var latencies []time.Duration
	b.ReportAllocs()
	for b.Loop() {
		if d == nil || d.Room() == 0 {
			b.StopTimer()
			if d != nil {
				d.Close()
			}
			d = e.Decode(f)
			if _, err := d.Read(ctx, text...); err != nil {
				b.Fatal(err)
			}
			b.StartTimer()
		}
		start := time.Now()
		if _, err := d.Read(ctx, text[0]); err != nil {
			b.Fatal(err)
		}
		latencies = append(latencies, time.Since(start))
	}
	d.Close()
	report(b, latencies)
}
