package task_test

import (
	"fmt"
	"hash/fnv"
	"sync"
	"testing"

	"hyt/gazebo/embedded"
	"hyt/gazebo/sim"
	"hyt/gazebo/task"
)

// fingerprint sums up every state of an oracle's episode, bit by bit, and the last
// pictures of both cameras.
func fingerprint(t testing.TB, world sim.Sim, e task.Episode) uint64 {
	t.Helper()
	h := fnv.New64a()
	show(t, world, e, demoNoise, func(s sim.State, d task.Decision) {
		fmt.Fprintf(h, "%b %v %v", s.Arm, s.Touched, d.Plan)
		for _, o := range s.Objects {
			fmt.Fprintf(h, "%b %b %v", o.Pose, o.Tilt, o.Held)
		}
	})
	for _, camera := range []string{sim.Overhead, sim.Wrist} {
		frame, err := world.Render(camera)
		if err != nil {
			t.Fatal(err)
		}
		h.Write(frame.RGB)
	}
	return h.Sum64()
}

func TestEpisodesOfAllTasksRepeatBitForBit(t *testing.T) {
	var episodes []task.Episode
	for _, tk := range task.All() {
		e, err := tk.Episode(task.ID, 11)
		if err != nil {
			t.Fatal(err)
		}
		episodes = append(episodes, e)
	}
	world := newSim(t)
	var want []uint64
	for _, e := range episodes {
		want = append(want, fingerprint(t, world, e))
	}
	var group sync.WaitGroup
	for k := range 2 {
		group.Go(func() {
			other, err := embedded.New(task.World)
			if err != nil {
				t.Error(err)
				return
			}
			defer other.Close()
			for i := range episodes {
				n := (i + 4*k) % len(episodes) // each in another order
				if got := fingerprint(t, other, episodes[n]); got != want[n] {
					t.Errorf("%s: %x with another episode beside it, %x alone", episodes[n].Task.Name(), got, want[n])
				}
			}
		})
	}
	group.Wait()
}
