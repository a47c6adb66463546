package eval

import (
	"encoding/json"
	"strings"
	"testing"

	"hyt/gazebo/task"
	"hyt/policy"
)

// talker acts as scripted and says the same at each view.
type talker struct {
	scripted
	says string
}

func (t *talker) Thought() string { return t.says }

func TestThoughtsAreRightThatNameWhatTheDemonstratorGoesFor(t *testing.T) {
	const seed = 42
	e, err := task.Touch{}.Episode(task.ID, seed)
	if err != nil {
		t.Fatal(err)
	}
	right := e.Goal.Object.String()
	wrong := ""
	for _, o := range e.Scene.Objects {
		if name := o.Color + " " + o.Shape; name != right {
			wrong = name
		}
	}
	for _, c := range []struct {
		name, says string
		control    Control
		told       bool
		want       string
	}{
		{"the target, wherever it is thought to be", "plan touch " + wrong + "; target " + right + " <x00> <y00>;", Plain, true, "100.0 %"},
		{"another thing", "target " + wrong + " <x10> <y10>;", Plain, true, "0.0 %"},
		{"the step alone", "sub touch " + right + ";", Plain, true, "100.0 %"},
		{"another step", "sub push " + right + ";", Plain, true, "0.0 %"},
		{"nothing of what it goes for", "move left;", Plain, false, "–"},
		{"nonsense", "the red one", Plain, false, "–"},
		{"nothing", "", Plain, false, "–"},
		{"what it was told instead", "sub touch " + right + ";", Shuffled, false, "–"},
	} {
		t.Run(c.name, func(t *testing.T) {
			cfg := Config{Tasks: []string{"touch"}, Episodes: 1, Seed: seed, NewSim: newSim}
			if c.control != Plain {
				cfg.Controls = []Control{c.control}
			}
			actor := &talker{says: c.says}
			report, err := Run(t.Context(), cfg, played(cfg, actor))
			if err != nil {
				t.Fatal(err)
			}
			cell := report.Cells[len(report.Cells)-1]
			if cell.Control != c.control {
				t.Fatalf("cells %+v", report.Cells)
			}
			views := actor.images / len(report.Cells)
			if got := cell.Told; cell.RightShare() != c.want || c.told && got != views || !c.told && got != 0 {
				t.Errorf("%s of %d thoughts, %d views", cell.RightShare(), got, views)
			}
		})
	}
}

func TestThoughtsAreKeptWithTheirEpisode(t *testing.T) {
	r := Result{Episode: Episode{Task: "touch", Mode: policy.Think}, Verdict: task.Success, Thoughts: Thoughts{Told: 7, Right: 5}}
	data, err := json.Marshal(r)
	if err != nil || !strings.Contains(string(data), `"thoughts":7,"thoughts_right":5`) {
		t.Fatalf("%s, %v", data, err)
	}
	var back Result
	if err := json.Unmarshal(data, &back); err != nil || back.Thoughts != r.Thoughts {
		t.Errorf("%+v, %v", back.Thoughts, err)
	}
}
