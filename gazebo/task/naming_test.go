package task

import (
	"math"
	"slices"
	"strings"
	"testing"

	"hyt/gazebo/sim"
)

func TestNamingIsWhatTheInstructionSays(t *testing.T) {
	for _, test := range []struct {
		instruction, plain string
		want               Naming
	}{
		{"touch the red cube", "touch the red cube", ByFullName},
		{"touch the red one", "touch the red cube", ByLook},
		{"touch the cube left of the blue ball", "touch the red cube", ByRelation},
		{"put the red cube on the bar behind the blue ball", "put the red cube on the green bar", ByRelation},
		{"push the cube to the left zone", "push the red cube to the left zone", ByLook},
	} {
		if got := (Episode{Instruction: test.instruction, Plain: test.plain}).Naming(); got != test.want {
			t.Errorf("%q is named by %q, want %q", test.instruction, got, test.want)
		}
	}
}

func TestSeedsAreThoseOfTheNamingInOrder(t *testing.T) {
	for _, naming := range Namings() {
		seeds, err := Seeds(Touch{}, ID, naming, 100, EvalSeed, 5)
		if err != nil || len(seeds) != 5 || !slices.IsSorted(seeds) || seeds[0] < 100 {
			t.Fatalf("%s: %v, %v", naming, seeds, err)
		}
		for _, seed := range seeds {
			if e, err := (Touch{}).Episode(ID, seed); err != nil || e.Naming() != naming {
				t.Errorf("seed %d says %q (%v), want naming %s", seed, e.Instruction, err, naming)
			}
		}
	}
	if all, err := Seeds(Touch{}, ID, AnyNaming, 7, EvalSeed, 3); err != nil || !slices.Equal(all, []int64{7, 8, 9}) {
		t.Errorf("any naming: %v, %v", all, err)
	}
}

func TestSeedsThatAreNotThereAreAnError(t *testing.T) {
	for _, test := range []struct {
		name  string
		task  Task
		limit int64
		want  string
	}{
		{"a task that never relates things", Sort{}, math.MaxInt64, "choose another naming"},
		{"too few before the evaluation's", Touch{}, 20, "reach 20"},
	} {
		if _, err := Seeds(test.task, ID, ByRelation, 0, test.limit, 100); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want %q", test.name, err, test.want)
		}
	}
}

func TestConsideredIsWhatTheInstructionMayMean(t *testing.T) {
	at := func(color, shape string, y float64) sim.Object {
		return sim.Object{Name: color + "_" + shape, Color: color, Shape: shape, Pose: sim.Pose{Y: y}}
	}
	scene := sim.Scene{Objects: []sim.Object{at("red", "cube", -0.1), at("green", "cube", 0.1), at("blue", "ball", 0), at("red", "bar", 0.2)}}
	for _, test := range []struct {
		instruction string
		want        []Thing
	}{
		{"touch the red cube", []Thing{{"red", "cube"}}},
		{"touch the cube right of the blue ball", []Thing{{"blue", "ball"}, {"green", "cube"}, {"red", "cube"}}},
		{"touch the red one right of the green cube", []Thing{{"green", "cube"}, {"red", "bar"}, {"red", "cube"}}},
		{"put the red cube on the ball", []Thing{{"red", "cube"}, {"blue", "ball"}}},
	} {
		got, err := Episode{Instruction: test.instruction, Scene: scene}.Considered()
		if err != nil || !slices.Equal(got, test.want) {
			t.Errorf("%q: %v, %v, want %v", test.instruction, got, err, test.want)
		}
	}
	if _, err := (Episode{Instruction: "dance", Scene: scene}).Considered(); err == nil {
		t.Error("an unknown phrasing is no error")
	}
}
