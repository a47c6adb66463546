package policy

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"hyt/policy/policytest"
)

func openTiny(t *testing.T) (*Engine, Observation) {
	t.Helper()
	e, err := Open(policytest.New(t, policytest.Options{}).Dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.Close() })
	return e, Observation{Stamp: time.Unix(100, 0), Images: [][]byte{make([]byte, 64*64*3)}, Proprio: make([]float32, 5)}
}

// All that a thinker holds while it works is its lane.
func TestThePolicyNeedsNothingThatAThinkerHolds(t *testing.T) {
	e, obs := openTiny(t)
	if err := e.thinker.enter(t.Context()); err != nil {
		t.Fatal(err)
	}
	defer e.thinker.leave()
	p := NewPolicy(e)
	for range 3 {
		f := e.Latest() // held over the next inference, as by a thought
		if _, err := p.Act(t.Context(), obs, "push"); err != nil {
			t.Fatal(err)
		}
		f.Release()
	}
	f, err := p.Look(t.Context(), obs)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Release()
	d := p.Decode(f)
	defer d.Close()
	if _, err := d.Read(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
}

func TestAThinkerGivesUpWaitingForThePolicyWhenItsContextEnds(t *testing.T) {
	e, obs := openTiny(t)
	if err := e.policy.enter(t.Context()); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() {
		_, err := e.Prefill(ctx, obs)
		ended <- err
	}()
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want context.Canceled", err)
	}
	e.policy.leave()
	f, err := e.Prefill(t.Context(), obs)
	if err != nil {
		t.Fatal(err)
	}
	f.Release()
}

// Close comes while a thinker waits for a policy that waits for its lane: none may
// keep the others.
func TestCloseEndsPoliciesAndThinkersThatWait(t *testing.T) {
	e, obs := openTiny(t)
	if err := e.policy.enter(t.Context()); err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	all.Go(func() {
		if _, err := e.Prefill(t.Context(), obs); !errors.Is(err, ErrClosed) {
			t.Errorf("the thinker: error %v, want ErrClosed", err)
		}
	})
	all.Go(func() {
		if _, err := NewPolicy(e).Act(t.Context(), obs, "push"); !errors.Is(err, ErrClosed) {
			t.Errorf("the policy: error %v, want ErrClosed", err)
		}
	})
	all.Go(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	for !e.closed.Load() {
		time.Sleep(time.Millisecond)
	}
	e.policy.leave()
	all.Wait()
}

// Frames go round without locks: what a thinker holds must stay what it was.
func TestAFrameThatIsHeldIsNeverUsedForAnother(t *testing.T) {
	e, obs := openTiny(t)
	p := NewPolicy(e)
	if _, err := p.Act(t.Context(), obs, "push"); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	var thinkers sync.WaitGroup
	for range 2 {
		thinkers.Go(func() {
			for ctx.Err() == nil {
				f := e.Latest()
				c, ok := f.Direct("push")
				if !ok || !c.Stamp.Equal(f.Stamp) {
					t.Errorf("a frame of %v has the chunk of %v", f.Stamp, c.Stamp)
				}
				f.Clone().Release()
				f.Release()
			}
		})
	}
	for i := range 500 {
		obs.Stamp = time.Unix(int64(i), 0)
		if _, err := p.Act(t.Context(), obs, "push"); err != nil {
			t.Fatal(err)
		}
	}
	stop()
	thinkers.Wait()
	if n := len(e.prefixes); n > 8 {
		t.Errorf("%d prefixes were made for 3 that are held at a time", n)
	}
}
