package eval

import (
	"testing"

	"hyt/gazebo/task"
)

func TestEverySceneFindsAnotherInstruction(t *testing.T) {
	// In push scene 1000053 no other object is one that is ever asked for.
	for _, tk := range task.All() {
		for seed := int64(task.EvalSeed); seed < task.EvalSeed+100; seed++ {
			e, err := tk.Episode(task.ID, seed)
			if err != nil {
				t.Fatal(err)
			}
			text, err := otherInstruction(e)
			if err != nil {
				t.Fatal(err)
			}
			if goal, err := task.Parse(text); err != nil || goal.Object == e.Goal.Object {
				t.Errorf("%s seed %d is told %q, which asks for its own object (%v)", tk.Name(), seed, text, err)
			}
		}
	}
}
