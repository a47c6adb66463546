package task_test

import (
	"fmt"
	"syscall"
	"testing"
	"time"

	"hyt/gazebo/embedded"
	"hyt/gazebo/render"
	"hyt/gazebo/task"
)

// BenchmarkOracle prints how well the oracles do over scenes that are for evaluation
// only: as they are, as demonstrations are disturbed, and twice as much.
func BenchmarkOracle(b *testing.B) {
	const scenes = 200
	world := newSim(b)
	for _, tk := range task.All() {
		for _, noise := range []float64{0, demoNoise, 2 * demoNoise} {
			b.Run(fmt.Sprintf("%s/noise_%.2f", tk.Name(), noise), func(b *testing.B) {
				for b.Loop() {
					rate, seconds := oracleRate(b, world, tk, task.ID, noise, task.EvalSeed, scenes)
					b.ReportMetric(100*rate, "%success")
					b.ReportMetric(seconds, "sim_s/episode")
				}
			})
		}
	}
}

// BenchmarkRandom prints how often the tasks succeed by chance.
func BenchmarkRandom(b *testing.B) {
	const scenes = 200
	world := newSim(b)
	for _, tk := range task.All() {
		b.Run(tk.Name(), func(b *testing.B) {
			for b.Loop() {
				successes := 0
				for seed := int64(task.EvalSeed); seed < task.EvalSeed+scenes; seed++ {
					e, err := tk.Episode(task.ID, seed)
					if err != nil {
						b.Fatal(err)
					}
					if err := world.Reset(b.Context(), e.Scene); err != nil {
						b.Fatal(err)
					}
					judge, random, verdict := tk.Judge(e.Goal), task.NewRandom(seed), task.Running
					for verdict == task.Running && world.State().Time < tk.Limit() {
						verdict = act(b, world, random, judge, nil)
					}
					if verdict == task.Success {
						successes++
					}
				}
				b.ReportMetric(100*float64(successes)/scenes, "%success")
			}
		})
	}
}

// BenchmarkPolicyStep is what a policy that costs nothing sees a second: 0.1 s of
// simulated time and a frame of 96 by 96 pixels. The metric is by seconds of
// processor time, so that a busy machine measures the same.
func BenchmarkPolicyStep(b *testing.B) {
	world, err := embedded.New(task.World)
	if err != nil {
		b.Fatal(err)
	}
	defer world.Close()
	camera := newCamera(b, world, 96)
	for _, tk := range task.All() {
		b.Run(tk.Name(), func(b *testing.B) {
			seed := int64(0)
			var oracle task.Oracle
			var judge task.Judge
			over, begun := true, processorTime(b)
			for b.Loop() {
				if over {
					e, err := tk.Episode(task.ID, seed)
					if err != nil {
						b.Fatal(err)
					}
					seed++
					if err := world.Reset(b.Context(), e.Scene); err != nil {
						b.Fatal(err)
					}
					if err := camera.SetScene(e.Scene); err != nil {
						b.Fatal(err)
					}
					oracle, judge = tk.Oracle(e.Goal), tk.Judge(e.Goal)
				}
				camera.Draw(world.State())
				over = act(b, world, oracle, judge, nil) != task.Running || world.State().Time > tk.Limit()
			}
			b.ReportMetric(float64(b.N)/(processorTime(b)-begun).Seconds(), "steps/core_s")
		})
	}
}

// newCamera is the overhead camera with pictures of another size.
func newCamera(t testing.TB, world *embedded.Sim, side int) *render.Renderer {
	t.Helper()
	r, err := render.New(world.Stage(), side, side)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// processorTime is what this process has used so far.
func processorTime(t testing.TB) time.Duration {
	t.Helper()
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		t.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}
