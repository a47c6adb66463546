package thinker_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"hyt/policy"
	"hyt/policy/policytest"
	"hyt/thinker"
)

func TestAThoughtAboutAStaleFrameIsGivenUpBetweenTokens(t *testing.T) {
	clock := scene().Stamp
	asked := 0
	now := func() time.Time { // each look at the clock takes 10 ms
		asked++
		clock = clock.Add(10 * time.Millisecond)
		return clock
	}
	_, e, th := mind(t, policytest.Options{Endless: true}, thinker.Options{MaxAge: 55 * time.Millisecond, Now: now})
	_, err := th.Think(context.Background(), look(t, e), "push")
	if !errors.Is(err, thinker.ErrStale) || !strings.Contains(err.Error(), "60ms old, of at most 55ms") {
		t.Errorf("error %v, want ErrStale", err)
	}
	if n := e.Stats().Thinker.Extends; n != 5 || asked != 6 {
		t.Errorf("%d steps after %d looks at the clock, want 5 after 6", n, asked)
	}
}

func TestTokensComeAtTheirPace(t *testing.T) {
	m := policytest.New(t, policytest.Options{})
	synctest.Test(t, func(t *testing.T) {
		e, err := policy.Open(m.Dir, policy.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer e.Close()
		th, err := thinker.New(e, thinker.Options{TokenRate: 20})
		if err != nil {
			t.Fatal(err)
		}
		f, err := e.Prefill(t.Context(), scene())
		if err != nil {
			t.Fatal(err)
		}
		defer f.Release()
		start := time.Now()
		r, err := th.Think(t.Context(), f, "push")
		if err != nil {
			t.Fatal(err)
		}
		// The prompt at once, then each token 50 ms after the one before.
		if want := time.Duration(r.Tokens) * 50 * time.Millisecond; time.Since(start) != want {
			t.Errorf("%d tokens in %v, want %v", r.Tokens, time.Since(start), want)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 120*time.Millisecond)
		defer cancel()
		if _, err := th.Think(ctx, f, "push"); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("error %v, want context.DeadlineExceeded", err)
		}
	})
}

func TestWholeThoughtsAreLeftForThePolicyToFollow(t *testing.T) {
	for _, c := range []struct {
		what    string
		options policytest.Options
		follow  string
	}{
		{"a thought", policytest.Options{}, policytest.DefaultThought},
		{"one that was cut", policytest.Options{Endless: true}, ""},
		{"one that does not parse", policytest.Options{Thought: "cube red target"}, ""},
	} {
		_, e, th := mind(t, c.options, thinker.Options{})
		if _, err := th.Think(context.Background(), look(t, e), "push"); err != nil {
			t.Fatal(err)
		}
		chunk, err := policy.NewPolicy(e).Guided(context.Background(), scene(), "push", e.Guide(), time.Second)
		if err != nil || chunk.Thought != c.follow {
			t.Errorf("%s: followed %q, want %q (error %v)", c.what, chunk.Thought, c.follow, err)
		}
	}
}

func TestDisagreementOverTheThresholdIsSaidWithTheNumbers(t *testing.T) {
	_, e, th := mind(t, policytest.Options{}, thinker.Options{MaxDifference: 1e-6})
	r, err := th.Think(context.Background(), look(t, e), "push")
	if err != nil {
		t.Fatal(err)
	}
	if want := thinker.Differ(r.Chunk, r.Direct, &e.Spec().Action); want.Range == 0 || r.Different.Range != want.Range || r.Different.Worst != want.Worst {
		t.Errorf("difference %+v, want %+v", r.Different, want)
	}
	if r.Disagrees == nil || !strings.Contains(r.Disagrees.Error(), r.Different.Worst+" differs by") || !strings.Contains(r.Disagrees.Error(), " mm ") {
		t.Errorf("disagreement %v, want one with dimension and millimetres", r.Disagrees)
	}
	_, e, th = mind(t, policytest.Options{}, thinker.Options{MaxDifference: 10})
	if r, err = th.Think(context.Background(), look(t, e), "push"); err != nil || r.Disagrees != nil {
		t.Errorf("disagreement %v, error %v, want neither", r.Disagrees, err)
	}
}
