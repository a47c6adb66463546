package task_test

import (
	"fmt"
	"testing"

	"hyt/gazebo/task"
)

// BenchmarkOracle prints how well the oracles do over scenes that are for evaluation
// only, as they are and as demonstrations are disturbed.
func BenchmarkOracle(b *testing.B) {
	const scenes = 200
	world := newSim(b)
	for _, tk := range task.All() {
		for _, noise := range []float64{0, demoNoise} {
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
					if err := world.Reset(e.Scene); err != nil {
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
