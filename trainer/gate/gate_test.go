package gate

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"
)

// outcomes are of a world in which thinking helps where the first feature is
// positive, as far as signal goes, and harms elsewhere.
func outcomes(n int, signal float64) []Outcome {
	r := rand.New(rand.NewPCG(4, 5))
	var list []Outcome
	for i := range n {
		o := Outcome{Episode: i / 10, Features: make([]float32, 8)}
		for k := range o.Features {
			o.Features[k] = float32(3 + 2*r.NormFloat64()) // neither centred nor of unit spread
		}
		gain := signal*float64(o.Features[0]-3)*0.05 + 0.05*r.NormFloat64()
		o.Act, o.Think = 0.3, 0.3-gain
		list = append(list, o)
	}
	return list
}

func verdict(t *testing.T, list []Outcome) Verdict {
	t.Helper()
	held, err := Held(list, 1)
	if err != nil {
		t.Fatal(err)
	}
	return Judge(list, held)
}

func TestTheGateFindsWhereThinkingPays(t *testing.T) {
	v := verdict(t, outcomes(600, 1))
	if v.AUC < 0.85 {
		t.Errorf("AUC %.2f of a world that one feature explains", v.AUC)
	}
	half := v.Budgets[4]
	if half.Budget != 0.5 || half.CI95[0] <= 0 || half.Learned >= half.Random || half.Best > half.Learned {
		t.Errorf("at half the budget: %+v; want learned clearly below random, not below best", half)
	}
	if math.Abs(half.Threshold-0.5) > 0.15 {
		t.Errorf("threshold %.2f at half the budget, where thinking gains as often as it loses", half.Threshold)
	}
}

func TestNoSignalIsNoSkill(t *testing.T) {
	v := verdict(t, outcomes(600, 0))
	if v.AUC < 0.4 || v.AUC > 0.6 {
		t.Errorf("AUC %.2f where features say nothing: outcomes leak between folds", v.AUC)
	}
	for _, c := range v.Budgets {
		if c.CI95[0] > 0.01 {
			t.Errorf("%+v claims skill where there is none", c)
		}
	}
}

func TestTheRandomGateLiesBetweenActAndThink(t *testing.T) {
	list := []Outcome{{Episode: 0, Act: 0.4, Think: 0.2}, {Episode: 1, Act: 0.2, Think: 0.4}, {Episode: 2, Act: 0.3, Think: 0.1}, {Episode: 3, Act: 0.3, Think: 0.3}}
	v := Judge(list, []float64{0.9, 0.1, 0.8, 0.3})
	half := v.Budgets[4]
	for name, pair := range map[string][2]float64{
		"act": {v.Act, 0.3}, "think": {v.Think, 0.25}, "learned": {half.Learned, 0.2}, "random": {half.Random, 0.275},
		"best": {half.Best, 0.2}, "threshold": {half.Threshold, 0.8}, "helped": {v.Helped, 0.5}, "better": {half.Better, 0.075},
		"auc": {v.AUC, 1},
	} {
		if math.Abs(pair[0]-pair[1]) > 1e-9 {
			t.Errorf("%s is %v, want %v", name, pair[0], pair[1])
		}
	}
	if !strings.Contains(v.String(), "50 %") {
		t.Errorf("table\n%s", v)
	}
}

func TestTheSameOutcomesGiveTheSameGate(t *testing.T) {
	a, errA := Fit(outcomes(100, 1))
	b, errB := Fit(outcomes(100, 1))
	if errA != nil || errB != nil {
		t.Fatal(errA, errB)
	}
	if a.Bias != b.Bias || a.Weights[3] != b.Weights[3] {
		t.Error("two fits of the same outcomes differ")
	}
}

func TestFeaturesThatAreNotFiniteAreAnError(t *testing.T) {
	list := outcomes(50, 1)
	list[7].Features[2] = float32(math.NaN())
	if _, err := Fit(list); err == nil || !strings.Contains(err.Error(), "not finite") {
		t.Errorf("error %v", err)
	}
}
