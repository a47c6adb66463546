package policy

import (
	"slices"
	"testing"
	"testing/synctest"
)

func TestThePolicyGoesBeforeThinkersThatWaitLonger(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		turn := newTurn()
		var order []string // guarded by the turn itself
		turn.take()
		for range 3 {
			go func() {
				turn.take()
				order = append(order, "thinker")
				turn.give()
			}()
		}
		synctest.Wait() // the thinkers wait
		go func() {
			turn.takeFirst()
			order = append(order, "policy")
			turn.give()
		}()
		synctest.Wait()
		turn.give()
		synctest.Wait()
		if want := []string{"policy", "thinker", "thinker", "thinker"}; !slices.Equal(order, want) {
			t.Errorf("order %v, want %v", order, want)
		}
	})
}

func TestAWaitingPolicyKeepsTheNextThinkerOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		turn := newTurn()
		turn.take() // one token
		acted, thought := false, false
		go func() { turn.takeFirst(); acted = true }()
		synctest.Wait()
		go func() { turn.take(); thought = true; turn.give() }()
		turn.give()
		synctest.Wait()
		if !acted || thought {
			t.Fatalf("policy ran %v, thinker ran %v, want only the policy", acted, thought)
		}
		turn.give()
		synctest.Wait()
		if !thought {
			t.Error("the thinker never got its turn")
		}
	})
}
