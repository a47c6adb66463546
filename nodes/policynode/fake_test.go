package policynode

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"hyt/policy"
	"hyt/policy/spec"
	"hyt/policy/thought"
)

// fakeModel plans what it is told to.
type fakeModel struct {
	mu       sync.Mutex
	velocity float64 // m/s along x, of each row
	broken   error
	replaced error // of the files
	took     time.Duration
	crashes  bool
	asked    []string // "mode: text"
	thoughts []string // heard: "instruction: text"
	thinks   string   // written before each chunk
}

func (*fakeModel) SHA256() string { return "abc" }

func (m *fakeModel) Can(mode policy.Mode) error {
	if !slices.Contains([]policy.Mode{policy.Act, policy.Follow, policy.Guided, policy.Think}, mode) {
		return fmt.Errorf("the fake model has no mode %s", mode)
	}
	return nil
}

func (*fakeModel) Running() time.Duration { return 0 }

func (m *fakeModel) CheckFiles() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.replaced
}

func (m *fakeModel) Heard(t thought.Thought, instruction string, _ time.Time) {
	m.set(func(m *fakeModel) { m.thoughts = append(m.thoughts, instruction+": "+t.String()) })
}
func (*fakeModel) Close() error { return nil }

func (*fakeModel) Spec() *spec.Spec {
	return &spec.Spec{
		Name: "fake", Modes: []string{"act", "follow"},
		Cameras: []spec.Camera{{Name: "overhead", Width: 2, Height: 2, Crop: [4]float64{0, 0, 1, 1}}},
		Proprio: []string{"x", "gripper"},
		Action: spec.Action{Names: []string{"x", "yaw", "gripper"}, Units: []string{"m", "rad", ""}, Kind: "ee_delta", Rate: 10, Chunk: 4,
			Q01: []float64{-0.02, -0.2, 0}, Q99: []float64{0.02, 0.2, 1}},
	}
}

func (m *fakeModel) Plan(_ context.Context, mode policy.Mode, obs policy.Observation, text string) (policy.Chunk, error) {
	m.mu.Lock()
	took := m.took
	m.mu.Unlock()
	time.Sleep(took)
	m.mu.Lock()
	defer m.mu.Unlock()
	m.asked = append(m.asked, string(mode)+": "+text)
	if m.crashes {
		panic("the model has a bug")
	}
	c := policy.Chunk{Stamp: obs.Stamp, Period: 100 * time.Millisecond, Names: m.Spec().Action.Names, Mode: mode, Latency: took, Thought: m.thinks}
	for range 4 {
		c.Actions = append(c.Actions, []float64{m.velocity / 10, 0, 0.5})
	}
	return c, m.broken
}

func (m *fakeModel) heard() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.asked)
}

func (m *fakeModel) heardThoughts() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.thoughts)
}

func (m *fakeModel) set(f func(*fakeModel)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	f(m)
}
