package view

import (
	"math"
	"strings"
	"testing"
)

func square() View {
	return View{
		Name:   "a.png",
		Points: []Point3{{0, 0, 0}, {0.1, 0, 0}, {0.1, 0.1, 0}, {0, 0.1, 0}},
		Pixels: []Point2{{10, 10}, {90, 12}, {88, 95}, {9, 93}},
		Size:   [2]int{640, 480},
	}
}

func TestWholeViewPasses(t *testing.T) {
	if err := square().Check(); err != nil {
		t.Fatal(err)
	}
}

func TestEachDefectIsNamed(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(*View)
		says  string
	}{
		"unpaired":  {func(v *View) { v.Pixels = v.Pixels[:3] }, "must come in pairs"},
		"too few":   {func(v *View) { v.Points, v.Pixels = v.Points[:3], v.Pixels[:3] }, "at least 4"},
		"no size":   {func(v *View) { v.Size = [2]int{} }, "not positive"},
		"NaN pixel": {func(v *View) { v.Pixels[2].Y = math.NaN() }, "point 2 is not finite"},
		"Inf point": {func(v *View) { v.Points[1].X = math.Inf(1) }, "point 1 is not finite"},
		"bent":      {func(v *View) { v.Points[3].Z = 0.01 }, "z = 0.01 m"},
		"one line": {func(v *View) {
			v.Points = []Point3{{0, 0, 0}, {0.1, 0.1, 0}, {0.2, 0.2, 0}, {0.3, 0.3, 0}}
		}, "one line"},
		"one point": {func(v *View) { v.Points = make([]Point3, 4) }, "one line"},
	} {
		v := square()
		c.spoil(&v)
		if err := v.Check(); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: got %v, want %q", name, err, c.says)
		}
	}
}
