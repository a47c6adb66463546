package policynode

import (
	"math"
	"testing"
	"time"

	"hyt/config"
	"hyt/nodes/engines"
	"hyt/policy"
	"hyt/policy/policytest"
	"hyt/policy/thought"
)

// tinyModel is a real model, on the real runtime, closed with the test.
func tinyModel(t *testing.T) Model {
	t.Helper()
	c := config.DefaultPolicy()
	c.Model = policytest.New(t, policytest.Options{}).Dir
	m, err := FromPool(engines.NewPool())(&c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = m.Close() })
	return m
}

// blackAt is a black image at that time.
func blackAt(m Model, at time.Time) policy.Observation {
	cam := m.Spec().Cameras[0]
	return policy.Observation{Stamp: at, Images: [][]byte{make([]byte, cam.Width*cam.Height*3)}, Proprio: make([]float32, len(m.Spec().Proprio))}
}

func TestRealModelsPlanInEachMode(t *testing.T) {
	m := tinyModel(t)
	obs := blackAt(m, time.Unix(5, 0))
	for mode, text := range map[policy.Mode]string{
		policy.Act: "touch the red cube", policy.Follow: "sub push red cube", policy.Think: "touch the red cube",
	} {
		chunk, err := m.Plan(t.Context(), mode, obs, text)
		if err != nil {
			t.Fatalf("%s: %v", mode, err)
		}
		if chunk.Mode != mode || !chunk.Stamp.Equal(obs.Stamp) || len(chunk.Actions) != m.Spec().Action.Chunk || math.IsNaN(chunk.Actions[0][0]) {
			t.Errorf("%s: %+v", mode, chunk)
		}
	}
	if _, err := m.Plan(t.Context(), policy.Follow, obs, "please go left"); err == nil {
		t.Error("followed what is no thought")
	}
}

func TestPlansOfTheFastModesAllocateNothing(t *testing.T) {
	m := tinyModel(t)
	obs, asked := blackAt(m, time.Unix(5, 0)), "touch the red cube"
	idea, err := thought.Parse("sub push red cube;")
	if err != nil {
		t.Fatal(err)
	}
	m.Heard(idea, asked, obs.Stamp)
	for mode, text := range map[policy.Mode]string{policy.Act: asked, policy.Follow: "sub push red cube;", policy.Guided: asked} {
		plan := func() {
			if _, err := m.Plan(t.Context(), mode, obs, text); err != nil {
				t.Fatal(err)
			}
		}
		for range 3 { // shapes, memory and text are learned
			plan()
		}
		if n := testing.AllocsPerRun(50, plan); n != 0 {
			t.Errorf("%s: %v allocations a plan, want 0", mode, n)
		}
	}
}
