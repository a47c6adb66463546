package actors

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"hyt/gazebo/eval"
	"hyt/policy"
	"hyt/policy/policytest"
)

func open(t *testing.T, o policytest.Options) *policy.Engine {
	t.Helper()
	e, err := policy.Open(policytest.New(t, o).Dir, policy.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = e.Close() })
	return e
}

// act lets an actor of the hand act n times in one episode, and returns its last chunk.
func act(t *testing.T, h *Hand, n int) (eval.Actor, policy.Chunk) {
	t.Helper()
	a, err := h.Actor(policy.Mode(h.Mode))
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Start("touch the red cube"); err != nil {
		t.Fatal(err)
	}
	var c policy.Chunk
	for i := range n {
		if c, err = a.Act(t.Context(), observation(h.Model, i)); err != nil {
			t.Fatal(err)
		}
	}
	return a, c
}

func observation(e *policy.Engine, i int) policy.Observation {
	o := policy.Observation{Stamp: time.Unix(int64(i), 0), Proprio: make([]float32, len(e.Spec().Proprio))}
	for _, c := range e.Spec().Cameras {
		o.Images = append(o.Images, bytes.Repeat([]byte{byte(i)}, 3*c.Width*c.Height))
	}
	return o
}

func TestInAHierarchyTheModelFollowsThePlannersThought(t *testing.T) {
	h := &Hand{Mode: Hierarchy, Model: open(t, policytest.Options{}), Planner: open(t, policytest.Options{})}
	a, got := act(t, h, 1)
	thought := a.(eval.Thinker).Thought()
	if thought == nothing || thought == "" {
		t.Fatalf("the planner thought %q", thought)
	}
	want, err := policy.NewPolicy(h.Model).Follow(t.Context(), observation(h.Model, 0), thought)
	if err != nil {
		t.Fatal(err)
	}
	for i, row := range want.Actions {
		for d, v := range row {
			if got.Actions[i][d] != v {
				t.Fatalf("action %d is %v, of following %v", i, got.Actions[i], row)
			}
		}
	}
	if h.Thought() != 1 {
		t.Errorf("thought about %v of the frames", h.Thought())
	}
}

func TestAHierarchyTakesTheTimeOfBothModels(t *testing.T) {
	h := &Hand{Mode: Hierarchy, Model: open(t, policytest.Options{}), Planner: open(t, policytest.Options{})}
	a, _ := act(t, h, 1)
	best := 0.0 // of the call's time, what its chunk tells; the machine may pause in between
	for i := range 10 {
		began := time.Now()
		c, err := a.Act(t.Context(), observation(h.Model, i))
		if err != nil {
			t.Fatal(err)
		}
		best = max(best, float64(c.Latency)/float64(time.Since(began)))
	}
	if best < 0.9 {
		t.Errorf("a chunk tells of %.2f of the time that it took", best)
	}
}

func TestACoinThinksAsOftenAsItIsTold(t *testing.T) {
	for share, within := range map[float64][2]float64{0: {0, 0}, 0.5: {0.3, 0.7}, 1: {1, 1}} {
		h := &Hand{Mode: Coin, Model: open(t, policytest.Options{}), Share: share}
		act(t, h, 60)
		if got := h.Thought(); got < within[0] || got > within[1] {
			t.Errorf("told %v, it thought about %v of the frames", share, got)
		}
	}
}

func TestEachInstructionHasACoinOfItsOwnThatItRepeats(t *testing.T) {
	throw := func(instruction string) float64 {
		var c coin
		if err := c.Start(instruction); err != nil {
			t.Fatal(err)
		}
		return c.random.Float64()
	}
	red := throw("touch the red cube")
	if throw("touch the red cube") != red {
		t.Error("the same instruction throws another coin")
	}
	if throw("touch the red ball") == red {
		t.Error("instructions of the same length throw the same coin")
	}
}

// The test model's gate says how bright the picture is, and that grows with i.
func TestAGateThinksFromItsThresholdUp(t *testing.T) {
	h := &Hand{Mode: Auto, Model: open(t, policytest.Options{Gate: true}), Threshold: 30.0 / 255}
	act(t, h, 40)
	if got := h.Thought(); got != 0.25 {
		t.Errorf("it thought about %v of the frames, want 10 of 40", got)
	}
}

func TestWhatAModelCannotDoIsRefused(t *testing.T) {
	m := open(t, policytest.Options{})
	for mode, want := range map[string]string{"dream": `no mode "dream"`, Auto: "gate"} {
		h := &Hand{Mode: mode, Model: m}
		if _, err := h.Actor(""); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want one with %q", mode, err, want)
		}
	}
}
