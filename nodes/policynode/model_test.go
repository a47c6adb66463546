package policynode

import (
	"math"
	"testing"
	"time"

	"hyt/config"
	"hyt/nodes/engines"
	"hyt/policy"
	"hyt/policy/policytest"
)

func TestRealModelsPlanInEachMode(t *testing.T) {
	tiny := policytest.New(t, policytest.Options{})
	c := config.DefaultPolicy()
	c.Model = tiny.Dir
	m, err := FromPool(engines.NewPool())(&c)
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	cam := m.Spec().Cameras[0]
	obs := policy.Observation{Stamp: time.Unix(5, 0), Images: [][]byte{make([]byte, cam.Width*cam.Height*3)},
		Proprio: make([]float32, len(m.Spec().Proprio))}
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
