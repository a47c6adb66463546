package policy

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
)

func TestAThinkerWaitsUntilNoPolicyRuns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		turn := newTurn()
		turn.enter()
		turn.enter() // a second policy, which waits for the first one's lane
		thought := false
		go func() {
			if err := turn.await(t.Context()); err != nil {
				t.Error(err)
			}
			thought = true
		}()
		for _, left := range []string{"both run", "one runs"} {
			synctest.Wait()
			if thought {
				t.Fatalf("%s: the thinker ran", left)
			}
			turn.leave()
		}
		synctest.Wait()
		if !thought {
			t.Error("no policy runs: the thinker never got its turn")
		}
	})
}

func TestAWakeUpThatComesTooLateIsNoTurn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		turn := newTurn()
		turn.enter()
		turn.leave() // leaves a token in the channel
		turn.enter()
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- turn.await(ctx) }()
		synctest.Wait()
		select {
		case err := <-ended:
			t.Fatalf("the thinker ran (%v) while a policy did", err)
		default:
		}
		cancel()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Errorf("error %v, want context.Canceled", err)
		}
	})
}
