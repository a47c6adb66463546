package policynode

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"hyt/config"
	"hyt/nodes/engines"
	"hyt/policy"
	"hyt/policy/spec"
	"hyt/policy/thought"
)

const shippedModel = "../../policy/models/tabletop"

// contender is a model in a mode, as the node runs it.
type contender struct {
	name  string
	model *engineModel
	mode  policy.Mode
	work  policy.Work     // of one plan
	times []time.Duration // medians of its blocks, round by round
}

// BenchmarkModes runs the node's own way from an observation to a chunk, batch 1, on the
// shipped model in each mode, and on a plain VLA of the same weights. Blocks of the same
// contender follow each other in random order, so that neither a drift of the machine
// nor what the caches hold favours one; the plain VLA is there twice, and the ratio of
// the two says how far such ratios can be believed. It prints
//
//   - for each mode the graphs that ran, the tokens that they read, and the time;
//   - ratios with 95 % bootstrap intervals over rounds.
//
// That direct mode runs the very graphs of the plain VLA on as many tokens is checked
// by hash and by count.
func BenchmarkModes(b *testing.B) {
	const asked, rounds, plans = "push the red cube into the left zone", 30, 12
	hybrid, plain, again := openModel(b, shippedModel), openModel(b, plainVLA(b)), openModel(b, plainVLA(b))
	sameGraphs(b, hybrid.Spec(), plain.Spec())
	all := []*contender{
		{name: "vla", model: plain, mode: policy.Act}, {name: "vla-again", model: again, mode: policy.Act},
		{name: "act", model: hybrid, mode: policy.Act}, {name: "guided", model: hybrid, mode: policy.Guided},
		{name: "think", model: hybrid, mode: policy.Think},
	}
	obs := blackAt(hybrid, time.Unix(100, 0))
	idea, err := thought.Parse("sub push red cube; target red cube <x20> <y31>; ee <x30> <y12>; move left back; grip close;")
	if err != nil {
		b.Fatal(err)
	}
	hybrid.Guide().Offer(idea, asked, obs.Stamp)
	random := rand.New(rand.NewPCG(1, 0))
	for b.Loop() {
		for range rounds {
			random.Shuffle(len(all), func(i, k int) { all[i], all[k] = all[k], all[i] })
			for _, c := range all {
				c.block(b, obs, asked, plans)
				hybrid.Guide().Offer(idea, asked, obs.Stamp) // thinking left another one
			}
		}
	}
	slices.SortFunc(all, func(x, y *contender) int { return cmp.Compare(order[x.name], order[y.name]) })
	vla, act := all[0], all[2]
	if vla.work != act.work {
		b.Fatalf("a plan of direct mode is %+v, one of a plain VLA %+v", act.work, vla.work)
	}
	b.ReportMetric(0, "ns/op")
	var lines strings.Builder
	for _, c := range all {
		fmt.Fprintf(&lines, "\n%-9s %6.2f ms; image graph %d, extend graph %d (%d tokens), act graph %d",
			c.name, median(c.times), c.work.Prefills, c.work.Extends, c.work.Tokens, c.work.Acts)
	}
	lines.WriteString("\n")
	for _, r := range []struct{ of, to *contender }{{act, vla}, {all[1], vla}, {all[3], act}, {all[4], act}} {
		at, lo, hi := ratio(r.of.times, r.to.times)
		fmt.Fprintf(&lines, "%s/%s %.3f [%.3f, %.3f]; ", r.of.name, r.to.name, at, lo, hi)
		b.ReportMetric(at, r.of.name+"/"+r.to.name)
	}
	b.Log(lines.String()) // the testing package prints ten lines
}

var order = map[string]int{"vla": 0, "vla-again": 1, "act": 2, "guided": 3, "think": 4}

// block makes plans one after the other, a few of them only to fill the caches.
func (c *contender) block(b *testing.B, obs policy.Observation, asked string, plans int) {
	const warm = 3
	var times []time.Duration
	for i := range warm + plans {
		before := c.model.Stats().Policy
		start := time.Now()
		if _, err := c.model.Plan(b.Context(), c.mode, obs, asked); err != nil {
			b.Fatal(err)
		}
		if took := time.Since(start); i >= warm {
			times = append(times, took)
		}
		c.work = less(c.model.Stats().Policy, before)
	}
	slices.Sort(times)
	c.times = append(c.times, times[len(times)/2])
}

func less(now, before policy.Work) policy.Work {
	return policy.Work{
		Prefills: now.Prefills - before.Prefills, Extends: now.Extends - before.Extends, Tokens: now.Tokens - before.Tokens,
		Acts: now.Acts - before.Acts, Gates: now.Gates - before.Gates,
	}
}

// plainVLA is the shipped model's weights as a model that only acts.
func plainVLA(b *testing.B) string {
	b.Helper()
	dir := b.TempDir()
	if err := os.CopyFS(dir, os.DirFS(shippedModel)); err != nil {
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

func openModel(b *testing.B, dir string) *engineModel {
	b.Helper()
	c := config.DefaultPolicy()
	c.Model = dir
	m, err := FromPool(engines.NewPool())(&c)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = m.Close() })
	return m.(*engineModel)
}

// sameGraphs checks the graphs' bytes by their hashes.
func sameGraphs(b *testing.B, x, y *spec.Spec) {
	b.Helper()
	for _, file := range []string{x.Graphs.Image, x.Graphs.Extend, x.Graphs.Act, x.Tokenizer} {
		if x.Files[file] == "" || x.Files[file] != y.Files[file] {
			b.Fatalf("%s has hash %q in one model and %q in the other", file, x.Files[file], y.Files[file])
		}
	}
	b.Logf("of both models: image graph %.12s…, extend graph %.12s…, act graph %.12s…",
		x.Files[x.Graphs.Image], x.Files[x.Graphs.Extend], x.Files[x.Graphs.Act])
}

func median(times []time.Duration) (ms float64) {
	return 1e3 * slices.Sorted(slices.Values(times))[len(times)/2].Seconds()
}

// ratio is the median over rounds of x's block to y's in the same round, with its 95 %
// bootstrap interval.
func ratio(x, y []time.Duration) (at, lo, hi float64) {
	each := make([]float64, len(x))
	for i := range each {
		each[i] = x[i].Seconds() / y[i].Seconds()
	}
	middle := func(of []float64) float64 { return slices.Sorted(slices.Values(of))[len(of)/2] }
	random := rand.New(rand.NewPCG(2, 0))
	drawn := make([]float64, 1000)
	for i := range drawn {
		sample := make([]float64, len(each))
		for k := range sample {
			sample[k] = each[random.IntN(len(each))]
		}
		drawn[i] = middle(sample)
	}
	slices.Sort(drawn)
	return middle(each), drawn[24], drawn[974]
}
