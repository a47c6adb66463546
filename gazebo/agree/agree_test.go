package agree

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"hyt/gazebo/embedded"
	"hyt/gazebo/sim"
	"hyt/gazebo/task"
)

func newSim(t *testing.T) sim.Sim {
	t.Helper()
	s, err := embedded.New(task.World)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func episode(t *testing.T) task.Episode {
	t.Helper()
	e, err := task.Push{}.Episode(task.ID, 2)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// slippery is a simulator that says things are a little off.
type slippery struct{ sim.Sim }

func (s slippery) State() sim.State {
	state := s.Sim.State()
	for i := range state.Objects {
		state.Objects[i].Pose.X += 0.004
	}
	return state
}

// broken fails at its hundredth step.
type broken struct {
	sim.Sim
	steps *int
}

func (b broken) Step(cmd sim.Command, dt time.Duration) error {
	if *b.steps++; *b.steps == 100 {
		return errors.New("the server died")
	}
	return b.Sim.Step(cmd, dt)
}

func TestASimulatorAgreesWithItself(t *testing.T) {
	row := compare(t.Context(), episode(t), [2]sim.Sim{newSim(t), newSim(t)})
	if row.Verdict != [2]string{"success", "success"} || row.ObjectMM != 0 || row.HandMM != 0 || row.Pixels != 0 || row.TimeS[0] != row.TimeS[1] {
		t.Errorf("%+v", row)
	}
}

func TestWhatPartsIsMeasured(t *testing.T) {
	row := compare(t.Context(), episode(t), [2]sim.Sim{newSim(t), slippery{newSim(t)}})
	if row.ObjectMM < 3.99 || row.EndMM < 3.99 || row.Object == "" || row.Lost[1] != "" {
		t.Errorf("%+v", row)
	}
}

func TestALostEpisodeIsARowThatSaysWhy(t *testing.T) {
	row := compare(t.Context(), episode(t), [2]sim.Sim{newSim(t), broken{newSim(t), new(int)}})
	if row.Verdict != [2]string{"success", "lost"} || row.Lost[1] != "the server died" {
		t.Errorf("%+v", row)
	}
	r := Report{Sims: [2]string{"embedded", "Gazebo"}, Rows: []Row{row}}
	var out bytes.Buffer
	if err := r.WriteMarkdown(&out); err != nil || !strings.Contains(out.String(), "lost: the server died") {
		t.Errorf("%v\n%s", err, &out)
	}
	if won, played := r.Success("push", 1); won != 0 || played != 0 {
		t.Errorf("%d of %d", won, played)
	}
	if err := (options{episodes: 1, floor: 0.5}).judge(&r); err == nil || !strings.Contains(err.Error(), "0 of 1 scenes were played") {
		t.Errorf("judge: %v", err)
	}
}

func TestTheFloorJudgesGazebo(t *testing.T) {
	rows := []Row{
		{Task: "touch", Verdict: [2]string{"success", "success"}},
		{Task: "touch", Seed: 1, Verdict: [2]string{"success", "running"}},
	}
	r := Report{Rows: rows}
	if err := (options{episodes: 2, floor: 0.5}).judge(&r); err != nil {
		t.Error(err)
	}
	if err := (options{episodes: 2, floor: 0.9}).judge(&r); err == nil || !strings.Contains(err.Error(), "1 of 2") {
		t.Errorf("half where nine tenths are required: %v", err)
	}
}

func TestPicturesOfDifferentSizesDiffer(t *testing.T) {
	a := sim.Frame{Width: 2, Height: 1, RGB: []byte{0, 0, 0, 100, 0, 0}}
	b := sim.Frame{Width: 2, Height: 1, RGB: []byte{0, 3, 0, 0, 0, 0}}
	if mean, far := pictures(a, b); mean != 103.0/6 || far != 0.5 {
		t.Errorf("mean %g, far %g", mean, far)
	}
	if mean, far := pictures(a, sim.Frame{}); mean != 255 || far != 1 {
		t.Errorf("mean %g, far %g", mean, far)
	}
}

func TestUnknownTasksAndSplitsAreRefused(t *testing.T) {
	for say, o := range map[string]options{
		`no task "tuch"`: {split: "id", tasks: []string{"tuch"}, episodes: 1},
		`no split "odd"`: {split: "odd", tasks: []string{"touch"}, episodes: 1},
	} {
		if _, err := o.draw(); err == nil || !strings.Contains(err.Error(), say) {
			t.Errorf("draw: %v, want one that says %q", err, say)
		}
	}
}

func TestALostEpisodesReasonStaysInItsCell(t *testing.T) {
	r := Report{Sims: [2]string{"a", "b"}, Rows: []Row{{Task: "touch", Lost: [2]string{"", "no answer:\nit said | last"}}}}
	var out strings.Builder
	if err := r.WriteMarkdown(&out); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out.String(), `| lost: no answer:; it said \| last |`) {
		t.Error(out.String())
	}
}
