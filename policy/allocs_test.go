package policy_test

import (
	"context"
	"runtime"
	"testing"

	"hyt/policy"
	"hyt/policy/policytest"
	"hyt/policy/prompt"
	"hyt/policy/thought"
)

// steps are what runs again and again while a robot works, each in steady state.
func steps(t *testing.T) map[string]func() {
	m := policytest.New(t, policytest.Options{})
	e := open(t, m)
	p := policy.NewPolicy(e)
	ctx, obs := context.Background(), scene(m)
	must := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	given, err := thought.Parse("sub push red cube; grip open;")
	must(err)
	e.Guide().Offer(given, "push red cube", obs.Stamp)
	var acted, followed, guided policy.Chunk

	f, err := e.Prefill(ctx, obs)
	must(err)
	t.Cleanup(f.Release)
	d := e.Decode(f)
	t.Cleanup(d.Close)
	question := prompt.Think(m.Tokenizer, "push red cube")
	return map[string]func(){
		"act":    func() { must(p.ActInto(ctx, obs, "push red cube", &acted)) },
		"follow": func() { must(p.FollowInto(ctx, obs, "sub push red cube;", &followed)) },
		"guided": func() { must(p.GuidedInto(ctx, obs, "push red cube", e.Guide(), 1e9, &guided)) },
		"a thought, token by token": func() {
			d.Restart(f)
			_, err := d.Read(ctx, question...)
			must(err)
			for range 20 {
				_, err := d.Read(ctx, question[0])
				must(err)
			}
		},
	}
}

func TestSteadyInferenceAllocatesNothing(t *testing.T) {
	for name, step := range steps(t) {
		for range 3 { // shapes, memory and text are learned
			step()
		}
		if n := testing.AllocsPerRun(50, step); n != 0 {
			t.Errorf("%s: %v allocations a step, want 0", name, n)
		}
	}
}

func TestTheHeapStaysFlatOverManySteps(t *testing.T) {
	all := steps(t)
	live := func() uint64 {
		runtime.GC()
		runtime.GC() // the first one's cleanups
		var s runtime.MemStats
		runtime.ReadMemStats(&s)
		return s.HeapAlloc
	}
	run := func(n int) {
		for range n {
			for _, step := range all {
				step()
			}
		}
	}
	run(10)
	before := live()
	run(300)
	if after := live(); after > before+64<<10 {
		t.Errorf("the heap grew from %d to %d bytes in 300 steps of each kind", before, after)
	}
}
