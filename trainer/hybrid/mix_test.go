package hybrid

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"hyt/policy"
	"hyt/trainer/model"
)

// thinkFirst is mostly thinking at first and mostly acting at last.
func thinkFirst() []Moment {
	return []Moment{{At: 0.2, Weights: Weights{Think: 1}}, {At: 0.6, Weights: Weights{Act: 3, Think: 1}}}
}

func TestScheduledWeightsChangeLinearlyBetweenMoments(t *testing.T) {
	m := Mix{Modes: DefaultWeights(), Schedule: thinkFirst()}
	for _, test := range []struct {
		progress float64
		act      float64
	}{{0, 0}, {0.2, 0}, {0.4, 0.375}, {0.6, 0.75}, {1, 0.75}} {
		w := m.At(test.progress)
		if math.Abs(w.Act-test.act) > 1e-9 || math.Abs(w.sum()-1) > 1e-9 {
			t.Errorf("at %g: %+v, want act %g and a sum of 1", test.progress, w, test.act)
		}
	}
	if got := m.Mean(); math.Abs(got.Act-0.45) > 1e-3 || got.Regime() != ECoTLite {
		t.Errorf("mean %+v, want act 0.45: 0.4 of the run at half of 0.75, 0.4 at 0.75", got)
	}
}

func TestAScheduleIsFollowedOverTheRun(t *testing.T) {
	m := maker(samples{sample(aThought)})
	m.Mix.Schedule, m.Total = thinkFirst(), 4000
	acts := func(from, until int) (share float64) {
		for i := from; i < until; i++ {
			if _, mode, err := m.Row(i); err != nil {
				t.Fatal(err)
			} else if mode == policy.Act {
				share += 1 / float64(until-from)
			}
		}
		return share
	}
	if early, late := acts(0, 800), acts(2400, 4000); early > 0 || math.Abs(late-0.75) > 0.05 {
		t.Errorf("share of act is %.2f early and %.2f late, want 0 and 0.75", early, late)
	}
}

func TestASumShowsEverySampleInEveryMode(t *testing.T) {
	m := maker(samples{sample(aThought), sample(aThought)})
	m.Mix.Sum = true
	seen := map[policy.Mode]float32{}
	for i := range 3 {
		row, mode, err := m.Row(i)
		if err != nil {
			t.Fatal(err)
		}
		seen[mode] = row.ActWeight
		if mode == policy.Think && row.TextWeight != row.ActWeight {
			t.Errorf("the thought weighs %v, the actions after it %v", row.TextWeight, row.ActWeight)
		}
	}
	if seen[policy.Act] != 0.25 || seen[policy.Think] != 0.5 || seen[policy.Follow] != 0.25 {
		t.Errorf("weights %v, want 0.25, 0.5, 0.25", seen)
	}
}

func TestModesSideBySideSeeTheSameObservation(t *testing.T) {
	m := maker(samples{sample(aThought), sample(aThought)})
	m.Mix.Sum, m.GripJitter, m.Augment = true, 0.2, model.Augment{Colour: 0.2, Shift: 4, Cut: 1}
	for moment := range 4 {
		first, _, err := m.Row(3 * moment)
		if err != nil {
			t.Fatal(err)
		}
		for k := 1; k < 3; k++ {
			row, mode, err := m.Row(3*moment + k)
			if err != nil {
				t.Fatal(err)
			}
			if row.Look != first.Look || !slices.Equal(row.Proprio, first.Proprio) || &row.Images[0][0] != &first.Images[0][0] {
				t.Errorf("moment %d: %s sees something else", moment, mode)
			}
		}
	}
}

func TestTextsAreAsLongAsTheirModesNeed(t *testing.T) {
	m := maker(samples{sample(aThought)})
	act, think, follow := 4, 0, 0
	for mode, n := range map[policy.Mode]*int{policy.Act: &act, policy.Think: &think, policy.Follow: &follow} {
		row, err := m.InMode(m.Set.At(0), mode)
		if err != nil {
			t.Fatal(err)
		}
		*n = (len(row.Tokens) + 3) / 4 * 4
	}
	for _, test := range []struct {
		name string
		mix  Mix
		want []int
	}{
		{"who acts needs the instruction's", Mix{Modes: Weights{Act: 1}}, []int{act}},
		{"drawn modes share the longest", Mix{Modes: DefaultWeights()}, []int{think}},
		{"a sum has one for each mode", Mix{Modes: DefaultWeights(), Sum: true}, []int{act, think, follow}},
		{"and none for a mode without weight", Mix{Modes: Weights{Act: 1, Follow: 1}, Sum: true}, []int{act, follow}},
	} {
		if m.Mix = test.mix; !slices.Equal(m.Texts(), test.want) {
			t.Errorf("%s: %v, want %v", test.name, m.Texts(), test.want)
		}
	}
}

func TestASumHasTheModesOfItsWholeSchedule(t *testing.T) {
	m := Mix{Modes: Weights{Follow: 1}, Schedule: thinkFirst(), Sum: true}
	if got, want := m.trained(), []policy.Mode{policy.Act, policy.Think}; !slices.Equal(got, want) || m.texts() != 2 {
		t.Errorf("modes %v, want %v, whatever is said where there is no schedule", got, want)
	}
}

func TestAMomentWithoutThoughtActsWithTheWholeWeight(t *testing.T) {
	m := maker(samples{sample("")})
	m.Mix.Sum = true
	var sum float32
	for i := range 3 {
		row, mode, err := m.Row(i)
		if err != nil || mode != policy.Act {
			t.Fatal(mode, err)
		}
		sum += row.ActWeight
	}
	if sum != 1 {
		t.Errorf("weights sum to %v, want 1, as a drawn row has", sum)
	}
}

func TestMixesThatAreRefused(t *testing.T) {
	for _, test := range []struct {
		mix  Mix
		want string
	}{
		{Mix{}, "one must be positive"},
		{Mix{Modes: Weights{Act: math.NaN()}}, "none may be negative"},
		{Mix{Modes: DefaultWeights(), Schedule: []Moment{{At: 2, Weights: DefaultWeights()}}}, "schedule[0].at is 2"},
		{Mix{Modes: DefaultWeights(), Schedule: []Moment{{At: 0.5}}}, "schedule[0]: mode weights"},
		{Mix{Modes: DefaultWeights(), Schedule: []Moment{{0.5, DefaultWeights()}, {0.5, DefaultWeights()}}}, "not after the one before"},
	} {
		if err := test.mix.Validate(); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%+v: error %v, want one with %q", test.mix, err, test.want)
		}
	}
	if _, err := Regime("bc"); err == nil || !strings.Contains(err.Error(), "hyt, vla, ecot") {
		t.Errorf("error %v", err)
	}
}

func TestDrawsDoNotDependOnTheWeights(t *testing.T) {
	a, b := rand.New(rand.NewPCG(1, 1)), rand.New(rand.NewPCG(1, 1))
	Weights{Act: 1}.draw(a, true)
	DefaultWeights().draw(b, false)
	if a.Uint64() != b.Uint64() {
		t.Error("what is drawn after the mode shifts with the weights")
	}
}
