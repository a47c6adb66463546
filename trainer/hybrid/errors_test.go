package hybrid

import (
	"math"
	"testing"

	"hyt/trainer/data"
	"hyt/trainer/model"
)

func near(a, b float64) bool { return math.Abs(a-b) < 1e-5 }

func TestErrorsAreInTheUnitsOfTheDimensions(t *testing.T) {
	e := NewErrors(tabletop().Action)
	want := []float32{0.01, 0, 0, 0.1, 1, 0, 0, 0, 0, 0}
	got := []float32{0.013, 0.004, 0, 0.1, 0.8, 0, 0, 0, 0.2, 0}
	e.Add(got, want)
	mean := e.Mean()
	if !near(mean["mm"], 2.5) || !near(mean["rad"], 0.1) || !near(mean["gripper_error"], 0.1) || len(mean) != 3 {
		t.Errorf("mean errors %v, want 2.5 mm (5 and 0), 0.1 rad, 0.1 of the gripper", mean)
	}
	joints := NewErrors([]data.Number{{Name: "a", Unit: "rad"}, {Name: "b", Unit: "rad"}})
	joints.Add([]float32{1, 0}, []float32{0, 3})
	if mean := joints.Mean(); !near(mean["rad"], 2) || len(mean) != 1 {
		t.Errorf("mean errors %v of two joints, want 2 rad", mean)
	}
}

func TestUnknownProprioceptionIsScaledByItsQuantiles(t *testing.T) {
	var set samples
	for i := range 101 {
		s := sample("")
		s.Proprio = []float32{0.5, float32(i) / 50} // x, and a joint that goes 0 .. 2
		set = append(set, s)
	}
	scales := FitProprio(set, []data.Number{{Name: "x", Unit: "m"}, {Name: "elbow", Unit: "rad"}})
	if known, _ := model.KnownScale("x"); scales[0] != known {
		t.Errorf("x has scale %v, want the known %v", scales[0], known)
	}
	if got := scales[1]; !near(float64(got.Mid), 1) || !near(float64(got.Span), 0.98) {
		t.Errorf("the joint has scale %v, want 1 ± 0.98", got)
	}
}

func TestCalibrationComparesCertaintyWithHits(t *testing.T) {
	c := model.Config{Bins: 2}
	even, sure := []float32{0, 0.001}, []float32{0, 40}
	var k calibration
	k.add(c, sure, []float32{0.5})  // certain and right
	k.add(c, even, []float32{0.5})  // half certain, right
	k.add(c, even, []float32{-0.5}) // half certain, wrong
	if got := k.error(); got > 1e-3 {
		t.Errorf("error %v of a head that is right as often as it is sure", got)
	}
	k.add(c, sure, []float32{-0.5}) // certain and wrong
	if got := k.error(); math.Abs(got-0.25) > 1e-3 {
		t.Errorf("error %v, want 0.25: one of four is certain and wrong", got)
	}
}
