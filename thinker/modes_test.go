package thinker_test

import (
	"context"
	"os"
	"slices"
	"testing"
	"time"

	"hyt/policy"
	"hyt/policy/prompt"
	"hyt/policy/spec"
	"hyt/policy/thought"
	"hyt/thinker"
)

const shipped = "../policy/models/tabletop"

// plainVLA is the shipped model's weights as a model that only acts.
func plainVLA(b *testing.B) string {
	b.Helper()
	dir := b.TempDir()
	if err := os.CopyFS(dir, os.DirFS(shipped)); err != nil {
		b.Fatal(err)
	}
	s, err := spec.Load(dir)
	if err != nil {
		b.Fatal(err)
	}
	s.Name, s.Training.Regime, s.Modes = "plain", "vla", []string{"act"}
	if err := s.Write(dir); err != nil {
		b.Fatal(err)
	}
	return dir
}

// BenchmarkModes runs the shipped model in each mode, batch 1, in turns with a plain
// VLA of the same weights, and reports time (median) and tokens of each.
func BenchmarkModes(b *testing.B) {
	const asked = "push the red cube into the left zone"
	open := func(dir string) *policy.Engine {
		e, err := policy.Open(dir, policy.Options{})
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { e.Close() })
		return e
	}
	hybrid, plain := open(shipped), open(plainVLA(b))
	p, vla := policy.NewPolicy(hybrid), policy.NewPolicy(plain)
	th, err := thinker.NewFor(p, thinker.Options{})
	if err != nil {
		b.Fatal(err)
	}
	obs := policy.Observation{Stamp: time.Unix(100, 0), Images: [][]byte{make([]byte, 64*64*3)}, Proprio: make([]float32, 5)}
	ctx := context.Background()
	steps, err := thought.Parse("sub push red cube; target red cube <x20> <y31>; ee <x30> <y12>; move left back; grip close;")
	if err != nil {
		b.Fatal(err)
	}
	var result thinker.Result
	var c, guided policy.Chunk
	modes := []struct {
		name string
		run  func() error
		took []time.Duration
	}{
		{"vla", func() error { return vla.ActInto(ctx, obs, asked, &c) }, nil},
		{"act", func() error { return p.ActInto(ctx, obs, asked, &c) }, nil},
		{"think", func() error {
			f, err := p.Look(ctx, obs)
			if err != nil {
				return err
			}
			defer f.Release()
			result, err = th.Think(ctx, f, asked)
			return err
		}, nil},
		{"guided", func() error {
			hybrid.Guide().Offer(steps, asked, obs.Stamp)
			return p.GuidedInto(ctx, obs, asked, hybrid.Guide(), time.Hour, &guided)
		}, nil},
	}
	for turn := 0; b.Loop(); turn++ {
		for i := range modes {
			m := &modes[(i+turn)%len(modes)] // each mode comes after each other one
			if err := m.run(); err != nil {  // caches hold this model's weights now
				b.Fatal(err)
			}
			start := time.Now()
			if err := m.run(); err != nil {
				b.Fatal(err)
			}
			took := time.Since(start)
			if m.name == "think" {
				took = result.Latency // without the direct chunk that it is compared with
			}
			m.took = append(m.took, took)
		}
	}
	median := func(i int) float64 {
		slices.Sort(modes[i].took)
		return 1e3 * modes[i].took[len(modes[i].took)/2].Seconds()
	}
	for i := range modes {
		b.ReportMetric(median(i), modes[i].name+"-ms")
	}
	b.ReportMetric(median(1)/median(0), "act/vla")
	b.ReportMetric(median(2)/median(1), "think/act")
	b.ReportMetric(median(3)/median(1), "guided/act")
	direct := len(prompt.Act(hybrid.Tokenizer(), asked))
	b.ReportMetric(float64(direct), "act-tokens")
	b.ReportMetric(float64(direct+result.Tokens), "think-tokens")
	b.ReportMetric(float64(len(prompt.Follow(hybrid.Tokenizer(), guided.Thought))), "guided-tokens")
}
